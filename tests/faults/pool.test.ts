import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApply } from '../../activities/apply.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { HANDLERS } from '../../handlers/index.ts';
import { createShell } from '../../infra/consumers/shell.ts';
import { createCurrentDirectory, createDirectorySource } from '../../infra/db/directory.ts';
import { createPool } from '../../infra/db/pool.ts';
import { DISPUTES_TOPIC } from '../../infra/db/rows.ts';
import { createRules } from '../../infra/db/rules.ts';
import { recordCommand } from '../../infra/db/store.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { GRID } from '../../infra/seed/demo-street.ts';
import { ensureRules, seedDemoStreet } from '../../infra/seed/seed.ts';
import { migratedDatabase } from '../support/database.ts';

const CONNECTIONS = 3;
const AT_ONCE = 4 * CONNECTIONS;

let stack: Stack;
let pool: pg.Pool;

beforeAll(async () => {
  stack = await migratedDatabase();
  pool = createPool(stack.databaseUrl, { max: CONNECTIONS });
  await ensureRules(pool);
  await seedDemoStreet(pool);
});
afterAll(async () => {
  await pool.end();
  await stack.stop();
});

/** Opens a task through apply and gives what it put into the outbox. */
async function opened(apply: ReturnType<typeof createApply>, id: string): Promise<void> {
  const target = { bodyId: 'housing', region: GRID, level: 'grid' };
  const body = {
    ...{ id, policyVersion: DEFAULT_POLICY.version, disputeId: null, kind: 'answer', target, what: 'txt' },
    ...{ fromPetition: false, owner: null, reportedBy: null },
  };
  await recordCommand(pool, {
    ...{ commandId: `open-${id}`, kind: 'task', caseId: id, action: 'open-task', body, bodyHash: '' },
    ...{ actor: { id: 'system:test', posts: [], system: true }, hop: 0, recordedAt: 0 },
    ...{ expectedVersion: null, occurredAt: null },
  });
  await apply({ kind: 'task', id, commandId: `open-${id}`, nowMs: Date.now() });
}

const names = (prefix: string): string[] => Array.from({ length: AT_ONCE }, (_, n) => `${prefix}${n}`);

test('more acts at once than the pool has connections, with rules nobody has read yet, take turns', async () => {
  // Each act holds a connection. If reading the rules took a second one, they would wait for each other until they fail.
  const apply = createApply({ pool, rules: createRules(pool), directory: createDirectorySource() });
  await Promise.all(names('act').map((id) => opened(apply, id)));
});

test('so do more batches at once than that', async () => {
  const apply = createApply({ pool, rules: createRules(pool), directory: createDirectorySource() });
  for (const id of names('batch')) await opened(apply, id);
  const { rows } = await pool.query<{ key: string; payload: string }>(
    `SELECT key, payload FROM outbox WHERE key LIKE 'batch%' ORDER BY id`,
  );
  const byCase = [...Map.groupBy(rows, ({ key }) => key).values()];
  const street = HANDLERS.find(({ group }) => group === 'fengqiao.street')!;
  const failed: unknown[] = [];
  const log = {
    info: () => undefined,
    warn: (details: object) => failed.push(details),
    error: () => undefined,
  };
  const shell = createShell(street, {
    ...{ pool, rules: createRules(pool), directory: createCurrentDirectory(pool), logger: log },
    starter: { start: () => Promise.resolve(), send: () => Promise.resolve() },
    mediatorLoad: () => Promise.resolve(new Map<string, number>()),
  });
  const batches = byCase.map((messages, partition) => ({
    ...{ topic: DISPUTES_TOPIC, partition },
    messages: messages.map(({ key, payload: value }, offset) => ({ key, value, offset: String(offset) })),
  }));
  const control = { heartbeat: () => Promise.resolve() };
  await Promise.all(batches.map((batch) => shell.onBatch(batch, control)));
  expect(failed).toEqual([]);
});

test('a batch whose cases do not answer yet keeps its place in the group', async () => {
  const apply = createApply({ pool, rules: createRules(pool), directory: createDirectorySource() });
  await opened(apply, 'slow');
  const { rows } = await pool.query<{ key: string; payload: string }>(
    `SELECT key, payload FROM outbox WHERE key = 'slow' ORDER BY id`,
  );
  let beats = 0;
  const answered = Promise.withResolvers<void>();
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const intake = HANDLERS.find(({ group }) => group === 'fengqiao.intake')!;
  const shell = createShell(intake, {
    ...{ pool, rules: createRules(pool), directory: createCurrentDirectory(pool), logger: silent },
    starter: {
      start() {
        // From here on only a heartbeat that comes by itself ends the wait.
        beats = 0;
        return answered.promise;
      },
      send: () => Promise.resolve(),
    },
    mediatorLoad: () => Promise.resolve(new Map<string, number>()),
  });
  const messages = rows.map(({ key, payload: value }, offset) => ({ key, value, offset: String(offset) }));
  await shell.onBatch(
    { topic: DISPUTES_TOPIC, partition: 0, messages },
    {
      async heartbeat() {
        beats += 1;
        if (beats === 2) answered.resolve();
      },
    },
  );
  expect(beats).toBeGreaterThanOrEqual(2);
});
