import { afterAll, beforeAll, expect, test } from 'vitest';
import { GROUPS } from '../../infra/consumers/groups.ts';
import { REPORTS_TOPIC } from '../../infra/consumers/reports.ts';
import { DISPUTES_TOPIC } from '../../infra/db/rows.ts';
import { newKey, quarrel, START_MS } from '../support/engine.ts';
import { faultBed, type FaultBed, type Part } from '../support/fault-bed.ts';
import { everythingIn, produce } from '../support/kafka-desk.ts';
import { eventually, persistently, reported, TRIAGE, VISIT } from '../support/persistent.ts';

let bed: FaultBed;
let handlers: Part;

beforeAll(async () => {
  bed = await faultBed();
  const others = (['api', 'relay', 'worker'] as const).map((part) => bed.start(part));
  [handlers] = await Promise.all([bed.start('handlers'), ...others]);
}, START_MS);
afterAll(() => bed.stop());

interface Letter {
  id: number;
  group: string;
  key: string;
  code: string;
  eventId: string | null;
}

const letters = async (key: string): Promise<Letter[]> => {
  const { body } = await (await bed.as('admin-1')).get<{ items: Letter[] }>('/v1/dead-letters?limit=200');
  return body.items.filter((letter) => letter.key === key).sort((a, b) => a.id - b.id);
};
const carriedOut = async (group: string, id: string): Promise<string[]> => {
  const sql = `SELECT event_id FROM inbox WHERE group_name = $1 AND event_id LIKE $2 ORDER BY event_id`;
  return (await bed.pool.query<{ event_id: string }>(sql, [group, `dispute:${id}:%`])).rows.map(
    ({ event_id }) => event_id,
  );
};
const open = async (id: string): Promise<string[]> => {
  const sql = `SELECT kind FROM work_items WHERE case_id = $1 AND status = 'open' ORDER BY kind`;
  return (await bed.pool.query<{ kind: string }>(sql, [id])).rows.map(({ kind }) => kind);
};
const triage = async (id: string): Promise<void> => {
  const { answer } = await persistently(await bed.as('community-1'), id, 'triage', TRIAGE);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
};
const replay = async (group: string, key: string): Promise<Record<string, unknown>> =>
  (await (await bed.as('admin-1')).post('/v1/dead-letters/replay', { group, key })).body;
const discard = async ({ id }: Letter): Promise<void> => {
  const { status } = await (
    await bed.as('admin-1')
  ).post(`/v1/dead-letters/${id}/discard`, { reason: 'Not ours.' });
  expect(status).toBe(204);
};

test.each([
  ['that is no JSON', 'malformed', () => 'not { json, and \0 is nothing PostgreSQL can store'],
  [
    'of a version from the future',
    'unknown_version',
    (id: string) =>
      JSON.stringify({
        ...{ specversion: '1.0', id: `future:${id}`, source: 'fengqiao', subject: id },
        ...{ type: 'cn.fengqiao.dispute.triaged.v9', data: {} },
      }),
  ],
])(
  'a message %s is set aside; later events of its case wait, others go on, and replay is in order',
  async (_, code, value) => {
    const [grid, admin] = await Promise.all([bed.as('grid-1'), bed.as('admin-1')]);
    const [sick, well] = await Promise.all([reported(grid), reported(grid)]);
    await eventually(
      'both are in the queue',
      async () => (await open(sick)).length * (await open(well)).length > 0,
    );
    await produce(bed.brokers, DISPUTES_TOPIC, [{ key: sick, value: value(sick) }]);
    await eventually(
      'every group has set it aside',
      async () => (await letters(sick)).length === GROUPS.length,
    );
    expect(new Set((await letters(sick)).map((letter) => letter.code))).toEqual(new Set([code]));

    await Promise.all([triage(sick), triage(well)]);
    await eventually('the other case goes on', async () => (await open(well)).includes('handle'));
    await eventually(
      'the case’s own events wait behind it',
      async () =>
        (await letters(sick)).filter((letter) => letter.code === 'waits_behind').length >= GROUPS.length,
    );
    expect(await open(sick)).not.toContain('handle');
    // Pressing the button helps nothing while the first one cannot be read.
    expect(await replay('fengqiao.grid', sick)).toEqual({ replayed: 0, failed: 1 });
    expect(await open(sick)).not.toContain('handle');

    for (const letter of (await letters(sick)).filter((one) => one.code === code)) await discard(letter);
    for (const group of GROUPS) {
      const waiting = (await letters(sick)).filter((letter) => letter.group === group);
      expect(waiting.map((letter) => letter.code)).toEqual(waiting.map(() => 'waits_behind'));
      expect(await replay(group, sick)).toEqual({ replayed: waiting.length, failed: 0 });
    }
    expect(await open(sick)).toContain('handle');
    expect((await admin.get('/v1/dead-letters')).body['items']).toEqual([]);
    expect(await bed.audit()).toEqual([]);
  },
);

test('an event that a handler chokes on is set aside, and carried out in its place once the damage is mended', async () => {
  const [grid, community] = await Promise.all([bed.as('grid-1'), bed.as('community-1')]);
  const sick = await reported(grid);
  await eventually('it is in the queue', async () => (await open(sick)).length > 0);
  expect(await bed.audit()).toEqual([]);
  await handlers.stop();
  await triage(sick);
  await persistently(community, sick, 'record-measure', VISIT);
  const { rows } = await bed.pool.query<{ state: object }>('SELECT state FROM cases WHERE id = $1', [sick]);
  // Damage of the kind a hand-made correction does: the row has no clocks, which every queue looks at.
  await bed.pool.query(`UPDATE cases SET state = state - 'clocks' WHERE id = $1`, [sick]);
  const well = await reported(grid);
  handlers = await bed.start('handlers');
  await eventually('the other case goes on', async () => (await open(well)).length > 0);
  await eventually('the queues set it aside', async () =>
    (await letters(sick)).some((letter) => letter.code === 'handler_failed'),
  );
  const all = await bed.pool.query<{ event_id: string }>(
    'SELECT event_id FROM events WHERE case_id = $1 ORDER BY version',
    [sick],
  );
  await eventually('everything has been looked at', async () =>
    (await Promise.all(GROUPS.map((group) => carriedOut(group, sick)))).every(
      (done) => done.length === all.rows.length,
    ),
  );
  const street = (await letters(sick)).filter((letter) => letter.group === 'fengqiao.street');
  expect(street.map((letter) => letter.code)).toEqual([
    'handler_failed',
    ...street.slice(1).map(() => 'waits_behind'),
  ]);
  const places = street.map(({ eventId }) => all.rows.findIndex(({ event_id }) => event_id === eventId));
  expect(places).toEqual(places.toSorted((a, b) => a - b));

  await bed.pool.query('UPDATE cases SET state = $2 WHERE id = $1', [sick, rows[0]!.state]);
  for (const group of new Set((await letters(sick)).map((letter) => letter.group)))
    expect((await replay(group, sick))['failed']).toBe(0);
  expect(await bed.audit()).toEqual([]);

  // Each letter was announced, by its number and place: what it says is nobody's business there.
  const told = await everythingIn(bed.brokers, `${DISPUTES_TOPIC}.dlq`);
  const ids = new Set(street.map((letter) => letter.id));
  const ours = told
    .map(({ value }) => JSON.parse(value) as { data: { deadLetterId: number; code: string } })
    .filter(({ data }) => ids.has(data.deadLetterId));
  expect(ours.map(({ data }) => data.code)).toEqual(street.map((letter) => letter.code));
  expect(JSON.stringify(ours)).not.toContain('triaged');
});

test('a report that is none is set aside and holds up nobody; the same report twice is one', async () => {
  // A source is any URI, which an id of ours is not.
  const source = 'urn:hotline/1';
  const report = (id: string, data: unknown): string =>
    JSON.stringify({ specversion: '1.0', id, source, type: 'cn.fengqiao.report.v1', data });
  const good = report(newKey(), quarrel({ channel: 'hotline' }));
  await produce(bed.brokers, REPORTS_TOPIC, [
    { key: source, value: 'not { json' },
    { key: source, value: report(newKey(), { kind: 'dispute' }) },
    { key: source, value: report(newKey(), quarrel({ channel: 'hotline', region: '110105012003004' })) },
    { key: source, value: report(newKey(), quarrel({ channel: 'hotline', title: 'A \0 in the title' })) },
    { key: source, value: good },
    { key: source, value: good },
  ]);
  const taken = async (): Promise<{ case_id: string }[]> =>
    (
      await bed.pool.query<{ case_id: string }>(
        `SELECT case_id FROM commands WHERE action = 'report' AND actor->>'id' = $1`,
        ['bus:urn:hotline-1'],
      )
    ).rows;
  await eventually('the good one is taken in', async () => (await taken()).length > 0);
  await eventually('the others are set aside', async () => (await letters(source)).length === 4);
  expect((await letters(source)).map((letter) => letter.code)).toEqual([
    'malformed',
    'invalid_report',
    'unknown_region',
    'invalid_report',
  ]);
  const [id] = (await taken()).map(({ case_id }) => case_id);
  await eventually('it waits for somebody', async () => (await open(id!)).length > 0);
  expect(await taken()).toHaveLength(1);
  await eventually('each is announced', async () => {
    return (await everythingIn(bed.brokers, `${REPORTS_TOPIC}.dlq`)).length === 4;
  });
  await bed.pool.query(
    `INSERT INTO regions (code, name) VALUES ('110105012003004', 'a grid that was missing')`,
  );
  const admin = await bed.as('admin-1');
  await eventually('the region is known and the report is taken in after all', async () => {
    const { body } = await admin.post('/v1/dead-letters/replay', { group: 'fengqiao.reports' });
    return body['replayed'] === 1 && body['failed'] === 3;
  });
  await eventually('both have their workflow', async () => (await taken()).length === 2);
  for (const letter of await letters(source)) await discard(letter);
  await eventually('the audit is quiet', async () => (await bed.audit()).length === 0);
});
