import type { Attachment, AttachmentViewer } from '../../ports/attachments.ts';
import type { Page } from '../../ports/reads.ts';
import type { Audience } from '../../schemas/api/attachments.ts';
import type { Queryable } from './pool.ts';
import { decodeCursor, encodeCursor } from './reads/cursor.ts';

const COLUMNS = `id, dispute_id AS "disputeId", uploaded_by AS "uploadedBy", uploaded_as AS "uploadedAs", kind, audience,
  side, name, media_type AS "mediaType", bytes, sha256, source_sha256 AS "sourceSha256", width, height,
  thumbnail_bytes AS "thumbnailBytes", location_kept AS "locationKept", uploaded_at_ms AS "uploadedAt"`;

/**
 * $1 dispute, $2 person, $3 staff?, $4 the mediation's file open to her?, $5 her sides. Staff see everything but the
 * mediation's file; a party sees what she sent and what staff showed her, and never what a reporter sent. What is about a
 * minor, health or money is there for others only while its own consent stands.
 */
const VISIBLE = `dispute_id = $1 AND deleted_at_ms IS NULL AND (
  uploaded_by = $2
  OR (kind = 'mediation' AND $3::boolean AND $4::boolean)
  OR (kind <> 'mediation' AND $3::boolean)
  OR (kind <> 'mediation' AND NOT $3::boolean AND uploaded_as <> 'reporter'
    AND (audience = 'all' OR (audience = 'side' AND side = ANY($5::text[])))))
  AND (uploaded_by = $2 OR NOT attachment_withheld(id))`;

const viewing = (disputeId: string, { actor, standing, sides, mediation }: AttachmentViewer): unknown[] => [
  ...[disputeId, actor.id, standing === 'staff', mediation, sides],
];

/** One page of what she may see, oldest first. Throws `CursorError`. */
export async function listAttachments(
  db: Queryable,
  disputeId: string,
  viewer: AttachmentViewer,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<Page<Attachment>> {
  const after = cursor === undefined ? { key: -1, id: '' } : decodeCursor(cursor);
  const { rows } = await db.query<Attachment>({
    name: 'list-attachments',
    text: `SELECT ${COLUMNS} FROM attachments WHERE ${VISIBLE} AND (uploaded_at_ms, id) > ($6, $7)
      ORDER BY uploaded_at_ms, id LIMIT $8`,
    values: [...viewing(disputeId, viewer), after.key, after.id, limit + 1],
  });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor({ key: last.uploadedAt, id: last.id }) : null };
}

/** Null for what is not there and for what is not hers to see. */
export async function findAttachment(
  db: Queryable,
  disputeId: string,
  viewer: AttachmentViewer,
  id: string,
): Promise<Attachment | null> {
  const { rows } = await db.query<Attachment>({
    name: 'find-attachment',
    text: `SELECT ${COLUMNS} FROM attachments WHERE ${VISIBLE} AND id = $6`,
    values: [...viewing(disputeId, viewer), id],
  });
  return rows[0] ?? null;
}

/** What was stored for an upload that came before, also when it was removed since. */
export async function findUpload(
  db: Queryable,
  uploadId: string,
): Promise<{ attachment: Attachment; uploadHash: string } | null> {
  const { rows } = await db.query<Attachment & { uploadHash: string }>({
    name: 'find-upload',
    text: `SELECT ${COLUMNS}, upload_hash AS "uploadHash" FROM attachments WHERE upload_id = $1`,
    values: [uploadId],
  });
  if (rows[0] === undefined) return null;
  const { uploadHash, ...attachment } = rows[0];
  return { attachment, uploadHash };
}

export interface Usage {
  files: number;
  bytes: number;
  ownFiles: number;
  ownBytes: number;
}

/** What a dispute's files take, and those of one person among them. */
export async function usageOf(db: Queryable, disputeId: string, personId: string): Promise<Usage> {
  const { rows } = await db.query<Usage>({
    name: 'usage-of-attachments',
    text: `SELECT count(*) AS files, coalesce(sum(bytes), 0)::bigint AS bytes,
        count(*) FILTER (WHERE uploaded_by = $2) AS "ownFiles",
        coalesce(sum(bytes) FILTER (WHERE uploaded_by = $2), 0)::bigint AS "ownBytes"
      FROM attachments WHERE dispute_id = $1 AND deleted_at_ms IS NULL`,
    values: [disputeId, personId],
  });
  return rows[0]!;
}

/** Uploads to one dispute wait for each other until the commit, so that they cannot together exceed its limits. */
export async function lockUploads(tx: Queryable, disputeId: string): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`attachments:${disputeId}`]);
}

/** False when an upload with this id was stored meanwhile; then nothing is written. */
export async function insertAttachment(
  tx: Queryable,
  attachment: Attachment,
  { uploadId, uploadHash }: { uploadId: string; uploadHash: string },
): Promise<boolean> {
  const a = attachment;
  const { rowCount } = await tx.query(
    `INSERT INTO attachments (id, upload_id, upload_hash, dispute_id, uploaded_by, uploaded_as, kind, audience, side, name,
      media_type, bytes, sha256, source_sha256, width, height, thumbnail_bytes, location_kept, uploaded_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
     ON CONFLICT (upload_id) DO NOTHING`,
    [
      ...[a.id, uploadId, uploadHash, a.disputeId, a.uploadedBy, a.uploadedAs, a.kind, a.audience, a.side],
      ...[a.name, a.mediaType, a.bytes, a.sha256, a.sourceSha256, a.width, a.height, a.thumbnailBytes],
      ...[a.locationKept, a.uploadedAt],
    ],
  );
  return rowCount === 1;
}

/** False when it is gone. */
export async function setAudience(
  db: Queryable,
  id: string,
  audience: Audience,
  side: string | null,
): Promise<boolean> {
  const { rowCount } = await db.query(
    'UPDATE attachments SET audience = $2, side = $3 WHERE id = $1 AND deleted_at_ms IS NULL',
    [id, audience, side],
  );
  return rowCount === 1;
}

/** From now on nobody sees it. False when it was gone already. */
export async function markRemoved(
  db: Queryable,
  id: string,
  by: { personId: string; reason: string | null },
  now: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE attachments SET deleted_at_ms = $2, deleted_by = $3, delete_reason = $4
     WHERE id = $1 AND deleted_at_ms IS NULL`,
    [id, now, by.personId, by.reason],
  );
  return rowCount === 1;
}

/** Removed before then, with bytes that are still stored; the longest removed first. */
export async function removedBefore(db: Queryable, before: number, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT id FROM attachments WHERE deleted_at_ms < $1 AND bytes_removed_at_ms IS NULL
     ORDER BY deleted_at_ms, id LIMIT $2`,
    [before, limit],
  );
  return rows.map(({ id }) => id);
}

export async function markBytesRemoved(db: Queryable, ids: string[], now: number): Promise<void> {
  await db.query(
    'UPDATE attachments SET bytes_removed_at_ms = $2 WHERE id = ANY($1) AND deleted_at_ms IS NOT NULL',
    [ids, now],
  );
}

/** Which of these have bytes that are theirs: everything but rows whose bytes were removed. */
export async function idsWithBytes(db: Queryable, ids: string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    'SELECT id FROM attachments WHERE id = ANY($1) AND bytes_removed_at_ms IS NULL',
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Files that must be there whole, in the order of their ids; the page begins after `afterId`. */
export async function keptAfter(db: Queryable, afterId: string, limit: number): Promise<Attachment[]> {
  const { rows } = await db.query<Attachment>(
    `SELECT ${COLUMNS} FROM attachments WHERE id > $1 AND deleted_at_ms IS NULL ORDER BY id LIMIT $2`,
    [afterId, limit],
  );
  return rows;
}

export async function countKept(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    'SELECT count(*) AS n FROM attachments WHERE deleted_at_ms IS NULL',
  );
  return rows[0]!.n;
}
