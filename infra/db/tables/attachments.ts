import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** Files of disputes; their bytes lie in the storage under a key made of the id. A row is written after its bytes. */
export const attachments = pgTable(
  'attachments',
  {
    id: text('id').primaryKey(),
    /** The same for the same person, dispute and key, so that a file sent twice is there once. */
    uploadId: text('upload_id').notNull().unique(),
    /** Of all that was sent with that key, to tell another upload from the same one. */
    uploadHash: text('upload_hash').notNull(),
    disputeId: text('dispute_id').notNull(),
    uploadedBy: text('uploaded_by').notNull(),
    /** staff, reporter or party, as she stood to the dispute then. */
    uploadedAs: text('uploaded_as').notNull(),
    /** evidence, document, or mediation: the last is for mediators and directors alone. */
    kind: text('kind').notNull(),
    /** Beside staff and whoever sent it: staff (nobody), side, all. */
    audience: text('audience').notNull(),
    side: text('side'),
    name: text('name').notNull(),
    mediaType: text('media_type').notNull(),
    bytes: integer('bytes').notNull(),
    sha256: text('sha256').notNull(),
    /** Of what was sent: a picture is stored without its location. */
    sourceSha256: text('source_sha256').notNull(),
    width: integer('width'),
    height: integer('height'),
    thumbnailBytes: integer('thumbnail_bytes'),
    locationKept: boolean('location_kept').notNull(),
    uploadedAt: instant('uploaded_at_ms').notNull(),
    deletedAt: instant('deleted_at_ms'),
    deletedBy: text('deleted_by'),
    deleteReason: text('delete_reason'),
    /** When the storage was rid of the bytes; the row stays. */
    bytesRemovedAt: instant('bytes_removed_at_ms'),
  },
  (t) => [
    index('attachments_of_dispute')
      .on(t.disputeId, t.uploadedAt, t.id)
      .where(sql`deleted_at_ms is null`),
    index('attachments_to_remove')
      .on(t.deletedAt)
      .where(sql`deleted_at_ms is not null and bytes_removed_at_ms is null`),
    check('attachments_standing', sql`${t.uploadedAs} IN ('staff', 'reporter', 'party')`),
    check('attachments_kind', sql`${t.kind} IN ('evidence', 'document', 'mediation')`),
    check('attachments_audience', sql`${t.audience} IN ('staff', 'side', 'all')`),
    check('attachments_side', sql`(${t.audience} = 'side') = (${t.side} IS NOT NULL)`),
    // Whatever the program does: nothing of a reporter, and nothing of a mediation, is ever shown to a party.
    check(
      'attachments_protected',
      sql`${t.audience} = 'staff' OR (${t.uploadedAs} <> 'reporter' AND ${t.kind} <> 'mediation')`,
    ),
  ],
);
