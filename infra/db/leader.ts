import pg from 'pg';
import type { Queryable } from './pool.ts';

/** A connection for a part of which one process is active: the lock goes with it, so what it does must be done on it. */
export function leaderClient(connectionString: string, name: string): pg.Client {
  const client = new pg.Client({
    ...{ connectionString, application_name: name, connectionTimeoutMillis: 5_000 },
    // A dead server without a closed socket must not keep a part "active" for ever.
    ...{ query_timeout: 10_000, keepAlive: true },
  });
  client.on('error', () => undefined);
  return client;
}

/** Takes a lock of the session when nobody has it. */
export async function tryLock(client: Queryable, lock: number): Promise<boolean> {
  const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [lock]);
  return rows[0]?.got === true;
}

/** Waits for the lock, asking again after each `standBy`; false when it was told to stop before. */
export async function untilLeading(
  client: Queryable,
  lock: number,
  signal: AbortSignal,
  standBy: () => Promise<void>,
): Promise<boolean> {
  while (!signal.aborted) {
    if (await tryLock(client, lock)) return !signal.aborted;
    await standBy();
  }
  return false;
}

/** Runs `work` unless another process is at it, which gives null. */
export async function ifAlone<T>(pool: pg.Pool, lock: number, work: () => Promise<T>): Promise<T | null> {
  const client = await pool.connect();
  try {
    if (!(await tryLock(client, lock))) return null;
    try {
      return await work();
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [lock]);
    }
  } finally {
    client.release();
  }
}
