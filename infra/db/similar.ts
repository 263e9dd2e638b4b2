import type { Category } from '../../domain/categories.ts';
import { rangeOf, type RegionCode } from '../../domain/regions.ts';
import type { Queryable } from './pool.ts';

export interface Earlier {
  status: 'open' | 'closed';
  closedAt: number | null;
}

/** The named disputes with what their relation to a new one depends on; those that do not exist are missing. */
export async function earlierDisputes(db: Queryable, ids: string[]): Promise<Map<string, Earlier>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; closed_at: number | null }>(
    `SELECT id, (state->'closure'->>'at')::bigint AS closed_at FROM cases WHERE kind = 'dispute' AND id = ANY($1)`,
    [ids],
  );
  return new Map(
    rows.map(({ id, closed_at: closedAt }) => [
      id,
      { status: closedAt === null ? 'open' : 'closed', closedAt },
    ]),
  );
}

/** Disputes of exactly this region and category reported since then: suggestions, newest first. */
export async function similarDisputes(
  db: Queryable,
  { region, category }: { region: RegionCode; category: Category },
  exceptId: string,
  since: number,
): Promise<{ id: string; number: string }[]> {
  const { rows } = await db.query<{ id: string; number: string }>({
    name: 'similar-disputes',
    // One region and not the range of all inside it: only so the index gives the newest without sorting.
    text: `SELECT id, number FROM cases
      WHERE kind = 'dispute' AND region_number = $1 AND category = $2 AND opened_at_ms >= $3 AND id <> $4
      ORDER BY opened_at_ms DESC LIMIT 5`,
    values: [rangeOf(region).from.toString(), category, since, exceptId],
  });
  return rows;
}
