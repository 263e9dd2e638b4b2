import type { Queryable } from './pool.ts';

const BLOCK = 50;

/**
 * File numbers, `2026-000123`, unique over all processes. Each takes a block of 50 from one sequence, so that intake does
 * not ask the database for every report; numbers of an unfinished block are never used.
 */
export function createNumbers(db: Queryable): (now: number) => Promise<string> {
  let next = 0;
  let left = 0;
  let refill: Promise<void> | undefined;
  const take = async (): Promise<void> => {
    const { rows } = await db.query<{ first: number }>(`SELECT nextval('dispute_numbers') AS first`);
    next = rows[0]!.first;
    left = BLOCK;
  };
  return async (now) => {
    while (left === 0) await (refill ??= take().finally(() => (refill = undefined)));
    left -= 1;
    const year = new Date(now + 8 * 3_600_000).getUTCFullYear();
    return `${year}-${String(next++).padStart(6, '0')}`;
  };
}
