import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

/** Instants are stored as the core counts them: milliseconds since the epoch. */
const instant = (name: string) => bigint(name, { mode: 'number' });
const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

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
    index('cases_region').on(t.kind, t.regionNumber, t.openedAt),
    index('cases_of_members').using('gin', t.members),
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
    accountId: text('account_id'),
  },
  (t) => [index('parties_of_dispute').on(t.disputeId)],
);

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

/** What waits for somebody at each level. */
export const workItems = pgTable(
  'work_items',
  {
    id: text('id').primaryKey(),
    queue: text('queue').notNull(),
    region: text('region').notNull(),
    regionNumber: bigint('region_number', { mode: 'bigint' }).notNull(),
    kind: text('kind').notNull(),
    caseKind: text('case_kind').notNull(),
    caseId: text('case_id').notNull(),
    disputeId: text('dispute_id'),
    subject: text('subject').notNull(),
    /** Who may take it: a person, a body, or whoever holds one of the roles over the region. */
    assigneeId: text('assignee_id'),
    bodyId: text('body_id'),
    roles: text('roles').array().notNull(),
    detail: jsonb('detail'),
    openedAt: instant('opened_at_ms').notNull(),
    grade: text('grade'),
    dueAt: instant('due_at_ms'),
    status: text('status').notNull().default('open'),
    openedByEvent: text('opened_by_event').notNull(),
    closedByEvent: text('closed_by_event'),
  },
  (t) => [
    uniqueIndex('work_items_once').on(t.queue, t.kind, t.caseId, t.subject),
    index('work_items_open')
      .on(t.queue, t.regionNumber, t.dueAt)
      .where(sql`status = 'open'`),
    index('work_items_of_mediators')
      .on(t.assigneeId)
      .where(sql`status = 'open' and kind = 'mediate'`),
    index('work_items_of_case')
      .on(t.caseId)
      .where(sql`status = 'open'`),
  ],
);

export const notices = pgTable(
  'notices',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    eventId: text('event_id').notNull(),
    personId: text('person_id').notNull(),
    channel: text('channel').notNull(),
    kind: text('kind').notNull(),
    caseId: text('case_id').notNull(),
    status: text('status').notNull().default('open'),
    notBefore: instant('not_before_ms').notNull(),
  },
  (t) => [uniqueIndex('notices_once').on(t.eventId, t.personId, t.channel)],
);

/** Whoever can log in: staff, and residents who chose to have an account. */
export const accounts = pgTable('accounts', {
  id: text('id').primaryKey(),
  login: text('login').notNull().unique(),
  passwordHash: text('password_hash').notNull(),
  name: text('name').notNull(),
  active: boolean('active').notNull().default(true),
});

export const staff = pgTable('staff', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  active: boolean('active').notNull().default(true),
  posts: jsonb('posts').notNull(),
  /** Categories in which a mediator is experienced; empty for all-round. */
  skills: jsonb('skills').notNull().default([]),
});

export const dutyRoster = pgTable(
  'duty_roster',
  {
    id: text('id').primaryKey(),
    staffId: text('staff_id')
      .notNull()
      .references(() => staff.id),
    region: text('region').notNull(),
    role: text('role').notNull(),
    capacity: text('capacity').notNull(),
    from: instant('from_ms').notNull(),
    to: instant('to_ms'),
  },
  (t) => [index('duty_roster_of_region').on(t.region)],
);

export const regions = pgTable('regions', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
});

export const places = pgTable('places', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  region: text('region')
    .notNull()
    .references(() => regions.code),
});

export const bodies = pgTable('bodies', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  kind: text('kind').notNull(),
  regions: jsonb('regions').notNull(),
  categories: jsonb('categories').notNull(),
  dutyContact: text('duty_contact'),
});

export const policies = pgTable('policies', {
  version: text('version').primaryKey(),
  document: jsonb('document').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  /** The policy activated last is the one new cases start with. */
  activatedAt: timestamp('activated_at', { withTimezone: true }),
});

export const calendars = pgTable('calendars', {
  version: text('version').primaryKey(),
  document: jsonb('document').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

/** One row: counts changes to staff, roster, regions and bodies, so that workers know when their snapshot is old. */
export const directoryVersion = pgTable('directory_version', {
  id: boolean('id').primaryKey().default(true),
  version: bigint('version', { mode: 'number' }).notNull(),
});
