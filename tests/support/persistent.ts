import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { expect } from 'vitest';
import type { ApiAnswer, ApiSession } from '../../bin/wiring/api-client.ts';
import { eventually, quarrel } from './engine.ts';

export { eventually };

/** How often a client was told to come back, and the last answer it got. */
export interface Persisted {
  answer: ApiAnswer;
  waited: number;
  key: string;
}

/** As long as somebody at a screen would wait before she gave up, and then some. */
const PATIENCE_MS = 60_000;

/**
 * Acts as a good client does: a 503 has a Retry-After, and is asked again with the same key until there is an answer.
 */
export async function persist(
  ask: (key: string) => Promise<ApiAnswer>,
  key: string = randomUUID(),
): Promise<Persisted> {
  const end = performance.now() + PATIENCE_MS;
  for (let waited = 0; ; waited += 1) {
    const answer = await ask(key);
    if (answer.status !== 503) return { answer, waited, key };
    expect(Number(answer.retryAfter), JSON.stringify(answer.body)).toBeGreaterThan(0);
    if (performance.now() > end) throw new Error(`no answer: ${JSON.stringify(answer.body)}`);
    await sleep(Number(answer.retryAfter) * 1_000);
  }
}

/** An action on a dispute, asked until it is answered. */
export const persistently = (
  who: ApiSession,
  id: string,
  action: string,
  body: object,
  key?: string,
): Promise<Persisted> => persist((used) => who.act(id, action, body, { key: used }), key);

/** Reports a quarrel; it must be taken in at once. Returns the dispute's id. */
export async function reported(who: ApiSession, change: object = {}): Promise<string> {
  const { status, body } = await who.post<{ id: string }>('/v1/reports', quarrel(change));
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}

export const VISIT = { kind: 'visit', note: 'Somebody was there.' };
export const TRIAGE = { category: 'D02', difficulty: 'general', duplicatesChecked: true, level: 'community' };

/** Holds what `statement` locks while `work` runs. */
export async function holding(
  pool: pg.Pool,
  statement: string,
  work: (client: pg.PoolClient) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    // Starting a process meanwhile may take longer than the pool lets a transaction idle.
    await client.query('SET LOCAL idle_in_transaction_session_timeout = 0');
    await client.query(statement);
    await work(client);
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
    client.release();
  }
}
