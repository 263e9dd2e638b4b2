import type pg from 'pg';
import { rangeOf } from '../../domain/regions.ts';
import { scopeOf } from '../../domain/scope.ts';
import type { Dossier, InspectionLine, Inspections } from '../../ports/privacy.ts';
import { inTransaction, type Queryable } from '../db/pool.ts';
import { decodeCursor, encodeCursor } from '../db/reads/cursor.ts';
import type { Scoped } from '../db/scoped.ts';
import { NOW_MS } from '../identity/now.ts';

const LINE = `i.id, i.inspector_id AS "inspectorId", i.region, i.opened_from_ms AS "openedFrom", i.opened_to_ms AS "openedTo",
  i.until_ms AS until, i.drawn_by AS "drawnBy", i.drawn_at_ms AS "drawnAt",
  ARRAY(SELECT d.dispute_id FROM inspection_disputes d WHERE d.inspection_id = i.id ORDER BY 1) AS "disputeIds"`;

// Her own cases are not hers to inspect.
const DRAW = `
  INSERT INTO inspection_disputes (inspection_id, dispute_id)
  SELECT $1, id FROM cases WHERE kind = 'dispute' AND region_number BETWEEN $2 AND $3
    AND opened_at_ms >= $4 AND opened_at_ms < $5 AND NOT members @> ARRAY[$6::text] ORDER BY random() LIMIT $7`;

/** Samples in PostgreSQL; a dossier is read in the scope of its inspector by the one function that opens it. */
export function createInspections(pool: pg.Pool, scoped: Scoped): Inspections {
  return {
    draw: (inspection) =>
      inTransaction(pool, async (tx) => {
        const { id, inspectorId, region, openedFrom, openedTo, until, drawnBy, drawnAt, count } = inspection;
        const { rowCount } = await tx.query(
          `INSERT INTO inspections (id, inspector_id, region, opened_from_ms, opened_to_ms, until_ms, drawn_by, drawn_at_ms)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
          [id, inspectorId, region, openedFrom, openedTo, until, drawnBy, drawnAt],
        );
        const { from, to } = rangeOf(region);
        if (rowCount === 1) await tx.query(DRAW, [id, from, to, openedFrom, openedTo, inspectorId, count]);
        return one(tx, id);
      }),

    async list(inspectorId, { limit, cursor }) {
      const after = cursor === undefined ? null : decodeCursor(cursor);
      const { rows } = await pool.query<InspectionLine>(
        `SELECT ${LINE} FROM inspections i WHERE i.inspector_id = $1 AND i.until_ms > ${NOW_MS}
           AND ($2::bigint IS NULL OR (i.drawn_at_ms, i.id) < ($2, $3)) ORDER BY i.drawn_at_ms DESC, i.id DESC LIMIT $4`,
        [inspectorId, after?.key ?? null, after?.id ?? null, limit + 1],
      );
      const items = rows.slice(0, limit);
      const last = rows.length > limit ? items.at(-1)! : null;
      return { items, nextCursor: last && encodeCursor({ key: last.drawnAt, id: last.id }) };
    },

    dossier: (actor, inspectionId, disputeId) =>
      scoped(scopeOf(actor), async (db) => {
        const { rows } = await db.query<{ dossier: Dossier | null }>(
          'SELECT inspected_dossier($1, $2) AS dossier',
          [inspectionId, disputeId],
        );
        return rows[0]?.dossier ?? null;
      }),
  };
}

async function one(db: Queryable, id: string): Promise<InspectionLine> {
  const { rows } = await db.query<InspectionLine>(`SELECT ${LINE} FROM inspections i WHERE i.id = $1`, [id]);
  return rows[0]!;
}
