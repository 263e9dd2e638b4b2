import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { bytes, instant } from './columns.ts';
import { accounts } from './directory.ts';

/** Every login that has not been forgotten yet. Neither address nor device is kept: nobody needs them to end a session. */
export const sessions = pgTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    /** `bearer`: the client keeps its tokens; `cookie`: the browser does. */
    kind: text('kind').notNull(),
    startedAt: instant('started_at_ms').notNull(),
    renewedAt: instant('renewed_at_ms').notNull(),
    expiresAt: instant('expires_at_ms').notNull(),
    endedAt: instant('ended_at_ms'),
    endedBecause: text('ended_because'),
  },
  (t) => [index('sessions_of_account').on(t.accountId), index('sessions_by_end').on(t.expiresAt)],
);

/** Hashes of all refresh tokens of a session, the used ones too: one that comes twice was stolen. */
export const refreshTokens = pgTable(
  'refresh_tokens',
  {
    hash: bytes('hash').primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    usedAt: instant('used_at_ms'),
  },
  (t) => [index('refresh_tokens_of_session').on(t.sessionId)],
);

/** Keys of other systems. Only hashes: a key is shown once, when it is made. */
export const apiKeys = pgTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => accounts.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    scopes: text('scopes').array().notNull(),
    secretHash: bytes('secret_hash').notNull(),
    /** The secret before the last rotation, valid until then. */
    oldSecretHash: bytes('old_secret_hash'),
    oldValidUntil: instant('old_valid_until_ms'),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at_ms').notNull(),
    expiresAt: instant('expires_at_ms'),
    revokedAt: instant('revoked_at_ms'),
    lastUsedAt: instant('last_used_at_ms'),
  },
  (t) => [index('api_keys_of_account').on(t.accountId)],
);
