import pg from 'pg';
import { rangeOf } from '../../domain/regions.ts';
import { SCOPE_REGIONS_MAX, type Scope } from '../../domain/scope.ts';
import { createPool, inTransaction, type PoolOptions, type Queryable } from './pool.ts';

/** The role that row-level security holds for; `infra/db/migrations/0003_access.sql` makes it. */
export const READER = 'fengqiao_reader';

/** Runs `work` so that it sees what the scope shows, in one transaction. */
export type Scoped = <T>(scope: Scope, work: (db: Queryable) => Promise<T>) => Promise<T>;

/**
 * A pool whose connections are the reader from their first statement on, so that nobody can forget to become it: a query
 * outside a scope sees no row. Not for a pooler that hands connections of one role to everybody.
 */
export const createReaderPool = (databaseUrl: string, options: PoolOptions): pg.Pool =>
  createPool(databaseUrl, { ...options, role: READER });

/**
 * Reads in the scope of one person. Throws `RangeError` for more regions than the policies compare with: administration
 * refuses such posts, and showing some of them would hide cases without a word.
 */
export const createScoped =
  (readers: pg.Pool): Scoped =>
  async (scope, work) =>
    inTransaction(readers, work, `BEGIN; ${settings(scope)}`);

// One round trip, which takes several statements only without parameters; hence the literals.
function settings({ regions, names, serves }: Scope): string {
  if (regions.length > SCOPE_REGIONS_MAX) throw new RangeError(`more than ${SCOPE_REGIONS_MAX} regions`);
  const values: Record<string, string> = {
    names: `{${names.map(quoted).join(',')}}`,
    serves: String(serves),
  };
  for (const [i, region] of regions.entries()) {
    const { from, to } = rangeOf(region);
    values[`from${i + 1}`] = String(from);
    values[`to${i + 1}`] = String(to);
  }
  const sets = Object.entries(values).map(
    ([name, value]) => `set_config('fengqiao.${name}', ${pg.escapeLiteral(value)}, true)`,
  );
  return `SELECT ${sets.join(', ')}`;
}

const quoted = (name: string): string => `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
