import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** Every giving and taking back of a consent; the last row of a party and subject says how it stands. Ids only. */
export const consents = pgTable(
  'consents',
  {
    number: bigint('number', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    id: text('id').primaryKey(),
    disputeId: text('dispute_id').notNull(),
    partyId: text('party_id').notNull(),
    /** minor, health, finance, or disclosure. */
    subject: text('subject').notNull(),
    given: boolean('given').notNull(),
    /** paper, spoken, or app: the last only by the person herself. */
    how: text('how').notNull(),
    /** When she gave or took it back; the recording may come later. */
    at: instant('at_ms').notNull(),
    recordedAt: instant('recorded_at_ms').notNull(),
    recordedBy: text('recorded_by').notNull(),
    expiresAt: instant('expires_at_ms'),
  },
  (t) => [
    index('consents_of_party').on(t.disputeId, t.partyId, t.subject, t.number),
    check('consents_subject', sql`${t.subject} IN ('minor', 'health', 'finance', 'disclosure')`),
    check('consents_how', sql`${t.how} IN ('paper', 'spoken', 'app')`),
  ],
);

/** Files about a minor, somebody's health or money: open while the party's own consent of that kind stands. */
export const attachmentRestrictions = pgTable(
  'attachment_restrictions',
  {
    attachmentId: text('attachment_id').primaryKey(),
    disputeId: text('dispute_id').notNull(),
    partyId: text('party_id').notNull(),
    subject: text('subject').notNull(),
    setBy: text('set_by').notNull(),
    setAt: instant('set_at_ms').notNull(),
  },
  (t) => [check('attachment_restrictions_subject', sql`${t.subject} IN ('minor', 'health', 'finance')`)],
);

/** A sample of disputes that an inspector may look at, masked, until a date. */
export const inspections = pgTable(
  'inspections',
  {
    id: text('id').primaryKey(),
    inspectorId: text('inspector_id').notNull(),
    region: text('region').notNull(),
    openedFrom: instant('opened_from_ms').notNull(),
    openedTo: instant('opened_to_ms').notNull(),
    until: instant('until_ms').notNull(),
    drawnBy: text('drawn_by').notNull(),
    drawnAt: instant('drawn_at_ms').notNull(),
  },
  (t) => [index('inspections_of_inspector').on(t.inspectorId, t.drawnAt, t.id)],
);

export const inspectionDisputes = pgTable(
  'inspection_disputes',
  {
    inspectionId: text('inspection_id')
      .notNull()
      .references(() => inspections.id, { onDelete: 'cascade' }),
    disputeId: text('dispute_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.inspectionId, t.disputeId] })],
);

/** Erasures that were asked for. One person asks, another one carries it out. Ids, codes and counts only. */
export const erasures = pgTable(
  'erasures',
  {
    id: text('id').primaryKey(),
    caseKind: text('case_kind').notNull(),
    caseId: text('case_id').notNull(),
    /** `reporter`, or the id of a party of that case. */
    speaksFor: text('speaks_for').notNull(),
    reason: text('reason').notNull(),
    /** Texts to be erased beside those she wrote herself. */
    textIds: text('text_ids').array().notNull(),
    askedBy: text('asked_by').notNull(),
    askedAt: instant('asked_at_ms').notNull(),
    carriedOutBy: text('carried_out_by'),
    carriedOutAt: instant('carried_out_at_ms'),
    counts: jsonb('counts'),
  },
  (t) => [
    index('erasures_asked').on(t.askedAt, t.id),
    check('erasures_two_persons', sql`${t.carriedOutBy} IS NULL OR ${t.carriedOutBy} <> ${t.askedBy}`),
  ],
);

/** Which kinds of data of a final case were removed because their time was over, and when. */
export const retentionDone = pgTable(
  'retention_done',
  {
    caseKind: text('case_kind').notNull(),
    caseId: text('case_id').notNull(),
    kind: text('kind').notNull(),
    doneAt: instant('done_at_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.caseKind, t.caseId, t.kind] })],
);
