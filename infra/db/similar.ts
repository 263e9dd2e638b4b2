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

/** Disputes of the same region and category reported since then: suggestions, newest first. */
export async function similarDisputes(
  db: Queryable,
  { region, category }: { region: RegionCode; category: Category },
  exceptId: string,
  since: number,
): Promise<{ id: string; number: string }[]> {
  const { from, to } = rangeOf(region);
  const { rows } = await db.query<{ id: string; number: string }>({
    name: 'similar-disputes',
    text: `SELECT id, number FROM cases
      WHERE kind = 'dispute' AND region_number BETWEEN $1 AND $2 AND category = $3 AND opened_at_ms >= $4 AND id <> $5
      ORDER BY opened_at_ms DESC LIMIT 5`,
    values: [from.toString(), to.toString(), category, since, exceptId],
  });
  return rows;
}
