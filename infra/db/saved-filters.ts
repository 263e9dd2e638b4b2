import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import {
  SAVED_FILTERS_MAX,
  type NotKept,
  type SavedFilter,
  type SavedFilters,
} from '../../ports/saved-filters.ts';
import { inTransaction, type Queryable } from './pool.ts';

const COLUMNS = 'id, name, filter, updated_at_ms AS "updatedAt"';
const UNIQUE_VIOLATION = '23505';

export function createSavedFilters(pool: pg.Pool): SavedFilters {
  return {
    async list(personId) {
      const { rows } = await pool.query<SavedFilter>(
        `SELECT ${COLUMNS} FROM saved_filters WHERE person_id = $1 ORDER BY name LIMIT ${SAVED_FILTERS_MAX}`,
        [personId],
      );
      return rows;
    },

    add: (personId, { name, filter }, now) =>
      inTransaction(pool, async (tx) => {
        // One at a time for a person, or two that come together would both be the last that may.
        await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('saved-filters:' || $1, 0))`, [
          personId,
        ]);
        const kept = await one(
          tx,
          `INSERT INTO saved_filters (id, person_id, name, filter, updated_at_ms) SELECT $1, $2, $3, $4, $5
           WHERE (SELECT count(*) FROM saved_filters WHERE person_id = $2) < ${SAVED_FILTERS_MAX} RETURNING ${COLUMNS}`,
          [`flt_${randomUUID()}`, personId, name, filter, now],
        );
        return kept ?? 'full';
      }).catch(nameTaken),

    replace: async (personId, id, { name, filter }, now) => {
      const kept = one(
        pool,
        `UPDATE saved_filters SET name = $3, filter = $4, updated_at_ms = $5 WHERE id = $1 AND person_id = $2
         RETURNING ${COLUMNS}`,
        [id, personId, name, filter, now],
      );
      return (await kept.catch(nameTaken)) ?? 'none';
    },

    async remove(personId, id) {
      const text = 'DELETE FROM saved_filters WHERE id = $1 AND person_id = $2';
      const { rowCount } = await pool.query(text, [id, personId]);
      return rowCount === 1;
    },
  };
}

async function one(db: Queryable, text: string, values: unknown[]): Promise<SavedFilter | undefined> {
  return (await db.query<SavedFilter>(text, values)).rows[0];
}

function nameTaken(error: unknown): NotKept {
  if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) return 'name-taken';
  throw error;
}
