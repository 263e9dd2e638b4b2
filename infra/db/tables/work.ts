import { sql } from 'drizzle-orm';
import { bigint, index, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

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
