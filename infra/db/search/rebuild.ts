import type { Dispute } from '../../../domain/dispute/state.ts';
import type { Queryable } from '../pool.ts';
import { documentOf } from './words.ts';

/** Disputes made anew in one statement. */
const BATCH = 100;

const FOUND = `
  SELECT c.id, c.region_number AS "regionNumber", c.opened_at_ms AS "openedAt", c.state->>'placeId' AS "placeId",
    coalesce((SELECT jsonb_agg(t.body) FROM texts t
      WHERE t.id = c.title OR t.id = c.state->>'narrative'
        OR t.id IN (SELECT i->>'id' FROM jsonb_array_elements(c.state->'items') AS i)), '[]') AS bodies
  FROM cases c WHERE c.kind = 'dispute'`;

const WRITE = `
  INSERT INTO dispute_search (dispute_id, region_number, opened_at_ms, place_id, document)
  SELECT id, region_number, opened_at_ms, place_id, document::tsvector
  FROM jsonb_to_recordset($1::jsonb)
    AS x(id text, region_number bigint, opened_at_ms bigint, place_id text, document text)
  ON CONFLICT (dispute_id) DO UPDATE SET region_number = excluded.region_number,
    opened_at_ms = excluded.opened_at_ms, place_id = excluded.place_id, document = excluded.document`;

interface Row {
  id: string;
  regionNumber: number;
  openedAt: number;
  placeId: Dispute['placeId'];
  bodies: string[];
}

/** Makes what these disputes are found by anew from their texts, as after erasing one of them. */
export async function indexDisputes(db: Queryable, ids: string[]): Promise<void> {
  const { rows } = await db.query<Row>(`${FOUND} AND c.id = ANY($1)`, [ids]);
  await write(db, rows);
}

/** The same for every dispute, in the order of their ids; those reported meanwhile have been written by their intake. */
export async function indexAllDisputes(db: Queryable, onProgress: (done: number) => void): Promise<void> {
  for (let last = ''; ;) {
    const text = `${FOUND} AND c.id > $1 ORDER BY c.id LIMIT ${BATCH}`;
    const { rows } = await db.query<Row>(text, [last]);
    if (rows.length === 0) return;
    await write(db, rows);
    onProgress(rows.length);
    last = rows.at(-1)!.id;
  }
}

async function write(db: Queryable, rows: Row[]): Promise<void> {
  const values = rows.map(({ id, regionNumber, openedAt, placeId, bodies }) => ({
    ...{ id, region_number: regionNumber, opened_at_ms: openedAt, place_id: placeId },
    document: documentOf(...bodies),
  }));
  await db.query(WRITE, [JSON.stringify(values)]);
}
