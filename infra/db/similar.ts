import type { Queryable } from './pool.ts';

export interface Earlier {
  status: 'open' | 'closed';
  closedAt: number | null;
  members: string[];
}

/** The named disputes with what their relation to a new one depends on; those that do not exist are missing. */
export async function earlierDisputes(db: Queryable, ids: string[]): Promise<Map<string, Earlier>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.query<{ id: string; closed_at: number | null; members: string[] }>(
    `SELECT id, members, (state->'closure'->>'at')::bigint AS closed_at FROM cases WHERE kind = 'dispute' AND id = ANY($1)`,
    [ids],
  );
  return new Map(
    rows.map(({ id, members, closed_at: closedAt }) => [
      id,
      { status: closedAt === null ? 'open' : 'closed', closedAt, members },
    ]),
  );
}
