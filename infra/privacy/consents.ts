import type { ConsentLine, Consents } from '../../ports/privacy.ts';
import type { Queryable } from '../db/pool.ts';
import { decodeCursor, encodeCursor } from '../db/reads/cursor.ts';
import { NOW_MS } from '../identity/now.ts';

const LINE = `number, id, party_id AS "partyId", subject, given, how, at_ms AS at, recorded_at_ms AS "recordedAt",
  recorded_by AS "recordedBy", expires_at_ms AS "expiresAt",
  given AND (expires_at_ms IS NULL OR expires_at_ms > ${NOW_MS}) AND NOT EXISTS (SELECT FROM consents later
    WHERE later.dispute_id = c.dispute_id AND later.party_id = c.party_id AND later.subject = c.subject
      AND later.number > c.number) AS stands`;

/** Consents in PostgreSQL: rows are added only, the last one of a party and subject counts. */
export function createConsents(db: Queryable): Consents {
  return {
    async record({ id, disputeId, partyId, subject, given, how, at, recordedAt, recordedBy, expiresAt }) {
      await db.query(
        `INSERT INTO consents (id, dispute_id, party_id, subject, given, how, at_ms, recorded_at_ms, recorded_by, expires_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`,
        [id, disputeId, partyId, subject, given, how, at, recordedAt, recordedBy, expiresAt],
      );
    },

    async list(disputeId, partyIds, { limit, cursor }) {
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeCursor(cursor).key;
      const { rows } = await db.query<ConsentLine & { number: number }>(
        `SELECT ${LINE} FROM consents c WHERE dispute_id = $1 AND ($2::text[] IS NULL OR party_id = ANY($2))
           AND number < $3 ORDER BY number DESC LIMIT $4`,
        [disputeId, partyIds, before, limit + 1],
      );
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1)! : null;
      return {
        items: shown.map(({ number: _, ...line }) => line),
        nextCursor: last && encodeCursor({ key: last.number, id: last.id }),
      };
    },

    async stands(disputeId, partyId, subject) {
      const { rows } = await db.query<{ stands: boolean }>('SELECT consent_stands($1, $2, $3) AS stands', [
        ...[disputeId, partyId, subject],
      ]);
      return rows[0]!.stands;
    },

    async said(disputeId, partyIds, subject) {
      const { rows } = await db.query<{ partyId: string; stands: boolean }>(
        `SELECT DISTINCT ON (party_id) party_id AS "partyId",
           given AND (expires_at_ms IS NULL OR expires_at_ms > ${NOW_MS}) AS stands
         FROM consents WHERE dispute_id = $1 AND party_id = ANY($2) AND subject = $3 ORDER BY party_id, number DESC`,
        [disputeId, partyIds, subject],
      );
      return new Map(rows.map(({ partyId, stands }) => [partyId, stands]));
    },

    async restrict(attachmentId, to) {
      if (to === null) {
        await db.query('DELETE FROM attachment_restrictions WHERE attachment_id = $1', [attachmentId]);
        return;
      }
      await db.query(
        `INSERT INTO attachment_restrictions (attachment_id, dispute_id, party_id, subject, set_by, set_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (attachment_id) DO UPDATE SET party_id = excluded.party_id,
           subject = excluded.subject, set_by = excluded.set_by, set_at_ms = excluded.set_at_ms`,
        [attachmentId, to.disputeId, to.partyId, to.subject, to.setBy, to.setAt],
      );
    },
  };
}
