import type { KeyScope } from '../schemas/api/identity.ts';
import type { AmongAccounts } from './accounts.ts';
import type { Page } from './reads.ts';

/** A key that is valid now, of an account that is open. */
export interface KeyHolder {
  keyId: string;
  accountId: string;
  name: string;
  scopes: readonly KeyScope[];
}

export interface KeyLine {
  id: string;
  accountId: string;
  name: string;
  scopes: KeyScope[];
  createdAt: number;
  createdBy: string;
  expiresAt: number | null;
  revokedAt: number | null;
  lastUsedAt: number | null;
  /** The secret before the last rotation is valid until then; null when it is not. */
  oldValidUntil: number | null;
}

export interface NewKey {
  accountId: string;
  name: string;
  scopes: KeyScope[];
  expiresAt: number | null;
  createdBy: string;
}

/** Keys of other systems. */
export interface ApiKeys {
  /** Null when it is unknown, expired or revoked, or its account is closed. */
  find(key: string): Promise<KeyHolder | null>;
  /** The key is shown here and never again. `none`: no such open service account; `full`: it has as many as it may. */
  create(
    key: NewKey,
  ): Promise<{ outcome: 'created'; key: string; line: KeyLine } | { outcome: 'none' | 'full' }>;
  /** A new secret; the old one stays valid for the overlap. Null when there is no such valid key. */
  rotate(id: string, overlap_ms: number): Promise<{ key: string; line: KeyLine } | null>;
  /** Both secrets at once. False when there is no such valid key. */
  revoke(id: string): Promise<boolean>;
  /** The account of a key, however old it is; null when there is no such key. */
  ownerOf(id: string): Promise<string | null>;
  list(filter: {
    among: AmongAccounts;
    accountId?: string;
    limit: number;
    cursor?: string;
  }): Promise<Page<KeyLine>>;
}
