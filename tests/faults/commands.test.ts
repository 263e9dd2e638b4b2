import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { workflowIdOf } from '../../workflows/messages.ts';
import { newKey, START_MS } from '../support/engine.ts';
import { faultBed, type FaultBed } from '../support/fault-bed.ts';
import { eventually, persistently, reported, TRIAGE, VISIT } from '../support/persistent.ts';
import { quietRuntime } from '../support/quiet.ts';
import { renewingServer } from '../support/skipping.ts';

let bed: FaultBed;
let server: TestWorkflowEnvironment;

beforeAll(async () => {
  quietRuntime();
  server = await renewingServer(80);
  bed = await faultBed({ temporalAddress: server.address });
  await Promise.all([bed.start('api'), bed.start('worker')]);
}, START_MS);
afterAll(async () => {
  await bed.stop();
  await server.teardown();
});

const measures = async (id: string): Promise<number> => {
  const sql = `SELECT count(*) AS n FROM events WHERE type = 'measure-recorded' AND case_id = $1`;
  return (await bed.pool.query<{ n: number }>(sql, [id])).rows[0]!.n;
};
const runOf = async (id: string): Promise<string> =>
  (await bed.temporal.workflow.getHandle(workflowIdOf({ kind: 'dispute', id })).describe()).runId;

test('the first act overtakes Kafka, which nobody has told of the report yet', async () => {
  const id = await reported(await bed.as('grid-1'));
  const { rows } = await bed.pool.query('SELECT FROM outbox');
  expect(rows.length).toBeGreaterThan(0);
  const { answer } = await persistently(await bed.as('community-1'), id, 'triage', TRIAGE);
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 200 });
  await Promise.all([bed.start('relay'), bed.start('handlers')]);
  expect(await bed.audit()).toEqual([]);
});

test('fifty acts at once on one dispute: each is answered or told to come back, nothing happens twice', async () => {
  const grid = await bed.as('grid-1');
  const id = await reported(grid);
  const all = await Promise.all(
    Array.from({ length: 50 }, () => persistently(grid, id, 'record-measure', VISIT)),
  );
  expect(new Set(all.map(({ answer }) => answer.status))).toEqual(new Set([200]));
  // Each has an event of its own, so each was told another version at the time it was carried out.
  const { rows } = await bed.pool.query<{ n: number }>(
    `SELECT count(DISTINCT answer->>'version') AS n FROM commands WHERE case_id = $1 AND action = 'record-measure'`,
    [id],
  );
  expect(rows[0]!.n).toBe(50);
  expect(await measures(id)).toBe(50);
  const again = await Promise.all(all.map(({ key }) => persistently(grid, id, 'record-measure', VISIT, key)));
  expect(new Set(again.map(({ answer }) => answer.status))).toEqual(new Set([200]));
  expect(await measures(id)).toBe(50);
  expect(await bed.audit()).toEqual([]);
});

test('the same key after the run was renewed, and after the case was closed; another person’s is another act', async () => {
  const [grid, community] = await Promise.all([bed.as('grid-1'), bed.as('community-1')]);
  const [id, target] = await Promise.all([reported(grid), reported(grid)]);
  const key = newKey();
  const stored = async (): Promise<unknown[]> =>
    (
      await bed.pool.query<object>(
        `SELECT * FROM commands WHERE case_id = $1 AND action = 'record-measure'`,
        [id],
      )
    ).rows;
  expect((await persistently(grid, id, 'record-measure', VISIT, key)).answer.status).toBe(200);
  expect((await persistently(community, id, 'record-measure', VISIT, key)).answer.status).toBe(200);
  expect(await measures(id)).toBe(2);
  const first = await stored();
  const run = await runOf(id);
  await eventually('the run is renewed', async () => {
    await persistently(grid, id, 'link', { disputeId: target, relation: 'related' });
    return (await runOf(id)) !== run;
  });
  expect((await persistently(grid, id, 'record-measure', VISIT, key)).answer.status).toBe(200);

  const closing = newKey();
  const merge = { into: target, reason: 'The same quarrel.' };
  expect((await persistently(community, id, 'merge', merge, closing)).answer.status).toBe(200);
  expect((await persistently(community, id, 'merge', merge, closing)).answer.status).toBe(200);
  expect((await persistently(grid, id, 'record-measure', VISIT, key)).answer.status).toBe(200);
  expect(await stored()).toEqual(first);
  const late = await persistently(grid, id, 'record-measure', VISIT);
  expect(late.answer).toMatchObject({ status: 409, body: { code: 'out_of_order' } });
  expect(await measures(id)).toBe(2);
  expect(await bed.audit()).toEqual([]);
});

test('acts that race the end of a case are carried out before it or refused after it', async () => {
  const [grid, community] = await Promise.all([bed.as('grid-1'), bed.as('community-1')]);
  const target = await reported(grid);
  const merge = { into: target, reason: 'The same quarrel.' };
  const race = async (): Promise<void> => {
    const id = await reported(grid);
    const act = (): Promise<number> =>
      persistently(grid, id, 'record-contact', {
        partyId: 'nobody',
        channel: 'visit',
        result: 'reached',
      }).then(({ answer }) => answer.status);
    const acts = [act(), act(), act()];
    const closed = await persistently(community, id, 'merge', merge);
    expect(closed.answer.status).toBe(200);
    // The next ones meet a run that is ending, or the one after it.
    const statuses = await Promise.all([...acts, act(), act(), act(), act()]);
    statuses.forEach((status) => expect([409, 422]).toContain(status));
    const back = await persistently(community, id, 'unmerge', { reason: 'It is not.' });
    expect(back.answer.status).toBe(200);
    expect(await act()).toBe(422);
  };
  await Promise.all(Array.from({ length: 8 }, race));
  expect(await bed.audit()).toEqual([]);
});
