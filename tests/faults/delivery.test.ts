import { afterAll, beforeAll, expect, test } from 'vitest';
import { DISPUTES_TOPIC } from '../../infra/db/rows.ts';
import type { BusEvent } from '../../schemas/events/envelope.ts';
import { START_MS } from '../support/engine.ts';
import { faultBed, type FaultBed, type Part } from '../support/fault-bed.ts';
import { everythingIn, evictMembers } from '../support/kafka-desk.ts';
import { eventually, holding, persistently, reported, TRIAGE, VISIT } from '../support/persistent.ts';
import { startProxy } from '../support/proxy.ts';

let bed: FaultBed;
let handlers: Part;

beforeAll(async () => {
  bed = await faultBed();
  await Promise.all((['api', 'worker'] as const).map((part) => bed.start(part)));
}, START_MS);
afterAll(() => bed.stop());

const count = async (sql: string): Promise<number> =>
  (await bed.pool.query<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`)).rows[0]!.n;

/** Reports with tasks, conferences to come, and acts: the handlers have queues, notices and commands to make of it. */
async function load(cases: number): Promise<string[]> {
  const [grid, community, duty] = await Promise.all([
    bed.as('grid-1'),
    bed.as('community-1'),
    bed.as('duty-1'),
  ]);
  const one = async (_: unknown, n: number): Promise<string> => {
    const red = n % 3 === 0;
    const id = await reported(grid, red ? { danger: { violence: true } } : {});
    await persistently(grid, id, 'record-measure', VISIT);
    if (red) return id;
    await persistently(community, id, 'triage', TRIAGE);
    const task = { kind: 'whistle', bodyId: 'housing', what: 'Look at the pipe.' };
    const told = await persistently(n % 2 === 0 ? community : duty, id, 'assign-task', task);
    expect(told.answer.status, JSON.stringify(told.answer.body)).toBe(200);
    return id;
  };
  return Promise.all(Array.from({ length: cases }, one));
}

/** Whether a session of PostgreSQL waits for a lock in the middle of such a statement. */
const waitsIn = (statement: string) => async (): Promise<boolean> =>
  (await count(
    `pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid() AND query LIKE '${statement}%'`,
  )) > 0;

test('a relay is killed between publishing and deleting: the standby goes on, in order, without a gap', async () => {
  await load(10);
  let rows = 0;
  let standby: Part | undefined;
  await holding(bed.pool, 'SELECT FROM outbox ORDER BY id LIMIT 1 FOR UPDATE', async (client) => {
    const active = await bed.start('relay');
    await eventually('a batch is published and not deleted', waitsIn('DELETE FROM outbox'));
    rows = await count('outbox');
    standby = await bed.start('relay');
    await active.kill();
    // What PostgreSQL does as soon as it notices that the other end is gone.
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'relay' AND query LIKE 'DELETE FROM outbox%'`);
  });
  await load(10);
  await eventually('the standby has published the rest', async () => (await count('outbox')) === 0);
  await standby?.kill();
  await load(5);
  await bed.start('relay');
  await eventually('a third one has published the rest', async () => (await count('outbox')) === 0);

  const lying = (await everythingIn(bed.brokers, DISPUTES_TOPIC)).map(
    ({ value }) => JSON.parse(value) as BusEvent,
  );
  const ids = new Set(lying.map(({ id }) => id));
  // The batch that was published twice is there twice; nothing is missing.
  expect(lying.length - ids.size).toBeGreaterThanOrEqual(Math.min(rows, 500));
  const { rows: log } = await bed.pool.query<{ event_id: string }>('SELECT event_id FROM events');
  expect(ids).toEqual(new Set(log.map(({ event_id }) => event_id)));
  const latest = new Map<string, number>();
  for (const { data } of lying) {
    const seen = latest.get(data.caseId) ?? 0;
    // Repeated or next, never a gap.
    expect(data.version).toBeLessThanOrEqual(seen + 1);
    latest.set(data.caseId, Math.max(seen, data.version));
  }
});

test('the handlers are killed in the middle of a batch and start again: every event has its effects once', async () => {
  const writing = {
    ...{ work_items: '%WITH wanted', notices: 'INSERT INTO notices', commands: 'INSERT INTO commands' },
  };
  for (const [table, statement] of Object.entries(writing)) {
    // What they find when they start: with them running it might all be done before the lock is there.
    await load(6);
    await holding(bed.pool, `LOCK TABLE ${table} IN SHARE MODE`, async () => {
      handlers = await bed.start('handlers');
      await eventually(`a batch waits for ${table}`, waitsIn(statement));
      await handlers.kill();
    });
    await evictMembers(bed.brokers);
  }
  handlers = await bed.start('handlers');
  await load(5);
  expect(await bed.audit()).toEqual([]);
});

test('the handlers are killed between the commit and sending the commands: the next ones send them', async () => {
  await handlers.stop();
  const proxy = await startProxy(bed.stack.temporalAddress);
  handlers = await bed.start('handlers', { TEMPORAL_ADDRESS: proxy.address });
  proxy.hold();
  await load(6);
  await eventually(
    'commands are stored and cannot be sent',
    async () => (await count(`commands WHERE cause IS NOT NULL AND answer IS NULL`)) > 0,
  );
  const before = await count('commands WHERE cause IS NOT NULL AND answer IS NULL');
  await handlers.kill();
  await proxy.stop();
  expect(await count('commands WHERE cause IS NOT NULL AND answer IS NULL')).toBe(before);
  await evictMembers(bed.brokers);
  handlers = await bed.start('handlers');
  expect(await bed.audit()).toEqual([]);
});

test('without Kafka reports are taken in and acts carried out; the queues fill when it is back', async () => {
  await bed.component('kafka').kill();
  const ids = await load(4);
  expect(ids).toHaveLength(4);
  expect(await count('outbox')).toBeGreaterThan(0);
  await bed.component('kafka').restart();
  expect(await bed.audit()).toEqual([]);
});
