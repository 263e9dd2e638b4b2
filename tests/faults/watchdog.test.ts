import { WorkflowUpdateFailedError } from '@temporalio/client';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '../../infra/db/pool.ts';
import type { Stack } from '../../infra/local/stack.ts';
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

test('a case that cannot be woken because of a bug does not keep the others asleep', async () => {
  const row = (id: string, late_ms: number): Promise<unknown> =>
    pool.query(
      `INSERT INTO cases (kind, id, version, state, policy_version, region, region_number, stage, level, clock_state,
         members, final, next_wake_at_ms, opened_at_ms, updated_at_ms)
       VALUES ('task', $1, 1, '{}', 'p', '9901', 1, 'open', 'grid', 'fine', '{}', false, $2, 0, 0)`,
      [id, Date.now() - late_ms],
    );
  await row('broken', 3 * HOUR_MS);
  await row('later', 2 * HOUR_MS);
  await row('fine', -HOUR_MS);
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
