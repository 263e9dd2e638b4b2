import { setTimeout as sleep } from 'node:timers/promises';
import type { BusLogger } from '../../ports/event-bus.ts';
import { leaderClient, untilLeading } from '../db/leader.ts';
import type { Queryable } from '../db/pool.ts';
import { BEGINNING, leafOf, ROW_COLUMNS, sealHashOf, type AuditRow } from './hashes.ts';
import type { SealKey } from './keys.ts';

/** Any number that nothing else locks: whoever holds it is the active sealer. */
const LOCK = 7_204_131;
const EVERY_MS = 1_000;
const STANDBY_MS = 1_000;
const RECONNECT_MS = 1_000;
/** Rows of one seal; while more wait, the next follows at once. */
export const SEAL_ROWS_MAX = 1_000;
/** How often the newest seal is said in the log of the process, where a database administrator cannot change it. */
const ANCHOR_MS = 3_600_000;

// Taken before the last seal is read: a second sealer waits here for the rows of the first, and then sees its seal.
const TAKE = `
  WITH next AS (SELECT t.id FROM audit_tail t JOIN audit_log a USING (id) ORDER BY t.id LIMIT $1 FOR UPDATE OF t),
    taken AS (DELETE FROM audit_tail USING next WHERE audit_tail.id = next.id RETURNING audit_tail.id)
  SELECT ${ROW_COLUMNS} FROM audit_log a JOIN taken USING (id) ORDER BY a.id`;

const LAST = `
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text AS now, number::text, hash,
    EXISTS (SELECT FROM audit_tail t JOIN audit_log a USING (id)) AS more
  FROM (VALUES (1)) AS one LEFT JOIN (SELECT number, hash FROM audit_seals ORDER BY number DESC LIMIT 1) AS s ON true`;

const SEAL = `
  INSERT INTO audit_seals (number, at_ms, from_id, to_id, count, emptied, ids, leaves, previous, hash, signature, key_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;

export interface Sealed {
  number: number;
  rows: number;
  hash: string;
}

/**
 * Seals the rows that wait, at most a thousand, in one transaction; null when none does.
 *
 * Ids come from a sequence: a transaction that was rolled back leaves a gap, and one that commits late has a smaller id
 * than rows that are sealed already. Neither matters here. A row enters `audit_tail` by a trigger, in its own
 * transaction, and leaves it in the transaction of its seal, so every committed row is sealed exactly once, whenever it
 * becomes visible; what is gapless is the number of seals. A seal lists its rows, so a missing one has a name.
 */
export async function sealOnce(client: Queryable, key: SealKey): Promise<Sealed | null> {
  await client.query('BEGIN');
  try {
    const sealed = await seal(client, key);
    await client.query('COMMIT');
    return sealed;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function seal(client: Queryable, key: SealKey): Promise<Sealed | null> {
  const { rows } = await client.query<AuditRow>({
    ...{ name: 'audit-take', text: TAKE, values: [SEAL_ROWS_MAX], rowMode: 'array' },
  });
  if (rows.length === 0) return null;
  const last = await client.query<{ now: string; number: string | null; hash: Buffer | null; more: boolean }>(
    { name: 'audit-last', text: LAST },
  );
  const { now, number: before, hash: previous, more } = last.rows[0]!;
  const ids = rows.map(([id]) => id);
  const body = {
    ...{ number: Number(before ?? 0) + 1, at: Number(now), emptied: !more, ids, keyId: key.id },
    ...{ leaves: Buffer.concat(rows.map(leafOf)), previous: previous ?? BEGINNING },
  };
  const hash = sealHashOf(body);
  const { number, at, emptied, leaves, keyId } = body;
  const values = [
    ...[number, at, ids[0], ids.at(-1), ids.length, emptied, ids, leaves, body.previous],
    ...[hash, key.sign(hash), keyId],
  ];
  await client.query({ name: 'audit-seal', text: SEAL, values });
  return { number, rows: ids.length, hash: hash.toString('hex') };
}

export interface SealerOptions {
  connectionString: string;
  key: SealKey;
  logger: BusLogger;
  every_ms?: number;
}

export interface Sealer {
  state(): 'stopped' | 'connecting' | 'standby' | 'active';
  /** Ends after a last seal. */
  stop(): Promise<void>;
}

/**
 * Seals what waits every second. One is active, by a session lock; others stand by and take over. It seals on the
 * connection that holds the lock, and a seal's number is a primary key, so a sealer that lost its session cannot fork
 * the chain. What is not sealed yet, a second's rows while all is well, can be changed unseen by whoever may.
 */
export function startSealer(options: SealerOptions): Sealer {
  const { connectionString, key, logger, every_ms = EVERY_MS } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let state: ReturnType<Sealer['state']> = 'connecting';
  let anchoredAt = -Infinity;
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);

  const say = ({ number, hash }: Sealed): void => {
    if (performance.now() - anchoredAt < ANCHOR_MS) return;
    anchoredAt = performance.now();
    logger.info({ seal: number, hash }, 'the audit log is sealed');
  };
  const session = async (): Promise<void> => {
    const client = leaderClient(connectionString, 'sealer');
    try {
      await client.connect();
      const leading = await untilLeading(client, LOCK, signal, () => {
        state = 'standby';
        return pause(STANDBY_MS);
      });
      if (!leading) return;
      state = 'active';
      // The last round comes after the signal, so that nothing is left unsealed that need not be.
      for (let ending = false; !ending;) {
        ending = signal.aborted;
        const sealed = await sealOnce(client, key);
        if (sealed !== null) say(sealed);
        if (sealed === null || sealed.rows < SEAL_ROWS_MAX) await pause(every_ms);
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await session();
      } catch (error) {
        state = 'connecting';
        logger.warn({ error }, 'the audit log waits to be sealed');
        await pause(RECONNECT_MS);
      }
    }
    state = 'stopped';
  };
  const running = run();
  return {
    state: () => state,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

export interface Tail {
  /** Rows that wait for a seal. */
  rows: number;
  /** How long the oldest waits; 0 without rows. */
  oldest_ms: number;
}

/** What is not sealed yet. */
export async function unsealedTail(db: Queryable): Promise<Tail> {
  const { rows } = await db.query<{ rows: string; oldest: string }>(
    `SELECT count(*)::text AS rows, coalesce(greatest(0,
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint - min(at_ms)), 0)::text AS oldest
     FROM audit_tail JOIN audit_log USING (id)`,
  );
  return { rows: Number(rows[0]!.rows), oldest_ms: Number(rows[0]!.oldest) };
}
