import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { BusLogger } from '../../ports/event-bus.ts';
import type { Change, ChangeFeed } from '../../ports/changes.ts';
import type { Queryable } from './pool.ts';

const CHANNEL = 'fengqiao_changes';
/** PostgreSQL refuses payloads of 8000 bytes. */
const PAYLOAD_MAX = 7_500;
const RECONNECT_MS = 500;

/**
 * Tells every API that cases changed. Outside the transaction that changed them: NOTIFY takes a lock over the whole
 * database at commit, and would make all cases wait for each other.
 */
export async function announce(db: Queryable, changes: Change[]): Promise<void> {
  let batch: string[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await db.query('SELECT pg_notify($1, $2)', [CHANNEL, `[${batch.join(',')}]`]);
    batch = [];
    size = 0;
  };
  for (const change of changes) {
    const text = JSON.stringify(change);
    if (size + text.length > PAYLOAD_MAX) await flush();
    batch.push(text);
    size += text.length + 1;
  }
  await flush();
}

/** Listens on a connection of its own, and connects again when it is lost: hints that were missed are not repeated. */
export function createChangeFeed(
  connectionString: string,
  logger: BusLogger,
): ChangeFeed & { close(): Promise<void> } {
  const listeners = new Set<(changes: Change[]) => void>();
  const closing = new AbortController();
  const listen = async (): Promise<void> => {
    const client = new pg.Client({ connectionString, application_name: 'changes', keepAlive: true });
    const lost = Promise.withResolvers<void>();
    client.on('error', () => lost.resolve());
    client.on('end', () => lost.resolve());
    client.on('notification', ({ payload }) => {
      const changes = JSON.parse(payload ?? '[]') as Change[];
      for (const listener of listeners) listener(changes);
    });
    closing.signal.addEventListener('abort', () => lost.resolve());
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      await lost.promise;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await listen().catch((error: unknown) => logger.warn({ error }, 'change feed lost, connecting again'));
      await sleep(RECONNECT_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      closing.abort();
      await running;
    },
  };
}
