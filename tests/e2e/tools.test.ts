import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { eventually, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';

let engine: TestEngine;
let id: string;

beforeAll(async () => {
  engine = await startEngine();
  const grid = await engine.as('grid-1');
  const taken = await grid.post<{ id: string }>('/v1/reports', quarrel({ danger: { violence: true } }));
  id = taken.body.id;
  await drained();
}, START_MS);
afterAll(() => engine.stop());

/** Runs a tool as an administrator does, on this engine. */
function tool(name: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, ...engine.env };
  const script = fileURLToPath(new URL(`../../bin/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, output })));
}

async function counts(): Promise<Record<string, number>> {
  const { rows } = await engine.resources.pool.query<Record<string, number>>(
    `SELECT (SELECT count(*) FROM outbox) AS outbox, (SELECT count(*) FROM commands WHERE answer IS NULL) AS waiting,
      (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM notices) AS notices,
      (SELECT count(*) FROM commands) AS commands, (SELECT count(*) FROM work_items WHERE status = 'open') AS work,
      (SELECT count(*) FROM inbox) AS inbox, (SELECT count(*) FROM dead_letters) AS dead`,
  );
  return rows[0]!;
}

/** Everything that follows from what was done has happened: each group has seen each event. */
const drained = (): Promise<void> =>
  eventually('everything is handled', async () => {
    const { outbox, waiting, events, inbox } = await counts();
    return outbox === 0 && waiting === 0 && inbox === 6 * events!;
  });

test('rebuild finds a sound system sound, says what was damaged, and mends it', async () => {
  expect(await tool('rebuild')).toMatchObject({
    code: 0,
    output: expect.stringContaining('0 differ') as string,
  });
  const { pool } = engine.resources;
  await pool.query(
    `UPDATE cases SET level = 'grid', state = jsonb_set(state, '{level}', '"grid"') WHERE id = $1`,
    [id],
  );
  await pool.query(`UPDATE work_items SET status = 'done' WHERE case_id = $1 AND kind = 'red-alert'`, [id]);
  const found = await tool('rebuild');
  expect(found.code).toBe(1);
  expect(found.output).toMatch(new RegExp(`dispute ${id}: .*state.*level.*red-alert`));
  expect((await tool('rebuild', '--write')).code).toBe(0);
  expect((await tool('rebuild')).output).toContain('0 differ');
});

test('republish sends events again, and nothing happens twice', async () => {
  const before = await counts();
  const sent = await tool('republish', '--hours', '1');
  expect(sent, sent.output).toMatchObject({ code: 0 });
  expect(sent.output).toContain(`${before['events']} events`);
  await drained();
  expect(await counts()).toEqual(before);
  expect((await tool('republish', '--hours', 'yesterday')).code).toBe(2);
});

test('reconcile wakes every open case and changes nothing', async () => {
  const before = await counts();
  const woken = await tool('reconcile');
  expect(woken, woken.output).toMatchObject({ code: 0 });
  expect(woken.output).toMatch(/reconcile: (\d+) of \1/);
  expect(await counts()).toEqual(before);
});

test('a new calendar moves the deadlines it touches, once, and leaves the others', async () => {
  const clocksOf = async (): Promise<{ id: string; dueAt: number }[]> => {
    const { rows } = await engine.resources.pool.query<{ clocks: { id: string; dueAt: number }[] }>(
      `SELECT state->'clocks' AS clocks FROM cases WHERE id = $1`,
      [id],
    );
    return rows[0]!.clocks;
  };
  const grid = await engine.as('grid-1');
  const calm = await grid.post<{ id: string }>('/v1/reports', quarrel());
  await drained();
  const admin = await engine.as('admin-1');
  // Every day from today on for two weeks is a holiday now.
  const off = Array.from({ length: 14 }, (_, n) =>
    new Date(Date.now() + (n - 1) * 86_400_000).toISOString().slice(0, 10),
  );
  const years = DEFAULT_CALENDAR.years.map((entry) => {
    const mine = off.filter((day) => day.startsWith(String(entry.year)));
    const holidays = [...new Set([...entry.holidays, ...mine])].toSorted();
    return { ...entry, holidays, makeUpDays: entry.makeUpDays.filter((day) => !mine.includes(day)) };
  });
  const loaded = await admin.post('/v1/calendars', { version: 'strike', years });
  expect(loaded.status, JSON.stringify(loaded.body)).toBe(201);
  const before = await clocksOf();
  // A process goes on with the old calendar for two seconds at most.
  await eventually('the job moves deadlines', async () => {
    const run = await tool('recompute');
    expect(run.code, run.output).toBe(0);
    const { rows } = await engine.resources.pool.query<{ n: number }>(
      `SELECT count(*) AS n FROM events WHERE type = 'clock-recomputed' AND case_id = $1`,
      [calm.body.id],
    );
    return rows[0]!.n > 0;
  });
  // Red clocks run around the clock: holidays are nothing to them.
  const red = (clocks: typeof before) => clocks.filter(({ id: clock }) => clock.startsWith('red-'));
  expect(red(await clocksOf())).toEqual(red(before));
  const again = await counts();
  await tool('recompute');
  expect(await counts()).toEqual({ ...again });
});
