import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ANSWER_MS } from '../../infra/temporal/client.ts';
import { audit } from '../support/auditor.ts';
import { newKey, START_MS } from '../support/engine.ts';
import { faultBed, type FaultBed } from '../support/fault-bed.ts';
import { eventually, persistently, reported, TRIAGE, VISIT } from '../support/persistent.ts';

let bed: FaultBed;

beforeAll(async () => {
  bed = await faultBed();
  await Promise.all((['api', 'relay', 'handlers', 'worker'] as const).map((part) => bed.start(part)));
}, START_MS);
afterAll(() => bed.stop());

const count = async (sql: string): Promise<number> =>
  (await bed.pool.query<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`)).rows[0]!.n;
const measures = (ids: string[]): Promise<number> =>
  count(`events WHERE type = 'measure-recorded' AND case_id IN ('${ids.join("', '")}')`);

test('Temporal is killed while people act: every act is carried out once', async () => {
  const grid = await bed.as('grid-1');
  const ids = await Promise.all([1, 2, 3, 4].map(() => reported(grid)));
  // Some are answered before, some are on their way, some come while nobody is there.
  const wave = (): Promise<unknown>[] => ids.map((id) => persistently(grid, id, 'record-measure', VISIT));
  const first = wave();
  await eventually('some are carried out', async () => (await measures(ids)) > 0);
  const second = wave();
  await bed.component('temporal').kill();
  const third = wave();
  await bed.component('temporal').restart();
  const all = await Promise.all([...first, ...second, ...third]);
  expect(all.map((one) => (one as { answer: { status: number } }).answer.status)).toEqual(all.map(() => 200));
  expect(await measures(ids)).toBe(12);
  expect(await bed.audit()).toEqual([]);
});

test('without Temporal reports are taken in; acts are told to come back, and are carried out with the same key', async () => {
  const grid = await bed.as('grid-1');
  const before = await reported(grid);
  await bed.component('temporal').kill();
  const during = await reported(grid);
  const keys = [newKey(), newKey()];
  const ids = [before, during];
  const begin = performance.now();
  const told = await Promise.all(
    ids.map((id, i) => grid.act(id, 'record-measure', VISIT, { key: keys[i]! })),
  );
  // The client alone would go on trying for 16 s.
  expect(performance.now() - begin).toBeLessThan(ANSWER_MS + 2_000);
  for (const { status, retryAfter, body } of told) {
    expect({ status, code: body['code'] }).toEqual({ status: 503, code: 'still_recording' });
    expect(Number(retryAfter)).toBeGreaterThan(0);
  }
  await bed.component('temporal').restart();
  const done = await Promise.all(
    ids.map((id, i) => persistently(grid, id, 'record-measure', VISIT, keys[i])),
  );
  expect(done.map(({ answer }) => answer.status)).toEqual([200, 200]);
  expect(await measures(ids)).toBe(2);
  expect(await bed.audit()).toEqual([]);
});

test('without Temporal a worker and handlers in the middle of their work stop in order', async () => {
  const [worker, handlers] = await Promise.all([bed.start('worker'), bed.start('handlers')]);
  const grid = await bed.as('grid-1');
  await bed.component('temporal').kill();
  const ids = await Promise.all([1, 2, 3, 4].map(() => reported(grid)));
  const waiting = grid.act(ids[0]!, 'record-measure', VISIT);
  // Whoever is not through after 20 s ends with 1.
  expect(await Promise.all([worker.stop(), handlers.stop()])).toEqual([0, 0]);
  await waiting;
  await bed.component('temporal').restart();
  expect(await bed.audit()).toEqual([]);
});

test('Temporal loses its whole database: reconcile gives every open case its workflow and clock back', async () => {
  const [grid, community] = await Promise.all([bed.as('grid-1'), bed.as('community-1')]);
  const [open, red, left, target] = await Promise.all([
    reported(grid),
    reported(grid, { danger: { violence: true } }),
    reported(grid),
    reported(grid),
  ]);
  const merge = { into: target, reason: 'The same quarrel.' };
  expect((await persistently(community, left, 'merge', merge)).answer.status).toBe(200);
  expect(await bed.audit()).toEqual([]);

  await bed.component('temporal').kill();
  const files = globSync(join(bed.dataDir, 'temporal', 'temporal.db*'));
  expect(files).not.toEqual([]);
  files.forEach((file) => rmSync(file));
  await bed.component('temporal').restart();
  expect(
    (await audit(bed.pool, { temporal: bed.temporal })).filter((fault) => fault.includes('MISSING')),
  ).toHaveLength(await count('cases WHERE NOT final'));
  expect(await bed.run('reconcile')).toBe(0);
  expect(await bed.audit()).toEqual([]);
  // Also what was in flight when it was lost: the same worker goes on, nothing has to be restarted.
  const act = await persistently(community, open, 'triage', TRIAGE);
  expect(act.answer.status).toBe(200);
  expect((await persistently(community, left, 'unmerge', { reason: 'It is not.' })).answer.status).toBe(200);
  expect((await persistently(grid, red, 'record-measure', VISIT)).answer.status).toBe(200);
  expect(await bed.audit()).toEqual([]);
});
