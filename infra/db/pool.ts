import pg from 'pg';

/** bigint columns hold milliseconds and row ids, all far below 2^53. */
const asNumber = (value: string): number => Number(value);

/**
 * A pool whose statements end by themselves after 2 s (decision 6): longer than any of ours needs, shorter than the
 * local activity that runs them. `max` must be at least the number of concurrent local activities.
 */
export function createPool(connectionString: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max,
    statement_timeout: 2000,
    types: {
      getTypeParser: (oid, format) =>
        (oid === pg.types.builtins.INT8 ? asNumber : pg.types.getTypeParser(oid, format)) as never,
    },
  });
  // An idle connection that the server closed is replaced at the next use; without a listener Node would exit.
  pool.on('error', () => undefined);
  return pool;
}
