import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, instant } from './columns.ts';

/** The truth: what happened to every case, in order. Rows are only ever added. */
export const events = pgTable(
  'events',
  {
    caseKind: text('case_kind').notNull(),
    caseId: text('case_id').notNull(),
    version: integer('version').notNull(),
    eventId: text('event_id').notNull(),
    type: text('type').notNull(),
    data: jsonb('data').notNull(),
    recordedAt: instant('recorded_at_ms').notNull(),
    occurredAt: instant('occurred_at_ms'),
    actorId: text('actor_id').notNull(),
    commandId: text('command_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.caseKind, t.caseId, t.version] })],
);

/** The current row of every case of any kind; the columns beside `state` are what lists and the watchdog look at. */
export const cases = pgTable(
  'cases',
  {
    kind: text('kind').notNull(),
    id: text('id').notNull(),
    version: integer('version').notNull(),
    state: jsonb('state').notNull(),
    policyVersion: text('policy_version').notNull(),
    disputeId: text('dispute_id'),
    number: text('number').unique(),
    region: text('region').notNull(),
    regionNumber: bigint('region_number', { mode: 'bigint' }).notNull(),
    category: text('category'),
    stage: text('stage').notNull(),
    level: text('level').notNull(),
    grade: text('grade'),
    ownerId: text('owner_id'),
    title: text('title'),
    /** The worst of the live clocks: broken, soon (past the last warning point), fine, or none. */
    clockState: text('clock_state').notNull(),
    dueAt: instant('due_at_ms'),
    /** Who may see the case beyond its region: reporter, parties, mediators, team, leader. */
    members: text('members').array().notNull(),
    /** Texts written on another case that this one shows: what a task asks. */
    shownTexts: text('shown_texts')
      .array()
      .notNull()
      .default(sql`'{}'`),
    final: boolean('final').notNull(),
    nextWakeAt: instant('next_wake_at_ms'),
    openedAt: instant('opened_at_ms').notNull(),
    updatedAt: instant('updated_at_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.kind, t.id] }),
    index('cases_wake')
      .on(t.nextWakeAt)
      .where(sql`not final`),
    index('cases_of_members').using('gin', t.members),
    index('cases_of_texts').using('gin', t.shownTexts),
  ],
);

/** Every command ever asked for, stored before it is sent; `answer` is what is given again for the same key. */
export const commands = pgTable(
  'commands',
  {
    commandId: text('command_id').primaryKey(),
    caseKind: text('case_kind').notNull(),
    caseId: text('case_id').notNull(),
    action: text('action').notNull(),
    body: jsonb('body').notNull(),
    bodyHash: text('body_hash').notNull(),
    actor: jsonb('actor').notNull(),
    expectedVersion: integer('expected_version'),
    occurredAt: instant('occurred_at_ms'),
    hop: integer('hop').notNull().default(0),
    recordedAt: instant('recorded_at_ms').notNull(),
    answer: jsonb('answer'),
    /** The consumer group and event a handler's command follows from; null for people. */
    cause: text('cause'),
    decidedAt: instant('decided_at_ms'),
  },
  (t) => [
    index('commands_unanswered')
      .on(t.recordedAt)
      .where(sql`answer is null`),
    index('commands_of_cause')
      .on(t.cause)
      .where(sql`answer is null and cause is not null`),
  ],
);

/** What people wrote, kept apart from the log so that it can be read under row-level security and erased. */
export const texts = pgTable('texts', {
  id: text('id').primaryKey(),
  caseId: text('case_id').notNull(),
  body: text('body').notNull(),
  recordedAt: instant('recorded_at_ms').notNull(),
});

export const parties = pgTable(
  'parties',
  {
    id: text('id').primaryKey(),
    disputeId: text('dispute_id').notNull(),
    side: text('side').notNull(),
    name: text('name').notNull(),
    phone: bytes('phone'),
    idNumber: bytes('id_number'),
    /** Keyed hashes for exact search. */
    phoneHash: bytes('phone_hash'),
    idNumberHash: bytes('id_number_hash'),
    accountId: text('account_id'),
  },
  (t) => [
    index('parties_of_dispute').on(t.disputeId),
    index('parties_of_phone').on(t.phoneHash),
    index('parties_of_id_number').on(t.idNumberHash),
    index('parties_of_name').on(t.name),
  ],
);
