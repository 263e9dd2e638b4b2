import { TestWorkflowEnvironment } from '@temporalio/testing';
import type pg from 'pg';
import { createPool } from '../../infra/db/pool.ts';
import { temporalPath } from '../../infra/local/temporal.ts';
import { defaultCacheDir } from '../../infra/local/cache.ts';
import { testServerPath } from '../../infra/local/stack.ts';
import { migratedDatabase } from './database.ts';
import { quietRuntime } from './quiet.ts';

export interface TestWorld {
  pool: pg.Pool;
  env: TestWorkflowEnvironment;
  stop(): Promise<void>;
}

/** A database and Temporal's time-skipping server: months pass in seconds. It has one clock, so tests take turns. */
export const skippingWorld = (): Promise<TestWorld> =>
  world(async () => {
    const executable = { type: 'existing-path', path: await testServerPath() } as const;
    return TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  });

/**
 * Temporal's development server, which asks for continue-as-new after so many history events instead of some thousands.
 * Time is real here.
 */
export async function renewingServer(events: number): Promise<TestWorkflowEnvironment> {
  const path = await temporalPath(defaultCacheDir(process.env), process.env, () => undefined);
  const limit = `limit.historyCount.suggestContinueAsNew=${events}`;
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      // It calls an Update that meets the end of a run an error; clients try again.
      log: { format: 'pretty', level: 'never' },
      extraArgs: ['--dynamic-config-value', limit],
    },
  });
}

/** The same with a database. */
export const renewingWorld = (events: number): Promise<TestWorld> => world(() => renewingServer(events));

async function world(start: () => Promise<TestWorkflowEnvironment>): Promise<TestWorld> {
  quietRuntime();
  const [stack, env] = await Promise.all([migratedDatabase(), start()]);
  const pool = createPool(stack.databaseUrl, { max: 20 });
  return {
    ...{ pool, env },
    async stop() {
      await env.teardown();
      await pool.end();
      await stack.stop();
    },
  };
}
