import { regionAt } from '../../../domain/regions.ts';
import { overlap, termsOf } from '../../../domain/search-terms.ts';
import type { Candidate } from '../../../domain/similarity.ts';
import type { Matter } from '../../../ports/reads.ts';
import type { Queryable } from '../pool.ts';
import { COMPARED_TERMS_MAX } from '../search/words.ts';
import { filterOf } from './search.ts';

/** The newest of the community, and beside them of the same place: as many as intake compares. */
export const AROUND_MAX = 20;
export const OF_PLACE_MAX = 5;

const CANDIDATES = `
  SELECT c.id, c.number, c.region, c.category, c.state->>'placeId' AS "placeId", c.opened_at_ms AS "reportedAt",
    CASE WHEN c.stage = 'closed' THEN (c.state->'closure'->>'at')::bigint END AS "closedAt",
    ARRAY(SELECT t.body FROM texts t WHERE t.id = ANY (
      ARRAY[c.title, c.state->>'narrative'] || ARRAY(SELECT i->>'id' FROM jsonb_array_elements(c.state->'items') AS i))
    ) AS bodies
  FROM cases c
  WHERE c.kind = 'dispute' AND c.id IN (SELECT s.id FROM search_disputes(NULL, $1::jsonb, false, NULL, NULL, $2) s
      UNION SELECT s.id FROM search_disputes(NULL, $3::jsonb, false, NULL, NULL, $4) s)
    AND c.id IS DISTINCT FROM $5 AND c.state->'closure'->>'outcome' IS DISTINCT FROM 'left'`;

type Row = Omit<Candidate, 'overlap'> & { bodies: string[] };

/** Disputes of the same community or place that the scope shows as to staff, with how much their words are like these. */
export async function disputesAround(
  db: Queryable,
  { region, placeId, texts }: Matter,
  exceptId: string | null,
): Promise<Candidate[]> {
  const inCommunity = { ...filterOf({ region: regionAt(region, 'community') }), staff: true };
  // An empty place is the place of none.
  const ofPlace = filterOf({ placeId: placeId ?? '' });
  const { rows } = await db.query<Row>({
    name: 'disputes-around',
    text: CANDIDATES,
    values: [inCommunity, AROUND_MAX, ofPlace, OF_PLACE_MAX, exceptId],
  });
  const own = termsOf(...texts).slice(0, COMPARED_TERMS_MAX);
  return rows.map(({ bodies, ...row }) => ({ ...row, overlap: overlap(own, termsOf(...bodies)) }));
}
