import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApply } from '../../activities/apply.ts';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { createPool } from '../../infra/db/pool.ts';
import { testServerPath, type Stack } from '../../infra/local/stack.ts';
import { sendCommand } from '../../infra/temporal/client.ts';
import { CASES_QUEUE } from '../../workflows/messages.ts';
import { migratedDatabase } from '../support/database.ts';
import { actorOf, directory, REGION, SYSTEM } from '../support/street.ts';

let stack: Stack;
let pool: pg.Pool;
let env: TestWorkflowEnvironment;
let workflowBundle: { code: string };
const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));

beforeAll(async () => {
  stack = await migratedDatabase();
  pool = createPool(stack.databaseUrl, { max: 10 });
  const path = await testServerPath();
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  workflowBundle = await bundleWorkflowCode({ workflowsPath });
});

afterAll(async () => {
  await env.teardown();
  await pool.end();
  await stack.stop();
});

async function store(
  id: string,
  commandId: string,
  action: string,
  body: object,
  actor: object,
): Promise<void> {
  await pool.query(
    `INSERT INTO commands (command_id, case_kind, case_id, action, body, body_hash, actor, recorded_at_ms)
     VALUES ($1, 'task', $2, $3, $4, '', $5, 0)`,
    [commandId, id, action, body, actor],
  );
}

test('a task nobody answers falls silent by itself, is answered, and ends; its history replays', async () => {
  const apply = createApply({
    pool,
    rules: { policy: () => DEFAULT_POLICY, calendar: () => DEFAULT_CALENDAR },
    directory: () => Promise.resolve(directory),
  });
  const worker = await Worker.create({
    ...{ connection: env.nativeConnection, taskQueue: CASES_QUEUE, workflowBundle, activities: { apply } },
  });
  const input = { kind: 'task', id: 'tsk_1' } as const;
  const target = { bodyId: 'housing', region: REGION.grid, level: 'grid' };
  const opening = {
    id: input.id,
    policyVersion: DEFAULT_POLICY.version,
    disputeId: 'dsp_1',
    kind: 'whistle',
    what: 'txt_1',
  };
  await store(
    input.id,
    'c1',
    'open-task',
    { ...opening, target, fromPetition: false, reportedBy: null, owner: null },
    SYSTEM,
  );
  await store(input.id, 'c2', 'answer', { answer: 'txt_2' }, actorOf('handler'));

  await worker.runUntil(async () => {
    expect(await sendCommand(env.client, { ...input, commandId: 'c1' })).toMatchObject({ ok: true });
    await env.sleep('20 days');
    const { rows } = await pool.query<{ n: number }>(
      `SELECT count(*) AS n FROM events WHERE type = 'task-fell-silent'`,
    );
    expect(rows[0]!.n).toBeGreaterThanOrEqual(2);
    const answered = await sendCommand(env.client, { ...input, commandId: 'c2' });
    expect(answered).toMatchObject({ ok: true });
    expect(await sendCommand(env.client, { ...input, commandId: 'c2' })).toEqual(answered);
    await env.client.workflow.getHandle('task-tsk_1').result();
  });

  const history = await env.client.workflow.getHandle('task-tsk_1').fetchHistory();
  await Worker.runReplayHistory({ workflowBundle }, history);
  expect(JSON.stringify(history)).not.toContain('housing');
});
