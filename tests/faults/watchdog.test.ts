import { WorkflowUpdateFailedError } from '@temporalio/client';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '../../infra/db/pool.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { TemporalAwayError } from '../../infra/temporal/client.ts';
import { startWatchdog } from '../../infra/watchdog.ts';
import { migratedDatabase } from '../support/database.ts';

let stack: Stack;
let pool: pg.Pool;

beforeAll(async () => {
  stack = await migratedDatabase();
  pool = createPool(stack.databaseUrl, { max: 2 });
});
afterAll(async () => {
  await pool.end();
  await stack.stop();
});

const HOUR_MS = 3_600_000;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** An open case that should have been woken so long ago. */
const late = (id: string, late_ms: number): Promise<unknown> =>
  pool.query(
    `INSERT INTO cases (kind, id, version, state, policy_version, region, region_number, stage, level, clock_state,
       members, final, next_wake_at_ms, opened_at_ms, updated_at_ms)
     VALUES ('task', $1, 1, '{}', 'p', '9901', 1, 'open', 'grid', 'fine', '{}', false, $2, 0, 0)`,
    [id, Date.now() - late_ms],
  );

test('a case that cannot be woken because of a bug does not keep the others asleep', async () => {
  await late('broken', 3 * HOUR_MS);
  await late('later', 2 * HOUR_MS);
  await late('fine', -HOUR_MS);
  const woken: string[] = [];
  const watchdog = startWatchdog({
    ...{ pool, logger: silent, everyMs: HOUR_MS, send: () => Promise.resolve() },
    async wake({ id }) {
      if (id === 'broken') throw new WorkflowUpdateFailedError('apply failed', new Error('a bug'));
      woken.push(id);
    },
  });
  expect(await watchdog.round()).toEqual({ late: 2, unanswered: 0 });
  expect(woken).toEqual(['later']);
  await watchdog.stop();
});

test('stopping ends a call that waits, and no further case is tried', async () => {
  expect((await pool.query('SELECT FROM cases WHERE NOT final')).rowCount).toBeGreaterThan(1);
  const tried: string[] = [];
  const waits = Promise.withResolvers<void>();
  const watchdog = startWatchdog({
    ...{ pool, logger: silent, everyMs: 1, send: () => Promise.resolve() },
    wake: ({ id }, signal) => {
      tried.push(id);
      waits.resolve();
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    },
  });
  await waits.promise;
  await watchdog.stop();
  expect(tried).toHaveLength(1);
});

test('when Temporal itself does not answer the round ends with the first case', async () => {
  expect((await pool.query('SELECT FROM cases WHERE NOT final')).rowCount).toBeGreaterThan(1);
  const tried: string[] = [];
  const watchdog = startWatchdog({
    ...{ pool, logger: silent, everyMs: HOUR_MS, send: () => Promise.resolve() },
    async wake({ id }) {
      tried.push(id);
      throw new TemporalAwayError('Temporal does not answer');
    },
  });
  await expect(watchdog.round()).rejects.toThrow(TemporalAwayError);
  expect(tried).toHaveLength(1);
  await watchdog.stop();
});
