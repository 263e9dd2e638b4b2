import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { BusLogger, EventBus } from '../ports/event-bus.ts';
import type { Queryable } from './db/pool.ts';
import { leaderClient, untilLeading } from './db/leader.ts';
import { backoffOf, type Backoff } from './kafka/backoff.ts';

/** Any number that nothing else locks: whoever holds it is the active relay. */
const LOCK = 7_204_119;

export interface RelayOptions {
  connectionString: string;
  bus: EventBus;
  logger: BusLogger;
  /** How long an idle relay waits before it looks again. */
  pollMs?: number;
  /** How long rows gather between two publishes. */
  gatherMs?: number;
  /** Rows in one publish. */
  batch?: number;
  /** How often a standby asks for the lock. */
  standbyMs?: number;
  backoff?: Backoff;
  /** Before the first row of a session is read; a rejection ends the session, which is tried again. */
  onActive?: () => Promise<void>;
  /** Told what was published, after it was acknowledged, on the relay's own connection. */
  onPublished?: (client: Queryable, payloads: string[]) => Promise<void>;
}

export interface RelayStatus {
  state: 'stopped' | 'connecting' | 'standby' | 'active';
  /** Rows that wait, whoever relays them. */
  backlog: number;
  /** How long this relay has seen the oldest row wait; 0 without backlog. */
  oldestAge_ms: number;
  /** Since `start`. */
  published: number;
  /** Publishes that failed since the last one that worked. */
  failures: number;
}

export interface Relay {
  start(): void;
  /** Ends after the publish in work; its rows stay when that takes longer than 5 s. */
  stop(): Promise<void>;
  /** There may be something new: saves the rest of the idle wait. */
  wake(): void;
  /** Asks the database, so it rejects when the database is away. */
  status(): Promise<RelayStatus>;
}

interface Row {
  id: string;
  topic: string;
  key: string;
  event_id: string;
  payload: string;
}

/** A broker takes 1 MiB in one batch of a partition unless told otherwise; one row alone always fits. */
const BATCH_BYTES = 512 * 1024;

function withinBytes(rows: Row[]): number {
  let bytes = 0;
  const over = rows.findIndex(({ payload }) => (bytes += Buffer.byteLength(payload)) > BATCH_BYTES);
  return over < 0 ? rows.length : Math.max(1, over);
}

/**
 * Publishes the outbox in id order, one batch after another, and deletes rows only once they are acknowledged. Reading and
 * deleting happen on the connection that holds the lock: a relay that lost its session can no longer delete anything.
 * It may still be publishing when the standby takes over, so duplicates are possible, gaps are not.
 * The order of a key is that of its ids, which holds because all writers of a case hold the case's row lock.
 */
export function createRelay(options: RelayOptions): Relay {
  const { connectionString, bus, logger } = options;
  const { pollMs = 25, gatherMs = 40, batch = 500, standbyMs = 500 } = options;
  const backoff = options.backoff ?? { first_ms: 100, max_ms: 5000 };
  const watch = new pg.Pool({ connectionString, max: 1, statement_timeout: 2000, allowExitOnIdle: true });
  watch.on('error', () => undefined);

  let state: RelayStatus['state'] = 'stopped';
  let published = 0;
  let failures = 0;
  let oldest: { id: string; since: number } | undefined;
  let stopping = new AbortController();
  let running: Promise<void> | undefined;
  let woken = false;
  let endWait: (() => void) | undefined;

  const pause = async (ms: number, wakeable = false): Promise<void> => {
    if (wakeable && woken) {
      woken = false;
      return;
    }
    const early = new AbortController();
    if (wakeable) endWait = () => early.abort();
    const signal = AbortSignal.any([stopping.signal, early.signal]);
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    endWait = undefined;
    woken = false;
  };

  const notice = (id: string | undefined): void => {
    if (id === undefined) oldest = undefined;
    else if (oldest?.id !== id) oldest = { id, since: Date.now() };
  };

  /** Publishes one batch; how many rows it had. */
  const relayOnce = async (client: pg.Client): Promise<number> => {
    const { rows } = await client.query<Row>({
      name: 'relay-read',
      text: 'SELECT id, topic, key, event_id, payload FROM outbox ORDER BY id LIMIT $1',
      values: [batch],
    });
    notice(rows[0]?.id);
    if (rows.length === 0) return 0;
    rows.length = withinBytes(rows);
    const messages = rows.map(({ topic, key, payload: value, event_id }) => ({
      ...{ topic, key, value },
      headers: { 'content-type': 'application/cloudevents+json', 'event-id': event_id },
    }));
    for (;;) {
      try {
        await unlessStopping(bus.publish(messages));
        break;
      } catch (error) {
        if (stopping.signal.aborted) return 0;
        failures += 1;
        logger.warn({ failures, rows: rows.length, error }, 'publish failed, same rows again');
        await pause(backoffOf(failures, backoff));
        if (stopping.signal.aborted) return 0;
        // A session that ended meanwhile has a successor; this fails then, and the outer loop connects anew.
        await client.query('SELECT 1');
      }
    }
    failures = 0;
    published += rows.length;
    await client.query({
      name: 'relay-delete',
      text: 'DELETE FROM outbox WHERE id = ANY($1::bigint[])',
      values: [rows.map(({ id }) => id)],
    });
    const payloads = rows.map(({ payload }) => payload);
    await options.onPublished?.(client, payloads);
    return rows.length;
  };

  const unlessStopping = async (publishing: Promise<void>): Promise<void> => {
    const { promise, reject } = Promise.withResolvers<never>();
    let grace: NodeJS.Timeout | undefined;
    const onStop = () => {
      grace = setTimeout(() => reject(new Error('stopped while publishing')), 5000);
    };
    stopping.signal.addEventListener('abort', onStop);
    try {
      await Promise.race([publishing, promise]);
    } finally {
      clearTimeout(grace);
      stopping.signal.removeEventListener('abort', onStop);
    }
  };

  const session = async (): Promise<void> => {
    state = 'connecting';
    const client = leaderClient(connectionString, 'relay');
    try {
      await client.connect();
      const leading = await untilLeading(client, LOCK, stopping.signal, () => {
        state = 'standby';
        return pause(standbyMs);
      });
      if (!leading) return;
      state = 'active';
      await options.onActive?.();
      logger.info({}, 'relay is active');
      while (!stopping.signal.aborted) {
        const count = await relayOnce(client);
        // At once after an idle moment; under load what follows gathers, or six groups would fetch every event by itself.
        if (count === 0) await pause(pollMs, true);
        else if (count < batch) await pause(gatherMs);
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  const run = async (): Promise<void> => {
    for (let attempt = 1; !stopping.signal.aborted; attempt++) {
      try {
        await session();
      } catch (error) {
        if (state !== 'connecting') attempt = 1;
        logger.warn({ attempt, error }, 'relay lost its session');
        state = 'connecting';
        await pause(backoffOf(attempt, backoff));
      }
    }
    state = 'stopped';
  };

  return {
    start() {
      if (running) return;
      stopping = new AbortController();
      published = 0;
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
      running = undefined;
      if (!watch.ended) await watch.end();
    },
    wake() {
      woken = true;
      endWait?.();
    },
    async status() {
      const { rows } = await watch.query<{ count: string; first: string | null }>(
        'SELECT count(*) AS count, min(id) AS first FROM outbox',
      );
      notice(rows[0]?.first ?? undefined);
      const oldestAge_ms = oldest ? Date.now() - oldest.since : 0;
      return { state, backlog: Number(rows[0]?.count ?? 0), oldestAge_ms, published, failures };
    },
  };
}
