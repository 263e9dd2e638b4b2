import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { bytes, instant } from './columns.ts';

/** Whoever follows one case without an account; one row a person and case. */
export const trackingHolders = pgTable(
  'tracking_holders',
  {
    /** `track:<id>`, as the case names her among its members. */
    id: text('id').primaryKey(),
    caseKind: text('case_kind').notNull(),
    caseId: text('case_id').notNull(),
    /** `reporter`, or the id of a party. */
    speaksFor: text('speaks_for').notNull(),
    language: text('language').notNull(),
    /** Of a reporter who gave them; shown to staff of the case only. */
    name: text('name'),
    phone: bytes('phone'),
    phoneHash: bytes('phone_hash'),
  },
  (t) => [index('tracking_holders_of_case').on(t.caseId), index('tracking_holders_of_phone').on(t.phoneHash)],
);

/** Codes ever given out. Of code and PIN only keyed hashes: neither can be read here, nor tried without the key. */
export const trackingCodes = pgTable(
  'tracking_codes',
  {
    id: text('id').primaryKey(),
    principal: text('principal')
      .notNull()
      .references(() => trackingHolders.id, { onDelete: 'cascade' }),
    codeHash: bytes('code_hash').notNull().unique(),
    pinHash: text('pin_hash').notNull(),
    /** The PIN was given out and is used up by the first visit, or by this; null once she chose her own. */
    oneTimeUntil: instant('one_time_until_ms'),
    issuedAt: instant('issued_at_ms').notNull(),
    issuedBy: text('issued_by'),
    usedAt: instant('used_at_ms'),
    endedAt: instant('ended_at_ms'),
    /** Wrong PINs in a row, also one that is being looked at. */
    failures: integer('failures').notNull().default(0),
    lockedUntil: instant('locked_until_ms'),
  },
  (t) => [
    uniqueIndex('tracking_codes_in_force')
      .on(t.principal)
      .where(sql`ended_at_ms is null`),
    index('tracking_codes_of_holder').on(t.principal),
  ],
);

/** Visits that go on; forgotten when they end. */
export const trackingSessions = pgTable(
  'tracking_sessions',
  {
    tokenHash: bytes('token_hash').primaryKey(),
    codeId: text('code_id')
      .notNull()
      .references(() => trackingCodes.id, { onDelete: 'cascade' }),
    expiresAt: instant('expires_at_ms').notNull(),
  },
  (t) => [index('tracking_sessions_by_end').on(t.expiresAt), index('tracking_sessions_of_code').on(t.codeId)],
);

/** What a party or reporter put down in writing. The words lie with the other texts; this is who said them, and when. */
export const statements = pgTable(
  'statements',
  {
    id: text('id').primaryKey(),
    caseKind: text('case_kind').notNull(),
    caseId: text('case_id').notNull(),
    text: text('text').notNull(),
    bodyHash: text('body_hash').notNull(),
    speaksFor: text('speaks_for').notNull(),
    writtenBy: text('written_by').notNull(),
    byStaff: boolean('by_staff').notNull(),
    writtenAt: instant('written_at_ms').notNull(),
    occurredAt: instant('occurred_at_ms'),
  },
  (t) => [index('statements_of_case').on(t.caseKind, t.caseId, t.writtenAt, t.id)],
);
