import { Kafka, logLevel } from 'kafkajs';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { Gauge } from 'prom-client';
import proto from '@temporalio/proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiSession, answerOf, type ApiAnswer } from '../../bin/wiring/api-client.ts';
import { createPayloadCodec } from '../../infra/temporal/codec.ts';
import { GRID, STREET } from '../../infra/seed/demo-street.ts';
import { placesWith } from '../support/everywhere.ts';
import { pdf } from '../support/files.ts';
import { everythingIn, produce } from '../support/kafka-desk.ts';
import { send } from '../support/uploads.ts';
import { eventually, newKey, START_MS, startEngine, type TestEngine } from '../support/engine.ts';

/**
 * Marked names, phones, ID numbers, card numbers and words go in by every door; then everything that leaves the database's own
 * tables is searched for them. Afterwards a word is planted in each of these places, so that no search that finds nothing is
 * believed because it looks nowhere.
 */

const REPORTS = 'fengqiao.reports.v1';
const DISPUTES = 'fengqiao.disputes.v1';
let engine: TestEngine;
const lines: string[] = [];
/** What was answered to somebody whose request was refused. */
const problems: string[] = [];

beforeAll(async () => {
  engine = await startEngine({ logLevel: 'trace', logTo: { write: (line) => void lines.push(line) } });
}, START_MS);
afterAll(() => engine.stop());

// --- what is marked ---

const marks: string[] = [];
let count = 0;
/** A word that is nowhere else; each door has its own, so that a leak says where it came in. */
function word(door: string): string {
  count += 1;
  const made = `Zq${door}${String(count).padStart(2, '0')}`;
  marks.push(made);
  return made;
}
function digits(start: string): string {
  count += 1;
  const made = `${start}${String(770_000 + count)}`;
  marks.push(made);
  return made;
}
const phone = (): string => digits('13899');
const idNumber = (): string => digits('110105194912');
/** A narrative with a street, a card and a Chinese name. */
function story(door: string): string {
  const name = `王${'甲乙丙丁戊己庚辛'[count % 8]!}漏泄${count}`;
  marks.push(name);
  return `${name} at ${word(`${door}Street`)} 7, card ${digits('62220277770')}: ${word(`${door}Story`)}`;
}

async function asked<T>(answer: Promise<ApiAnswer<T>>, status: number): Promise<T> {
  const { status: got, body } = await answer;
  expect(got, JSON.stringify(body)).toBe(status);
  if (got >= 400) problems.push(JSON.stringify(body));
  return body;
}

/** Whatever it is answered with. */
async function tried(answer: Promise<ApiAnswer>): Promise<ApiAnswer> {
  const got = await answer;
  if (got.status >= 400) problems.push(JSON.stringify(got.body));
  return got;
}

async function openly<T>(path: string, body: unknown, status = 201): Promise<T> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': newKey() };
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  return asked(
    fetch(engine.address + path, { method: 'POST', headers, body: sent }).then((r) => answerOf<T>(r)),
    status,
  );
}

const party = (door: string, ref: string, accountId?: string) => ({
  ...{
    ref,
    side: ref.toUpperCase(),
    kind: 'party',
    name: word(`${door}Name`),
    phone: phone(),
    idNumber: idNumber(),
  },
  ...(accountId !== undefined && { accountId }),
});
const report = (door: string, change: object = {}) => ({
  ...{
    kind: 'dispute',
    channel: 'grid',
    region: GRID,
    category: 'D02',
    title: word(`${door}Title`),
    narrative: story(door),
  },
  parties: [party(door, 'a', 'resident-1'), party(door, 'b', 'resident-2')],
  items: [word(`${door}Item`)],
  ...change,
});
interface Taken {
  id: string;
  parties: { ref: string; id: string }[];
}

// --- where it is looked for ---

const client = () =>
  new Kafka({ brokers: engine.stack.kafkaBrokers!, clientId: 'leaks', logLevel: logLevel.NOTHING });

async function topics(): Promise<Record<string, string>> {
  const admin = client().admin();
  await admin.connect();
  const names = (await admin.listTopics()).filter((name) => !name.startsWith('__') && name !== REPORTS);
  await admin.disconnect();
  const found: Record<string, string> = {};
  for (const name of names)
    found[`topic ${name}`] = JSON.stringify(await everythingIn(engine.stack.kafkaBrokers!, name));
  return found;
}

/** The logs of the components themselves: what PostgreSQL says of a statement that failed, above all. */
function componentLogs(): Record<string, string> {
  const files = engine.stack.components.flatMap(({ detail }) => /(\/\S+\.log)/.exec(detail)?.[1] ?? []);
  const folders = [...new Set(files.map((file) => dirname(file)))].filter(existsSync);
  const logs = folders.flatMap((folder) =>
    readdirSync(folder).map((name): [string, string] => [
      `log ${name}`,
      readFileSync(join(folder, name), 'utf8'),
    ]),
  );
  return Object.fromEntries(logs);
}

const { Payload } = proto.temporal.api.common.v1;
const { History } = proto.temporal.api.history.v1;

/** Every workflow's history with its payloads as they are without the codec. */
async function histories(): Promise<{ text: string; workflows: number; payloads: number }> {
  const { temporal } = engine.resources;
  const codec = createPayloadCodec(engine.config.payloadKeys);
  const texts: string[] = [];
  const [found, decoded] = [{ workflows: 0 }, { payloads: 0 }];
  const look = async (value: unknown): Promise<void> => {
    if (typeof value !== 'object' || value === null) return;
    const { data, metadata } = value as { data?: unknown; metadata?: unknown };
    if (data instanceof Uint8Array && metadata !== undefined) {
      const [plain] = await codec.decode([Payload.fromObject(value)]);
      texts.push(Buffer.from(plain!.data ?? []).toString());
      decoded.payloads += 1;
      return;
    }
    for (const inner of Object.values(value)) await look(inner);
  };
  for await (const { workflowId, runId, memo, searchAttributes } of temporal.workflow.list()) {
    found.workflows += 1;
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    const plain = History.toObject(History.fromObject(history));
    texts.push(workflowId, JSON.stringify({ memo, searchAttributes }), JSON.stringify(plain));
    await look(plain);
  }
  return { text: texts.join('\n'), ...found, ...decoded };
}

async function places(): Promise<Record<string, string>> {
  const { pool } = engine.resources;
  const text = async (sql: string): Promise<string> => JSON.stringify((await pool.query(sql)).rows);
  return {
    'process log': lines.join('\n'),
    metrics: await (await fetch(`${engine.address}/metrics`)).text(),
    problems: problems.join('\n'),
    'workflow histories': (await histories()).text,
    'statements under way': await text('SELECT query, application_name FROM pg_stat_activity'),
    ...(await topics()),
    ...componentLogs(),
  };
}

/** `<place>: <mark>` for every mark that is found, however it is written. */
const leaks = (found: Record<string, string>, wanted: readonly string[]): string[] =>
  Object.entries(found).flatMap(([place, text]) => {
    const low = text.toLowerCase();
    const escaped = (mark: string): string => JSON.stringify(mark).slice(1, -1).toLowerCase();
    return wanted
      .filter((mark) =>
        [escaped(mark), encodeURIComponent(mark).toLowerCase()].some((form) => low.includes(form)),
      )
      .map((mark) => `${place}: ${mark}`);
  });

/** Tables and columns that are there to hold what people say and who they are. */
const KEPT = [
  ...['texts.body', 'parties.name', 'tracking_holders.name', 'dispute_search.document', 'attachments.name'],
  ...['dead_letters.payload', 'dead_letters.key', 'saved_filters.filter'],
];
const inTables = async (wanted: readonly string[]): Promise<string[]> =>
  (await placesWith(engine.resources.pool, wanted)).filter((place) => !KEPT.includes(place.split(':')[0]!));

describe('what people say and who they are', () => {
  test('goes in by every door', async () => {
    const [grid, anna, bert, admin] = await Promise.all(
      ['grid-1', 'resident-1', 'resident-2', 'admin-1'].map((login) => engine.as(login)),
    );
    const taken = await asked(grid!.post<Taken>('/v1/reports', report('Api')), 201);
    const { id } = taken;
    const [a, b] = taken.parties.map((one) => one.id) as [string, string];
    await asked(grid!.put(`/v1/disputes/${id}/parties/${b}`, { name: word('PutName'), phone: phone() }), 204);

    // Acts with words.
    await asked(
      grid!.act(id, 'record-contact', {
        partyId: a,
        channel: 'phone',
        result: 'reached',
        note: story('Contact'),
      }),
      200,
    );
    await asked(grid!.act(id, 'record-measure', { kind: 'visit', note: story('Measure') }), 200);
    await tried(anna!.act(id, 'object', { reason: story('Object') }));
    await asked(bert!.post(`/v1/disputes/${id}/statements`, { text: story('Statement') }), 201);
    const file = await asked(
      send(engine.address, anna!, id, pdf(story('File')), { name: `${word('FileName')}.pdf` }),
      201,
    );
    await asked(
      send<Record<string, unknown>>(engine.address, anna!, id, Buffer.from(story('BadFile')), {
        name: `${word('BadFileName')}.exe`,
      }),
      415,
    );
    await tried(anna!.delete(`/v1/disputes/${id}/attachments/${file.id}`));

    // Doors without an account.
    const told = await openly<{ tracking: { code: string; pin: string } }>('/v1/public/reports', {
      ...{
        kind: 'dispute',
        region: GRID,
        category: 'D02',
        title: word('PublicTitle'),
        narrative: story('Public'),
      },
      reporter: { name: word('Reporter'), phone: phone(), concerned: true },
      otherSide: [{ name: word('OtherSide'), phone: phone() }],
    });
    const { code, pin } = told.tracking;
    const visit = await openly<{ token: string; caseId: string }>('/v1/track/sessions', {
      code,
      pin,
      newPin: '280417',
    });
    const follower = new ApiSession(engine.address, 'follower', visit.token);
    await asked(follower.get('/v1/track'), 200);
    await asked(follower.post(`/v1/disputes/${visit.caseId}/statements`, { text: story('Follower') }), 201);
    await openly('/v1/track/sessions', { code, pin: '000111' }, 401);
    await asked(admin!.post('/v1/accounts', { id: 'svc-311', kind: 'service', name: 'City 311' }), 201);
    const { key } = await asked(
      admin!.post<{ key: string }>('/v1/api-keys', {
        accountId: 'svc-311',
        name: 'k',
        scopes: ['reports:write'],
      }),
      201,
    );
    const open311 = await fetch(`${engine.address}/open311/v2/requests.json`, {
      ...{ method: 'POST', headers: { 'idempotency-key': newKey() } },
      body: new URLSearchParams({
        ...{ api_key: key, service_code: 'D02', description: story('Open311'), 'attribute[region]': GRID },
        ...{ first_name: word('Open311First'), last_name: word('Open311Last'), phone: phone() },
        ...{ email: `${word('Open311Mail')}@example.org`, device_id: word('Open311Device') },
      }),
    });
    expect(open311.status, await open311.clone().text()).toBe(201);

    // The bus: one report that is taken in, one that is set aside, one that is no JSON.
    const event = (eventId: string, data: object) =>
      JSON.stringify({
        specversion: '1.0',
        id: eventId,
        source: 'urn:leaks',
        type: 'cn.fengqiao.report.v1',
        data,
      });
    const before = await letters();
    await produce(engine.stack.kafkaBrokers!, REPORTS, [
      { key: word('BusKey'), value: event('good', report('Bus', { channel: 'hotline' })) },
      {
        key: word('BadBusKey'),
        value: event('bad', report('BadBus', { channel: 'hotline', region: word('BusRegion') })),
      },
      { key: 'k', value: `{"not json": "${story('NoJson')}` },
    ]);
    await eventually('the bus was read', async () => (await letters()) === before + 2);

    // Looking for people and words; what is wrong in every field.
    await asked(
      grid!.post('/v1/disputes/search', { q: marks.find((mark) => mark.startsWith('ZqApiStory'))! }),
      200,
    );
    await asked(
      grid!.post('/v1/disputes/search', { party: { name: word('SearchName'), phone: phone() } }),
      200,
    );
    await asked(grid!.get(`/v1/disputes?q=${word('UrlSearch')}`), 200);
    await asked(grid!.post('/v1/saved-filters', { name: 'f', filter: { q: word('Saved') } }), 201);
    // An unknown field is named to whoever sent it, and to nobody else.
    const unknown = { [word('FieldName')]: 1, ...report('Unknown') };
    expect((await grid!.post('/v1/reports', unknown)).status).toBe(400);
    for (const field of Object.keys(report('Wrong')))
      for (const wrong of [
        { [field]: { of: word('WrongShape') } },
        { [field]: [word('WrongList')] },
        { [field]: `\0${word('Nul')}` },
      ])
        await tried(grid!.post('/v1/reports', report('Wrong', wrong)));
    await asked(grid!.post('/v1/reports', report('Region', { region: '999999999999999' })), 422);
    await asked(grid!.post('/v1/reports', report('Account', { placeId: word('Place') })), 422);
    await openly('/v1/public/reports', `{"title": "${story('Broken')}", `, 400);
    await openly('/v1/sessions', { login: word('Login'), password: word('Password') }, 401);
    for (const path of [
      word('Path'),
      `v1/${word('Path')}`,
      `v1/disputes/${word('Id')}`,
      `v1/disputes/${id}/actions/${word('Act')}`,
      `v1/%zz${word('Unreadable')}`,
    ])
      expect((await tried(grid!.get(`/${path}`))).status).toBeGreaterThanOrEqual(400);
    await asked(
      grid!.act(id, 'record-contact', {
        partyId: a,
        channel: word('Channel'),
        result: 'reached',
        note: story('WrongAct'),
      }),
      400,
    );
    await asked(grid!.get(`/v1/disputes/${id}`), 200);

    // What people's data is given out by, and its end.
    await asked(
      grid!.post(`/v1/disputes/${id}/reveal`, {
        fields: [`party:${a}.phone`, 'reporter.name'],
        reason: story('Reason'),
      }),
      200,
    );
    await asked(
      grid!.post(`/v1/disputes/${id}/reveal`, {
        fields: [`party:${word('NoParty')}.phone`],
        reason: story('Refused'),
      }),
      422,
    );
    await asked(anna!.get('/v1/me/data'), 200);
    await asked(admin!.post('/v1/persons/data', { phone: phone(), name: word('Nobody') }), 404);
    await asked(grid!.post('/v1/erasures', { caseId: id, speaksFor: a, reason: 'asked' }), 409);
    const other = await asked(
      grid!.post<Taken>(
        '/v1/reports',
        report('Erased', { parties: [party('Erased', 'a'), party('Erased', 'b')] }),
      ),
      201,
    );
    const ids = other.parties.map((one) => one.id);
    await asked(
      grid!.act(other.id, 'settle-on-spot', {
        note: story('Settled'),
        partiesAgreed: ids,
        reporterTold: true,
      }),
      200,
    );
    const erasure = await asked(
      grid!.post<{ id: string; mentions: string[] }>('/v1/erasures', {
        caseId: other.id,
        speaksFor: ids[0]!,
        reason: 'asked',
      }),
      201,
    );
    await asked(admin!.post(`/v1/erasures/${erasure.id}/carry-out`, {}), 200);
    const district = await engine.as('district-1');
    const sample = {
      inspectorId: 'inspector-1',
      region: STREET,
      openedFrom: Date.now() - 86_400_000,
      openedTo: Date.now() + 60_000,
    };
    const drawn = await asked(
      district.post<{ id: string }>('/v1/inspections', {
        ...sample,
        until: Date.now() + 86_400_000,
        count: 50,
      }),
      201,
    );
    const inspector = await engine.as('inspector-1');
    await asked(inspector.get(`/v1/inspections/${drawn.id}/disputes/${id}`), 200);
    expect(marks.length).toBeGreaterThan(100);
  }, 240_000);

  test('is in no log, topic, metric, problem, history or statement', async () => {
    const { pool } = engine.resources;
    await eventually('everything is on the bus', async () => {
      const { rows } = await pool.query<{ n: number }>('SELECT count(*) AS n FROM outbox');
      return rows[0]!.n === 0;
    });
    const found = await places();
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining([
        `topic ${DISPUTES}`,
        `topic ${DISPUTES}.dlq`,
        `topic ${REPORTS}.dlq`,
        'log postgres.log',
      ]),
    );
    // Each has something in it: what is empty shows nothing.
    for (const place of [
      'process log',
      'metrics',
      'problems',
      'workflow histories',
      `topic ${DISPUTES}`,
      `topic ${REPORTS}.dlq`,
    ])
      expect(found[place]!.length, place).toBeGreaterThan(100);
    const { workflows, payloads } = await histories();
    expect([workflows > 3, payloads > 10]).toEqual([true, true]);
    expect(leaks(found, marks)).toEqual([]);
  });

  test('lies in no table but those that are there for it: not in events, commands, the outbox or the audit log', async () => {
    expect(await inTables(marks)).toEqual([]);
    // The doors did what they are for.
    expect(await placesWith(engine.resources.pool, marks)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^texts\.body: ZqApiStory/),
        expect.stringMatching(/^parties\.name: ZqPutName/),
      ]),
    );
  });
});

const letters = async (): Promise<number> => {
  const { rows } = await engine.resources.pool.query<{ n: number }>('SELECT count(*) AS n FROM dead_letters');
  return rows[0]!.n;
};

test('the search itself: a planted word is found in every one of these places', async () => {
  const planted = '漏Planted4711';
  const { pool, logger, metrics, temporal } = engine.resources;
  logger.trace({ planted }, 'planted');
  problems.push(JSON.stringify({ title: planted }));
  const gauge = new Gauge({ name: 'planted', help: 'x', labelNames: ['w'], registers: [metrics] });
  gauge.set({ w: planted }, 1);
  await produce(engine.stack.kafkaBrokers!, `${DISPUTES}.dlq`, [{ key: planted, value: '{}' }]);
  await produce(engine.stack.kafkaBrokers!, `${REPORTS}.dlq`, [{ key: 'k', value: `{"x":"${planted}"}` }]);
  // A consumer takes it for a broken event and sets it aside, which is all the same here.
  await produce(engine.stack.kafkaBrokers!, DISPUTES, [{ key: 'k', value: `{"x":"${planted}"}` }]);
  for await (const { workflowId } of temporal.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
    await temporal.workflow.getHandle(workflowId).signal('planted', planted);
    break;
  }
  const statement = new pg.Client({ connectionString: engine.config.databaseUrl });
  await statement.connect();
  await expect(statement.query(`SELECT '${planted}'::int`)).rejects.toThrow();
  await pool.query(
    `INSERT INTO audit_log (actor_id, kind, fields, request_id) VALUES ('x', 'read', $1, 'x')`,
    [[planted]],
  );
  await pool.query(
    `UPDATE commands SET body = jsonb_build_object('x', $1::text) WHERE command_id = (SELECT min(command_id) FROM commands)`,
    [planted],
  );

  const found = leaks(await places(), [planted]);
  const expected = [
    'process log',
    'metrics',
    'problems',
    'workflow histories',
    'statements under way',
    'log postgres.log',
  ];
  for (const place of [
    ...expected,
    ...[DISPUTES, `${DISPUTES}.dlq`, `${REPORTS}.dlq`].map((name) => `topic ${name}`),
  ])
    expect(found, place).toContain(`${place}: ${planted}`);
  await statement.end();
  expect(await inTables([planted])).toEqual(
    expect.arrayContaining([`audit_log.fields: ${planted}`, `commands.body: ${planted}`]),
  );
});
