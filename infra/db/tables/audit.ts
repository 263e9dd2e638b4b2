import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { bytes, instant } from './columns.ts';

/** Who read or changed what, and when: names of fields, never their content. Rows are only ever added (30-audit.sql). */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant('at_ms')
      .notNull()
      .default(sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`),
    actorId: text('actor_id').notNull(),
    kind: text('kind').notNull(),
    caseKind: text('case_kind'),
    caseId: text('case_id'),
    fields: text('fields').array().notNull(),
    detail: jsonb('detail'),
    requestId: text('request_id').notNull(),
  },
  (t) => [index('audit_log_of_case').on(t.caseId, t.id), index('audit_log_of_actor').on(t.actorId, t.id)],
);

/** Rows of the log that no seal holds yet: put in by a trigger with the row itself, taken out by the sealer. */
export const auditTail = pgTable('audit_tail', {
  id: bigint('id', { mode: 'number' }).primaryKey(),
});

/** One batch of rows, chained to the batch before it and signed. */
export const auditSeals = pgTable('audit_seals', {
  number: bigint('number', { mode: 'number' }).primaryKey(),
  at: instant('at_ms').notNull(),
  fromId: bigint('from_id', { mode: 'number' }).notNull(),
  toId: bigint('to_id', { mode: 'number' }).notNull(),
  count: integer('count').notNull(),
  /** Whether nothing waited any more when it was made. */
  emptied: boolean('emptied').notNull(),
  ids: bigint('ids', { mode: 'number' }).array().notNull(),
  /** The hash of each row, 32 bytes each, in the order of `ids`. */
  leaves: bytes('leaves').notNull(),
  previous: bytes('previous').notNull(),
  hash: bytes('hash').notNull(),
  signature: bytes('signature').notNull(),
  keyId: text('key_id').notNull(),
});
