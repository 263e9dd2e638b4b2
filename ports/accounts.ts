import type { AccountKind, AccountState } from '../schemas/api/identity.ts';
import type { Page } from './reads.ts';

export interface Account {
  id: string;
  name: string;
}

/** What a person proves with login and password. */
export type LoginAnswer =
  | { outcome: 'right'; account: Account; mustChangePassword: boolean }
  /**
   * An unknown login, a wrong password, a closed and a locked account alike, in the same time. `accountId`: whose
   * password was looked at, for the audit log alone.
   */
  | { outcome: 'wrong'; accountId: string | null };

/** `guessable`: among those that are tried first; `same`: the old one again; `none`: no password opens this account. */
export type PasswordChange = 'changed' | 'wrong' | 'guessable' | 'same' | 'none';

/** Whoever can log in. */
export interface Accounts {
  /** Throws `PasswordsBusyError`. */
  authenticate(login: string, password: string): Promise<LoginAnswer>;
  /** Null when the account is gone or closed, however long its session would last. */
  find(id: string): Promise<Account | null>;
  /** Whether an administrator has closed it. False for somebody who has no account here. */
  isClosed(id: string): Promise<boolean>;
  /** Ends the other sessions of the account; `sessionId` goes on. Throws `PasswordsBusyError`. */
  changePassword(
    id: string,
    change: { oldPassword: string; newPassword: string; sessionId: string },
  ): Promise<PasswordChange>;
}

export interface AccountLine extends Account {
  login: string;
  kind: AccountKind;
  state: AccountState;
  lockedUntil: number | null;
  mustChangePassword: boolean;
}

export interface NewAccount extends Account {
  login: string;
  kind: AccountKind;
}

/** A part of all accounts, by id; null as `only`: every one but `except`. */
export interface AmongAccounts {
  only: readonly string[] | null;
  except: readonly string[];
}

export interface AccountFilter {
  among: AmongAccounts;
  state?: AccountState;
  kind?: AccountKind;
  limit: number;
  cursor?: string;
}

/** Accounts as an administrator sees them. Each that names an account answers null or false when there is none. */
export interface AccountDesk {
  /** Null as a password: another system, which comes with keys. `exists`: the id or the login is taken. */
  create(
    account: NewAccount,
  ): Promise<{ outcome: 'created'; oneTimePassword: string | null } | { outcome: 'exists' }>;
  one(id: string): Promise<AccountLine | null>;
  list(filter: AccountFilter): Promise<Page<AccountLine>>;
  /** Its sessions end; its keys are refused while it is closed. */
  close(id: string): Promise<boolean>;
  reopen(id: string): Promise<boolean>;
  unlock(id: string): Promise<boolean>;
  /** Its sessions end. Null also for another system, which has no password. */
  resetPassword(id: string): Promise<string | null>;
}

/** Too many passwords are looked at; nothing has changed. */
export class PasswordsBusyError extends Error {
  override readonly name = 'PasswordsBusyError';
}
