import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApply } from '../../activities/apply.ts';
import type { Applied } from '../../activities/apply.types.ts';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import type { CaseKind } from '../../domain/machine.ts';
import type { Actor } from '../../domain/roles.ts';
import { createPool } from '../../infra/db/pool.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { migratedDatabase } from '../support/database.ts';
import { actorOf, directory, HOUR, MONDAY, REGION, SYSTEM } from '../support/street.ts';

let stack: Stack;
let pool: pg.Pool;
let apply: ReturnType<typeof createApply>;
let ids = 0;

beforeAll(async () => {
  stack = await migratedDatabase();
  pool = createPool(stack.databaseUrl, { max: 20 });
  apply = createApply({
    pool,
    rules: { policy: () => DEFAULT_POLICY, calendar: () => DEFAULT_CALENDAR },
    directory: () => Promise.resolve(directory),
  });
});

afterAll(async () => {
  await pool.end();
  await stack.stop();
});

interface Asked {
  kind?: CaseKind;
  expectedVersion?: number;
  hop?: number;
}

/** Stores a command as the API would, and returns its id. */
async function store(
  id: string,
  action: string,
  body: object,
  actor: Actor,
  asked: Asked = {},
): Promise<string> {
  const commandId = `cmd-${++ids}`;
  await pool.query(
    `INSERT INTO commands (command_id, case_kind, case_id, action, body, body_hash, actor, expected_version, hop, recorded_at_ms)
     VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8, 0)`,
    [commandId, asked.kind ?? 'task', id, action, body, actor, asked.expectedVersion ?? null, asked.hop ?? 0],
  );
  return commandId;
}

async function opened(id: string): Promise<Applied> {
  const body = {
    ...{
      id,
      policyVersion: DEFAULT_POLICY.version,
      disputeId: 'dsp_1',
      kind: 'whistle',
      what: 'txt_1',
      fromPetition: false,
      reportedBy: null,
      owner: null,
    },
    target: { bodyId: 'housing', region: REGION.grid, level: 'grid' },
  };
  const commandId = await store(id, 'open-task', body, SYSTEM);
  return apply({ kind: 'task', id, commandId, nowMs: MONDAY });
}

const eventsOf = async (id: string): Promise<string[]> => {
  const { rows } = await pool.query<{ type: string }>(
    'SELECT type FROM events WHERE case_id = $1 ORDER BY version',
    [id],
  );
  return rows.map((row) => row.type);
};

test('a command is carried out once, and answered the same again', async () => {
  await opened('t1');
  const commandId = await store('t1', 'report-in', {}, actorOf('handler'));
  const first = await apply({ kind: 'task', id: 't1', commandId, nowMs: MONDAY + HOUR });
  const again = await apply({ kind: 'task', id: 't1', commandId, nowMs: MONDAY + 2 * HOUR });
  expect(first.answer).toMatchObject({ ok: true, version: first.version });
  expect(again).toEqual(first);
  expect((await eventsOf('t1')).filter((type) => type === 'task-reported-in')).toHaveLength(1);
});

test('row, log, outbox and answers agree', async () => {
  const { version } = await opened('t2');
  const { rows } = await pool.query(
    `SELECT version, (SELECT max(version) FROM events WHERE case_id = 't2') AS log,
       (SELECT count(*) FROM outbox WHERE event_id LIKE 'task:t2:%') AS sent, next_wake_at_ms IS NOT NULL AS ticks
     FROM cases WHERE id = 't2'`,
  );
  expect(rows).toEqual([{ version, log: version, sent: version, ticks: true }]);
});

test('a refusal is an answer that changes nothing', async () => {
  const { version } = await opened('t3');
  const commandId = await store('t3', 'answer', { answer: 'txt' }, actorOf('zhang'));
  const refused = await apply({ kind: 'task', id: 't3', commandId, nowMs: MONDAY });
  expect(refused).toMatchObject({ version, answer: { ok: false, refusal: { refused: 'not_permitted' } } });
});

test('a stale version is refused under the lock, and so are commands in circles', async () => {
  await opened('t4');
  const stale = await store('t4', 'report-in', {}, actorOf('handler'), { expectedVersion: 1 });
  expect((await apply({ kind: 'task', id: 't4', commandId: stale, nowMs: MONDAY })).answer).toMatchObject({
    refusal: { refused: 'stale_version' },
  });
  const circling = await store('t4', 'report-in', {}, actorOf('handler'), { hop: 9 });
  expect((await apply({ kind: 'task', id: 't4', commandId: circling, nowMs: MONDAY })).answer).toMatchObject({
    refusal: { refused: 'too_many_hops' },
  });
});

test('a late wake-up records each breach at its own deadline, once', async () => {
  await opened('t5');
  const late = { kind: 'task', id: 't5', commandId: null, nowMs: MONDAY + 30 * 24 * HOUR } as const;
  const woken = await apply(late);
  expect((await apply(late)).version).toBe(woken.version);
  const { rows } = await pool.query<{ broken: string }>(
    `SELECT data->>'brokenAt' AS broken FROM events WHERE case_id = 't5' AND type = 'clock-broken' ORDER BY version`,
  );
  // Four working hours from 09:30: the lunch break does not count.
  expect(Number(rows[0]!.broken)).toBe(MONDAY + 5.5 * HOUR);
  expect(await eventsOf('t5')).toContain('task-fell-silent');
});

test('fifty at once on one case: each is answered, one of them reports in', async () => {
  await opened('t6');
  const commandIds = await Promise.all(
    Array.from({ length: 50 }, () => store('t6', 'report-in', {}, actorOf('handler'))),
  );
  const answers = await Promise.all(
    commandIds.map((commandId) => apply({ kind: 'task', id: 't6', commandId, nowMs: MONDAY })),
  );
  expect(answers.filter(({ answer }) => answer.ok)).toHaveLength(1);
  expect((await eventsOf('t6')).filter((type) => type === 'task-reported-in')).toHaveLength(1);
});

test('a command that was never stored is refused, not invented', async () => {
  await opened('t7');
  const answer = await apply({ kind: 'task', id: 't7', commandId: 'nobody', nowMs: MONDAY });
  expect(answer.answer).toMatchObject({ ok: false, refusal: { refused: 'unknown_reference' } });
});
