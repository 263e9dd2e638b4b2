import type { RegionCode } from '../../domain/regions.ts';
import type { Queryable } from './pool.ts';

export interface Earlier {
  status: 'open' | 'closed';
  closedAt: number | null;
  members: string[];
  region: RegionCode;
}

/** The named disputes with what their relation to a new one depends on; those that do not exist are missing. */
export async function earlierDisputes(db: Queryable, ids: string[]): Promise<Map<string, Earlier>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<
    Omit<Earlier, 'status' | 'closedAt'> & { id: string; closed_at: number | null }
  >(
    `SELECT id, members, region, (state->'closure'->>'at')::bigint AS closed_at FROM cases WHERE kind = 'dispute' AND id = ANY($1)`,
    [ids],
  );
  return new Map(
    rows.map(({ id, closed_at: closedAt, ...where }) => [
      id,
      { status: closedAt === null ? 'open' : 'closed', closedAt, ...where },
    ]),
  );
}
