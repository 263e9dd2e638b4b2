import pg from 'pg';

export interface PoolOptions {
  /** At least the number of local activities a worker runs at once, or they wait for each other. */
  max?: number;
  statementTimeout_ms?: number;
  /** Becomes this role as each connection opens. */
  role?: string;
  /** A lost idle connection is not a failure: the pool opens another. Told here so that it is not silent. */
  onIdleError?: (error: Error) => void;
}

/** Anything that can run a query: the pool itself, or the client of an open transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

const INT8 = 20;

// Instants and 15-digit region numbers all fit a double; pg would hand them out as strings.
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('int8 beyond 2^53');
  return value;
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary'
      ? safeInteger
      : (pg.types.getTypeParser(oid, format) as unknown)) as pg.CustomTypesConfig['getTypeParser'],
};

/**
 * A pool whose statements give up after 2 s: shorter than the local activity (5 s) and the API's deadline (12 s), so
 * that a blocked row is retried from outside instead of holding a connection.
 */
export function createPool(databaseUrl: string, options: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: options.max ?? 40,
    statement_timeout: options.statementTimeout_ms ?? 2_000,
    idle_in_transaction_session_timeout: 5_000,
    ...(options.role !== undefined && { options: `-c role=${options.role}` }),
    // When the host is gone nobody answers at all, not even the statement's own timeout.
    query_timeout: (options.statementTimeout_ms ?? 2_000) + 2_000,
    keepAlive: true,
    connectionTimeoutMillis: 2_000,
    types,
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  // A connection in use has no listener of the pool: without one its loss would end the process.
  pool.on('connect', (client) => client.on('error', (error) => options.onIdleError?.(error)));
  return pool;
}

/**
 * Runs `work` in one transaction; whatever it throws rolls back and is thrown again. `begin` may set what holds for this
 * transaction, in the same round trip.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  begin = 'BEGIN',
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failed: Error) => (broken = failed));
    throw error;
  } finally {
    client.release(broken);
  }
}
