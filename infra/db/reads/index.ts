import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { CaseKind, Clocked } from '../../../domain/machine.ts';
import type {
  CaseRecord,
  DeadLetterLine,
  NoticeLine,
  PartyRecord,
  Reads,
  TimelineEntry,
} from '../../../ports/reads.ts';
import type { FieldCipher } from '../../crypto/field-cipher.ts';
import { listDisputes } from './disputes.ts';
import { listWork } from './work.ts';

/** Reads for the API. Fixed questions are SQL; lists with filters are put together by Drizzle. */
export function createReads(pool: pg.Pool, cipher: FieldCipher): Reads {
  const db = drizzle(pool);
  return {
    disputes: (scope, filter) => listDisputes(db, scope, filter),
    work: (actor, filter) => listWork(db, actor, filter),

    async one(kind, id) {
      const { rows } = await pool.query<Omit<CaseRecord, 'kind'> & { state: Clocked; kind: CaseKind }>({
        name: 'read-case',
        text: `SELECT kind, id, dispute_id AS "disputeId", version, state, region, members,
          opened_at_ms AS "openedAt", updated_at_ms AS "updatedAt" FROM cases WHERE kind = $1 AND id = $2`,
        values: [kind, id],
      });
      return rows[0] ?? null;
    },

    async timeline(kind, id, after, limit) {
      const { rows } = await pool.query<TimelineEntry>({
        name: 'read-timeline',
        text: `SELECT version, type, recorded_at_ms AS "recordedAt", occurred_at_ms AS "occurredAt",
          actor_id AS "actorId", data FROM events
          WHERE case_kind = $1 AND case_id = $2 AND version > $3 ORDER BY version LIMIT $4`,
        values: [kind, id, after, limit],
      });
      return rows;
    },

    async texts(ids) {
      if (ids.length === 0) return new Map();
      const { rows } = await pool.query<{ id: string; body: string }>({
        name: 'read-texts',
        text: 'SELECT id, body FROM texts WHERE id = ANY($1)',
        values: [ids],
      });
      return new Map(rows.map(({ id, body }) => [id, body]));
    },

    async parties(disputeId) {
      const { rows } = await pool.query<Omit<PartyRecord, 'phone'> & { phone: Buffer | null }>({
        name: 'read-parties',
        text: 'SELECT id, side, name, account_id AS "accountId", phone FROM parties WHERE dispute_id = $1 ORDER BY side, id',
        values: [disputeId],
      });
      return rows.map((row) => ({
        ...row,
        phone: row.phone === null ? null : masked(cipher.open(row.phone)),
      }));
    },

    async saveParty(disputeId, { id, side, name, phone }) {
      const { rowCount } = await pool.query(
        `INSERT INTO parties (id, dispute_id, side, name, phone) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, phone = coalesce(excluded.phone, parties.phone)
         WHERE parties.dispute_id = excluded.dispute_id`,
        [id, disputeId, side, name, phone === null ? null : cipher.seal(phone)],
      );
      return rowCount === 1;
    },

    async names(ids) {
      if (ids.length === 0) return new Map();
      const { rows } = await pool.query<{ id: string; name: string }>({
        name: 'read-names',
        text: 'SELECT id, name FROM staff WHERE id = ANY($1)',
        values: [ids],
      });
      return new Map(rows.map(({ id, name }) => [id, name]));
    },

    async notices(personId, now, limit) {
      const { rows } = await pool.query<NoticeLine>(
        `SELECT id, kind, case_id AS "caseId", not_before_ms AS "notBefore", status FROM notices
         WHERE person_id = $1 AND not_before_ms <= $2 ORDER BY id DESC LIMIT $3`,
        [personId, now, limit],
      );
      return rows;
    },

    async markNoticesRead(personId, upTo) {
      const { rowCount } = await pool.query(
        `UPDATE notices SET status = 'read' WHERE person_id = $1 AND id <= $2 AND status = 'open'`,
        [personId, upTo],
      );
      return rowCount ?? 0;
    },

    async deadLetters(status, limit) {
      const { rows } = await pool.query<DeadLetterLine>(
        `SELECT id, group_name AS "group", topic, partition, record_offset AS "offset", key, event_id AS "eventId",
          error_code AS code, error_message AS message, status, reason,
          (extract(epoch FROM created_at) * 1000)::bigint AS "createdAt"
         FROM dead_letters WHERE status = $1 ORDER BY id LIMIT $2`,
        [status, limit],
      );
      return rows;
    },
  };
}

/** Enough to recognise a number that one knows already. */
function masked(phone: string): string {
  return phone.length < 8 ? '****' : `${phone.slice(0, 3)}****${phone.slice(-4)}`;
}
