import type pg from 'pg';
import type { DeadLetterDesk } from '../../ports/admin.ts';
import type { DeadLetterLine } from '../../ports/reads.ts';
import { decodeCursor, encodeCursor } from './reads/cursor.ts';

const LETTER = `l.id, l.group_name AS "group", l.topic, l.partition, l.record_offset AS "offset", l.key,
  l.event_id AS "eventId", l.error_code AS code, l.error_message AS message, l.status, l.reason,
  (extract(epoch FROM l.created_at) * 1000)::bigint AS "createdAt"`;

/** Looks at dead letters, in the order they were set aside. */
export function createDeadLetterReads(pool: pg.Pool): Pick<DeadLetterDesk, 'list' | 'one'> {
  return {
    async list({ status, group, key, code, limit, cursor }) {
      const after = cursor === undefined ? 0 : decodeCursor(cursor).key;
      const { rows } = await pool.query<DeadLetterLine>(
        `SELECT ${LETTER} FROM dead_letters l WHERE l.status = $1 AND l.id > $2
           AND ($4::text IS NULL OR l.group_name = $4) AND ($5::text IS NULL OR l.key = $5)
           AND ($6::text IS NULL OR l.error_code = $6) ORDER BY l.id LIMIT $3`,
        [status, after, limit + 1, group ?? null, key ?? null, code ?? null],
      );
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      const more = rows.length > limit && last !== undefined;
      return { items, nextCursor: more ? encodeCursor({ key: last.id, id: '' }) : null };
    },

    async one(id) {
      const { rows } = await pool.query<DeadLetterLine & { payload: string; ahead: number }>(
        `SELECT ${LETTER}, l.payload, (SELECT count(*) FROM dead_letters a WHERE a.status = 'open'
           AND a.group_name = l.group_name AND a.key = l.key AND a.id < l.id) AS ahead
         FROM dead_letters l WHERE l.id = $1`,
        [id],
      );
      return rows[0] ?? null;
    },
  };
}
