import { sql } from 'drizzle-orm';
import { bigint, index, integer, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

/** Events on their way to Kafka; deleted once acknowledged. */
export const outbox = pgTable('outbox', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  topic: text('topic').notNull(),
  key: text('key').notNull(),
  eventId: text('event_id').notNull(),
  payload: text('payload').notNull(),
});

/** Events a consumer group has carried out. */
export const inbox = pgTable(
  'inbox',
  {
    groupName: text('group_name').notNull(),
    eventId: text('event_id').notNull(),
    processedAt: timestamp('processed_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.groupName, t.eventId] })],
);

export const deadLetters = pgTable(
  'dead_letters',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    groupName: text('group_name').notNull(),
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    recordOffset: text('record_offset').notNull(),
    key: text('key').notNull(),
    eventId: text('event_id'),
    payload: text('payload').notNull(),
    errorCode: text('error_code').notNull(),
    errorMessage: text('error_message').notNull(),
    status: text('status').notNull().default('open'),
    reason: text('reason'),
    createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
    closedAt: timestamp('closed_at', { withTimezone: true }),
  },
  (t) => [
    index('dead_letters_open')
      .on(t.groupName, t.key, t.id)
      .where(sql`status = 'open'`),
  ],
);
