import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiSession } from '../../bin/wiring/api-client.ts';
import { CITY, COMMUNITY, GRID, STREET } from '../../infra/seed/demo-street.ts';
import { eventually, newKey, START_MS, startEngine, type TestEngine } from '../support/engine.ts';
import { georeportClient } from '../support/georeport.ts';

let engine: TestEngine;
let root: string;
let apiKey: string;
let readOnlyKey: string;

const SECRET = 'the lodger sings at night';
const PERSON = { first_name: '小明', last_name: '测', phone: '13900004711', email: 'marked@example.org' };

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  root = `${engine.address}/open311/v2`;
  const admin = await engine.as('admin-1');
  const made = await admin.post('/v1/accounts', { id: 'svc-311', kind: 'service', name: 'City 311' });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  apiKey = await keyFor(admin, ['reports:write']);
  readOnlyKey = await keyFor(admin, ['disputes:read']);
}, START_MS);
afterAll(() => engine.stop());

async function keyFor(admin: ApiSession, scopes: string[]): Promise<string> {
  const answer = await admin.post<{ key: string }>('/v1/api-keys', {
    accountId: 'svc-311',
    name: 'k',
    scopes,
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body.key;
}

interface Answer {
  status: number;
  type: string;
  text: string;
}

async function get(path: string): Promise<Answer> {
  const response = await fetch(`${root}/${path}`);
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
  };
}

async function post(
  fields: Record<string, string>,
  { format = 'json', key = newKey() } = {},
): Promise<Answer> {
  const response = await fetch(`${root}/requests.${format}`, {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: new URLSearchParams(fields),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    text: await response.text(),
  };
}

const jsonOf = ({ text }: Answer): Record<string, unknown>[] => JSON.parse(text) as Record<string, unknown>[];
const xmlOf = ({ text }: Answer): Record<string, unknown> =>
  new XMLParser({ parseTagValue: false, ignoreDeclaration: true }).parse(text) as Record<string, unknown>;

const form = (change: Record<string, string> = {}): Record<string, string> => ({
  ...{ api_key: apiKey, service_code: 'D02', description: SECRET, 'attribute[region]': GRID },
  ...{ ...PERSON, lat: '30.1', long: '120.2', device_id: 'device-4711', ...change },
});

async function reported(change: Record<string, string> = {}): Promise<string> {
  const answer = await post(form(change));
  expect(answer.status, answer.text).toBe(201);
  return jsonOf(answer)[0]!['service_request_id'] as string;
}

async function traces(): Promise<object> {
  const { rows } = await engine.resources.pool.query<object>(
    'SELECT (SELECT count(*) FROM cases) AS cases, (SELECT count(*) FROM open311_requests) AS requests',
  );
  return rows[0]!;
}

describe('what a client reads', () => {
  test('is the same in JSON and in XML', async () => {
    for (const [path, name] of [
      ['services', 'services'],
      ['services/D02', 'service_definition'],
      ['discovery', 'discovery'],
    ]) {
      const [json, xml] = [await get(`${path}.json`), await get(`${path}.xml`)];
      expect([json.status, json.type]).toEqual([200, 'application/json; charset=utf-8']);
      expect([xml.status, xml.type]).toEqual([200, 'text/xml; charset=utf-8']);
      expect(Object.keys(xmlOf(xml))).toEqual([name]);
    }
    const discovery = JSON.parse((await get('discovery.json')).text) as { endpoints: { url: string }[] };
    expect(discovery.endpoints[0]!.url).toBe(root);
    const services = jsonOf(await get('services.json'));
    const listed = (xmlOf(await get('services.xml'))['services'] as { service: object[] }).service;
    expect(listed).toEqual(services.map((service) => ({ ...service, metadata: 'true' })));
  });

  test('may name the jurisdiction, and is told when it is another', async () => {
    expect((await get(`services.json?jurisdiction_id=${CITY}`)).status).toBe(200);
    expect((await get('services.json?jurisdiction_id=&extensions=true')).status).toBe(200);
    const wrong = await get('services.xml?jurisdiction_id=elsewhere.gov');
    expect(wrong.status).toBe(404);
    expect(xmlOf(wrong)).toMatchObject({ errors: { error: { code: '404' } } });
    for (const path of ['services/D77', 'requests/dsp_nobody', 'tokens/tok_nobody', 'places', 'services/']) {
      const answer = await get(`${path}.json`);
      expect(answer.status, path).toBe(404);
      expect(jsonOf(answer)).toEqual([{ code: 404, description: expect.any(String) as string }]);
    }
  });
});

describe('a report', () => {
  test('becomes a case that somebody has to do with, and is taken in once', async () => {
    const key = newKey();
    const first = await post(form({ 'attribute[danger][]': 'violence' }), { key });
    const again = await post(form({ 'attribute[danger][]': 'violence' }), { key });
    expect([first.status, again.status], first.text).toEqual([201, 200]);
    expect(again.text).toBe(first.text);
    const id = jsonOf(first)[0]!['service_request_id'] as string;
    const community = await engine.as('duty-1');
    await eventually(
      'the case can be read',
      async () => (await community.get(`/v1/disputes/${id}`)).status === 200,
    );
    const { body } = await community.get<{ grade: string; category: string }>(`/v1/disputes/${id}`);
    expect(body).toMatchObject({ grade: 'red', category: 'D02' });
    const { rows } = await engine.resources.pool.query<{ state: { origin: object } }>(
      'SELECT state FROM cases WHERE id = $1',
      [id],
    );
    expect(rows[0]!.state.origin).toMatchObject({ channel: 'hotline', system: 'open311' });
    const kept = await engine.resources.pool.query<{ kept: string }>(
      `SELECT string_agg(x::text, ' ') AS kept FROM (SELECT to_jsonb(t) AS x FROM texts t UNION ALL SELECT to_jsonb(c) FROM commands c
       UNION ALL SELECT to_jsonb(r) FROM open311_requests r) everything`,
    );
    expect(kept.rows[0]!.kept).not.toMatch(/device-4711|marked@example|120\.2/);
  });

  test('in XML is answered in XML, and its token leads to it', async () => {
    const answer = await post(form({ service_code: 'hazard' }), { format: 'xml' });
    expect([answer.status, answer.type]).toEqual([201, 'text/xml; charset=utf-8']);
    const { request } = xmlOf(answer)['service_requests'] as { request: Record<string, string> };
    expect(Object.keys(request)).toEqual(['service_request_id', 'service_notice', 'account_id']);
    expect((await get(`requests/${request['service_request_id']}.xml`)).status).toBe(200);
    const { rows } = await engine.resources.pool.query<{ token: string }>(
      'SELECT token FROM open311_requests WHERE case_id = $1',
      [request['service_request_id']],
    );
    const token = rows[0]!.token;
    expect(jsonOf(await get(`tokens/${token}.json`))).toEqual([
      { service_request_id: request['service_request_id'], token },
    ]);
  });

  test('of a resident who is logged in needs no key', async () => {
    const { api_key: _, ...rest } = form();
    const resident = await engine.as('resident-1');
    const { token } = resident as unknown as { token: string };
    const response = await fetch(`${root}/requests.json`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams(rest),
    });
    expect(response.status).toBe(201);
  });

  test.each<[string, () => Record<string, string>, number, RegExp]>([
    ['without a key', () => form({ api_key: '' }), 403, /api_key was not provided/],
    [
      'with a key nobody has',
      () => form({ api_key: `fq_${'0'.repeat(24)}_${'A'.repeat(43)}` }),
      403,
      /not valid/,
    ],
    ['with a key for other things', () => form({ api_key: readOnlyKey }), 403, /may not report/],
    ['with something else for a key', () => form({ api_key: 'xyz' }), 403, /not valid/],
    ['without a service', () => form({ service_code: '' }), 400, /service_code was not provided/],
    ['of no such service', () => form({ service_code: '001' }), 404, /service_code/],
    ['of another jurisdiction', () => form({ jurisdiction_id: 'sfgov.org' }), 404, /jurisdiction_id/],
    [
      'with a position alone',
      () => form({ 'attribute[region]': '' }),
      400,
      /lat and long are not used here.*attribute\[region\]/,
    ],
    ['without a word', () => form({ description: '' }), 400, /description was not provided/],
    [
      'in a whole city, where nobody is on duty',
      () => form({ 'attribute[region]': CITY }),
      400,
      /so large a region/,
    ],
  ])('%s is refused, and nothing is kept', async (_, fields, status, description) => {
    const before = await traces();
    const answer = await post(fields());
    expect(answer.status, answer.text).toBe(status);
    expect(jsonOf(answer)).toEqual([
      { code: status, description: expect.stringMatching(description) as string },
    ]);
    expect(answer.text).not.toContain(SECRET);
    expect(await traces()).toEqual(before);
  });

  test('in JSON is not a form', async () => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${root}/requests.xml`, { method: 'POST', headers, body: '{}' });
    expect(response.status).toBe(415);
    expect(await response.text()).toContain('<code>415</code>');
  });
});

test('what everybody may read names nobody, tells nothing, and shows no case of another door', async () => {
  const dispute = await reported({ service_code: 'D01' });
  const need = await reported({ service_code: 'need' });
  const grid = await engine.as('grid-1');
  const own = await grid.post<{ id: string }>('/v1/reports', {
    ...{ kind: 'dispute', channel: 'grid', region: GRID, category: 'D02', title: 'x', narrative: SECRET },
  });
  const list = await get('requests.json');
  expect((await get(`requests/${own.body.id}.json`)).status).toBe(404);
  expect(jsonOf(await get(`requests.json?service_request_id=${own.body.id}`))).toEqual([]);
  const found = new Map(jsonOf(list).map((request) => [request['service_request_id'], request]));
  expect(found.get(dispute)).toMatchObject({
    status: 'open',
    service_code: 'D01',
    description: null,
    address_id: STREET,
  });
  expect(found.get(need)).toMatchObject({ service_code: 'need', description: null, address_id: COMMUNITY });
  expect(found.has(own.body.id)).toBe(false);
  for (const text of [
    list.text,
    (await get('requests.xml')).text,
    (await get(`requests/${dispute}.xml`)).text,
  ]) {
    for (const told of [
      SECRET,
      PERSON.first_name,
      PERSON.phone,
      PERSON.email,
      GRID,
      'svc-311',
      'grid-1',
      'red',
    ])
      expect(text).not.toContain(told);
  }
});

test('a request is found by status, service, time and id, a page at a time', async () => {
  const ids = [await reported({ service_code: 'opinion' }), await reported({ service_code: 'opinion' })];
  const idsOf = async (query: string): Promise<unknown[]> => {
    const answer = await get(`requests.json?${query}`);
    expect(answer.status, answer.text).toBe(200);
    return jsonOf(answer).map((request) => request['service_request_id']);
  };
  expect((await idsOf('service_code=opinion')).toSorted()).toEqual(ids.toSorted());
  const pages = [
    await idsOf('service_code=opinion&page_size=1'),
    await idsOf('service_code=opinion&page_size=1&page=2'),
  ];
  expect(pages.flat().toSorted()).toEqual(ids.toSorted());
  expect((await idsOf(`service_request_id=${ids.join(',')},dsp_nobody&service_code=D01`)).toSorted()).toEqual(
    ids.toSorted(),
  );
  expect(await idsOf('service_code=opinion&end_date=2026-01-01T00:00:00Z')).toEqual([]);
  expect(await idsOf('service_code=opinion&status=closed')).toEqual([]);
  const officer = await engine.as('community-1');
  const answered = await officer.post(`/v1/tasks/${ids[0]}/actions/answer`, { answer: 'Done.' });
  expect(answered.status, JSON.stringify(answered.body)).toBe(200);
  expect(await idsOf('service_code=opinion&status=closed')).toEqual([ids[0]]);
  expect(await idsOf('service_code=opinion&status=open')).toEqual([ids[1]]);
  const wrong = await get('requests.xml?start_date=2026-01-01T00:00:00Z&end_date=2026-12-01T00:00:00Z');
  expect(wrong.status).toBe(400);
  expect(xmlOf(wrong)).toMatchObject({ errors: { error: { code: '400' } } });
});

test('a client of another maker reads services and requests, in both formats', async () => {
  const id = await reported({ service_code: 'D14' });
  await reported({ service_code: 'need' });
  const ask = await georeportClient(root);
  for (const format of ['json', 'xml'] as const) {
    const options = { format, jurisdiction: CITY };
    const services = (await ask('get_service_list', {}, options)) as { service_code: string }[];
    expect(services.map(({ service_code }) => service_code)).toContain('D14');
    const definition = (await ask('get_service_definition', { service_code: 'D14' }, options)) as object;
    expect(definition).toMatchObject({ service_code: 'D14' });
    const requests = (await ask('get_service_requests', { status: 'open' }, options)) as object[];
    expect(requests).toContainEqual(expect.objectContaining({ service_request_id: id, status: 'open' }));
    const one = await ask('get_service_request', { service_request_id: id }, options);
    expect(one).toMatchObject({ service_request_id: id, service_code: 'D14', service_name: '物业纠纷' });
  }
});
