import type { SessionKind } from '../schemas/api/identity.ts';
import type { Page } from './reads.ts';

/** Why a session ended before its time. */
export type SessionEnd =
  | 'logged_out'
  | 'ended_by_owner'
  | 'ended_by_administrator'
  | 'password_changed'
  | 'account_closed'
  | 'refresh_token_reused'
  | 'too_many';

/** A session that goes on, of an account that is open. */
export interface LiveSession {
  id: string;
  accountId: string;
  name: string;
  kind: SessionKind;
  mustChangePassword: boolean;
  expiresAt: number;
}

export interface SessionLine {
  id: string;
  kind: SessionKind;
  startedAt: number;
  renewedAt: number;
  expiresAt: number;
}

/** Logins that go on, on every process alike. A change made elsewhere is seen within five seconds, one's own at once. */
export interface Sessions {
  /** The refresh token is given out once; only its hash is kept. */
  begin(
    accountId: string,
    options: { kind: SessionKind; hours: number },
  ): Promise<{ session: LiveSession; refreshToken: string } | null>;
  /**
   * Null for a token nobody gave out, and when the session has ended. A token that was used before ends its session:
   * two hold it, and one of them is a thief. `kind`: a token that a browser keeps renews only by cookie.
   */
  renew(
    refreshToken: string,
    kind: SessionKind,
  ): Promise<{ session: LiveSession; refreshToken: string } | null>;
  /** Null when it has ended, expired, or its account is closed. */
  find(id: string): Promise<LiveSession | null>;
  /** Those of an account that go on, newest first. */
  list(accountId: string, limit: number, cursor?: string): Promise<Page<SessionLine>>;
  /** False when the account has no such session that goes on. */
  end(accountId: string, id: string, because: SessionEnd): Promise<boolean>;
  /** How many ended; `except` goes on. */
  endAll(accountId: string, because: SessionEnd, except?: string): Promise<number>;
  /** Forgets those that ended long ago; how many. */
  prune(): Promise<number>;
}
