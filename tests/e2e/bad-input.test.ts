import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiAnswer, ApiSession } from '../../bin/wiring/api-client.ts';
import { BODY_MAX_BYTES } from '../../api/app.ts';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { NARRATIVE_MAX } from '../../schemas/parts.ts';
import { PARTIES_MAX, TITLE_MAX } from '../../schemas/api/reports.ts';
import { OTHER_GRID } from '../../infra/seed/demo-street.ts';
import { newKey, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';

let engine: TestEngine;
let grid: ApiSession;
let community: ApiSession;
let id: string;

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  grid = await engine.as('grid-1');
  community = await engine.as('community-1');
  const taken = await grid.post<{ id: string }>('/v1/reports', quarrel());
  id = taken.body.id;
}, START_MS);
afterAll(() => engine.stop());

const triage = { category: 'D02', difficulty: 'general', duplicatesChecked: true, level: 'community' };

/** Everything a wrong call could have left behind. */
async function traces(): Promise<object> {
  const { rows } = await engine.resources.pool.query<Record<string, number>>(
    `SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM cases) AS cases,
      (SELECT count(*) FROM parties) AS parties, (SELECT count(*) FROM texts) AS texts, (SELECT sum(version) FROM cases) AS versions`,
  );
  return rows[0]!;
}

/** Asks, expects that problem, and that nothing has changed. */
async function refused(
  ask: () => Promise<ApiAnswer>,
  status: number,
  code: string,
  field?: string,
): Promise<void> {
  const before = await traces();
  const answer = await ask();
  expect(answer, JSON.stringify(answer.body)).toMatchObject({
    ...{ status, body: { status, code, type: `urn:fengqiao:problem:${code}` } },
    ...(field !== undefined && { body: { status, code, field } }),
  });
  expect(await traces()).toEqual(before);
}

describe('a report', () => {
  const report = (change: object) => () => grid.post('/v1/reports', quarrel(change));

  test.each([
    ['an unknown region', { region: '990109009009009' }, 422, 'unknown_region', 'region'],
    ['a region that is no code', { region: '12' }, 400, 'invalid_body', 'region'],
    ['an unknown category', { category: 'D77' }, 400, 'invalid_body', 'category'],
    ['an unknown field', { colour: 'red' }, 400, 'invalid_body', 'colour'],
    ['a missing field', { title: undefined }, 400, 'invalid_body', 'title'],
    ['null instead of a number', { occurredAt: null }, 400, 'invalid_body', 'occurredAt'],
    ['text instead of a number', { occurredAt: '5' }, 400, 'invalid_body', 'occurredAt'],
    ['a character nobody can write', { title: 'a\u0000b' }, 400, 'invalid_body', 'title'],
    ['half a character', { narrative: 'a\ud800b' }, 400, 'invalid_body', 'narrative'],
    ['a title of blanks', { title: ' \t\n' }, 400, 'invalid_body', 'title'],
    [
      'a party whose name is blank',
      { parties: [{ ref: 'a', side: 'A', kind: 'party', name: ' ' }] },
      ...([400, 'invalid_body', 'parties.0.name'] as const),
    ],
    ['a time that has not come', { occurredAt: Date.now() + 3_600_000 }, 422, 'invalid_field', 'occurredAt'],
    ['a place that is not there', { placeId: 'plc-nowhere' }, 422, 'unknown_reference', 'placeId'],
    [
      'a party whose account is not there',
      {
        parties: [
          { ref: 'a', side: 'A', kind: 'party', name: 'A', accountId: 'resident-1' },
          { ref: 'b', side: 'B', kind: 'party', name: 'B', accountId: 'nobody' },
        ],
      },
      ...([422, 'unknown_person', 'parties.1.accountId'] as const),
    ],
    ['a title one too long', { title: 'x'.repeat(TITLE_MAX + 1) }, 400, 'invalid_body', 'title'],
    [
      'a narrative one too long',
      { narrative: 'x'.repeat(NARRATIVE_MAX + 1) },
      400,
      'invalid_body',
      'narrative',
    ],
    [
      'an earlier dispute that is not there',
      { earlierIds: ['dsp_nobody'] },
      422,
      'unknown_reference',
      'earlierIds.0',
    ],
    [
      'somebody who acts for nobody here',
      { parties: [{ ref: 'a', side: 'A', kind: 'proxy', name: 'P', actsFor: ['zz'] }] },
      ...([422, 'unknown_party', 'parties.0.actsFor.0'] as const),
    ],
    [
      'somebody who speaks for the other side',
      {
        parties: [
          { ref: 'a', side: 'A', kind: 'party', name: 'A', accountId: 'resident-1', actsFor: ['b'] },
          { ref: 'b', side: 'B', kind: 'party', name: 'B' },
        ],
      },
      ...([409, 'conflict_of_interest', 'parties.0.actsFor.0'] as const),
    ],
    [
      'one person on two sides',
      {
        parties: [
          { ref: 'a', side: 'A', kind: 'party', name: 'A', accountId: 'resident-1' },
          { ref: 'b', side: 'B', kind: 'party', name: 'B', accountId: 'resident-1' },
        ],
      },
      ...([409, 'conflict_of_interest', 'parties.0.accountId'] as const),
    ],
    ['a region nobody is on duty for', { region: '9901' }, 422, 'unknown_region', 'region'],
    [
      'six representatives on one side',
      {
        parties: Array.from({ length: 6 }, (_, n) => ({
          ...{ ref: `r${n}`, side: 'A', kind: 'representative', name: `R${n}` },
        })),
      },
      ...([422, 'limit_exceeded', 'parties'] as const),
    ],
  ] as const)('with %s is refused, naming the field', async (_name, change, status, code, field) => {
    await refused(report(change), status, code, field);
  });

  const mine = { ref: 'a', side: 'A', kind: 'representative', name: 'A', accountId: 'resident-3' };
  const hers = { ref: 'b', side: 'A', kind: 'party', name: 'B', accountId: 'resident-2' };
  const withoutAccount = { ref: 'b', side: 'A', kind: 'party', name: 'B' };

  test.each([
    ['herself', [{ ...mine, actsFor: ['b'] }, hers]],
    ['somebody without an account', [{ ...mine, accountId: undefined, actsFor: ['b'] }, hers]],
    [
      'herself, whether or not that account is there',
      [
        { ...mine, actsFor: ['b'] },
        { ...hers, accountId: 'nobody-at-all' },
      ],
    ],
  ])('of a resident that makes %s speak for somebody with an account is refused', async (_who, parties) => {
    const resident = await engine.as('resident-3');
    await refused(
      () => resident.post('/v1/reports', quarrel({ channel: 'resident', parties })),
      ...([409, 'conflict_of_interest', 'parties.0.actsFor.0'] as const),
    );
  });

  test('may have a resident speak for somebody who has no account, and staff for whom they saw a paper', async () => {
    const resident = await engine.as('resident-3');
    const child = [{ ...mine, actsFor: ['b'] }, withoutAccount];
    const own = await resident.post('/v1/reports', quarrel({ channel: 'resident', parties: child }));
    expect(own.status).toBe(201);
    const paper = [{ ...mine, actsFor: ['b'] }, hers];
    expect((await grid.post('/v1/reports', quarrel({ parties: paper }))).status).toBe(201);
    const self = [{ ...mine, accountId: 'grid-1', actsFor: ['b'] }, hers];
    await refused(report({ parties: self }), 409, 'conflict_of_interest', 'parties.0.actsFor.0');
  });

  test('at every limit exactly is taken in', async () => {
    const parties = Array.from({ length: PARTIES_MAX }, (_, n) => ({
      ...{ ref: `p${n}`, side: n % 2 === 0 ? 'A' : 'B', kind: 'party', name: `P${n}` },
    }));
    const full = { title: 'x'.repeat(TITLE_MAX), narrative: 'y'.repeat(NARRATIVE_MAX), parties };
    expect((await grid.post('/v1/reports', quarrel(full))).status).toBe(201);
    await refused(
      report({ parties: [...parties, { ...parties[0]!, ref: 'one' }] }),
      400,
      'invalid_body',
      'parties',
    );
  });

  test('without a key, without JSON, or larger than the limit is refused', async () => {
    const raw = (body: string, headers: Record<string, string>) => async (): Promise<ApiAnswer> => {
      const response = await grid.raw('/v1/reports', body, headers);
      return {
        status: response.status,
        body: (await response.json()) as never,
        etag: null,
        retryAfter: null,
      };
    };
    const json = { 'content-type': 'application/json', 'idempotency-key': newKey() };
    await refused(
      raw(JSON.stringify(quarrel()), { 'content-type': 'application/json' }),
      ...([400, 'idempotency_key_missing', 'Idempotency-Key'] as const),
    );
    await refused(raw('{"kind":', json), 400, 'malformed_json');
    await refused(raw('<a/>', { ...json, 'content-type': 'text/xml' }), 415, 'unsupported_media_type');
    const large = JSON.stringify(quarrel({ narrative: 'x'.repeat(BODY_MAX_BYTES) }));
    await refused(raw(large, json), 413, 'payload_too_large');
  });

  test('of a resident cannot pretend to be from an office', async () => {
    const resident = await engine.as('resident-1');
    await refused(
      () => resident.post('/v1/reports', quarrel({ channel: 'police' })),
      403,
      'not_permitted',
      'channel',
    );
  });
});

describe('an action', () => {
  test('nobody knows, on a dispute nobody knows, or of another street is not found', async () => {
    await refused(() => community.act(id, 'abolish'), 404, 'not_found');
    await refused(() => community.act('dsp_nobody', 'triage', triage), 404, 'not_found');
    const other = await engine.as('community-9');
    await refused(() => other.act(id, 'triage', triage), 404, 'not_found');
  });

  test('out of order, not permitted, or with an unknown reference says which', async () => {
    await refused(() => community.act(id, 'resume'), 403, 'not_permitted');
    await refused(() => grid.act(id, 'triage', triage), 403, 'not_permitted');
    await refused(() => community.act(id, 'unmerge', { reason: 'no' }), 409, 'out_of_order');
    await refused(
      () => community.act(id, 'merge', { into: 'dsp_nobody', reason: 'x' }),
      422,
      'unknown_reference',
      'into',
    );
    const notice = { partyIds: ['pty_nobody'], channel: 'phone' };
    await community.act(id, 'triage', triage);
    await refused(() => community.act(id, 'deliver-notice', notice), 422, 'unknown_party', 'partyIds.0');
    const task = { kind: 'verify', bodyId: 'nobody', what: 'x' };
    await refused(() => community.act(id, 'assign-task', task), 422, 'unknown_body', 'bodyId');
    await refused(
      () => community.act(id, 'hand-down', { to: 'moon', reason: 'x' }),
      400,
      'invalid_body',
      'to',
    );
    await refused(() => community.act(id, 'urge', { clockId: 'level:99' }), 422, 'unknown_clock', 'clockId');
    await refused(
      () => community.act(id, 'link', { disputeId: id, relation: 'related', more: 1 }),
      400,
      'invalid_body',
      'more',
    );
  });

  test('that merges into a dispute which is closed is refused: the report would be nobody’s', async () => {
    const [first, second] = await Promise.all(
      ['one', 'two'].map((title) => grid.post<{ id: string }>('/v1/reports', quarrel({ title }))),
    );
    const into = second!.body.id;
    await community.act(first!.body.id, 'merge', { into, reason: 'The same.' });
    const back = { into: first!.body.id, reason: 'The same.' };
    await refused(() => community.act(into, 'merge', back), 409, 'out_of_order', 'into');
  });

  test('with an If-Match that is no version, or is gone, is refused', async () => {
    const measure = { kind: 'visit', note: 'x' };
    await refused(
      () => grid.act(id, 'record-measure', measure, { ifMatch: 'yesterday' }),
      400,
      'invalid_header',
      'If-Match',
    );
    await refused(
      () => grid.act(id, 'record-measure', measure, { ifMatch: '"1"' }),
      412,
      'stale_version',
      'If-Match',
    );
  });

  test('with a time before everything or a key that is too long is refused', async () => {
    const measure = { kind: 'visit', note: 'x' };
    const options = { query: { occurredAt: 5 } };
    await refused(() => grid.act(id, 'record-measure', measure, options), 400, 'invalid_query', 'occurredAt');
    const soon = { query: { occurredAt: Date.now() + 3_600_000 } };
    await refused(() => grid.act(id, 'record-measure', measure, soon), 422, 'invalid_field', 'occurredAt');
    const long = await grid.act(id, 'record-measure', measure, { key: 'k'.repeat(101) });
    expect(long).toMatchObject({ status: 400, body: { code: 'invalid_header', field: 'Idempotency-Key' } });
    expect(long.body['expected']).toContain('1 to 100');
  });

  test('that holds half a character is refused, and nothing waits to be asked again', async () => {
    const half = { kind: 'visit', note: '\ud800' };
    await refused(() => grid.act(id, 'record-measure', half), 400, 'invalid_body', 'note');
  });
});

test('a refusal says what would be right', async () => {
  const report = async (change: object): Promise<unknown> =>
    (await grid.post('/v1/reports', quarrel(change))).body['expected'];
  expect(await report({ channel: undefined })).toContain('resident, ');
  expect(await report({ title: undefined })).toMatch(/1 to 120 characters/);
  expect(await report({ region: '12' })).toBe('a region code of 4, 6, 9, 12 or 15 digits');
  const acts = { parties: [{ ref: 'a', side: 'A', kind: 'proxy', name: 'P', actsFor: ['zz'] }] };
  expect(await report(acts)).toBe('the ref of one of the parties');
  const unknown = await community.act(id, 'abolish');
  expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found', field: 'action' } });
  expect(String(unknown.body['expected']).split(', ')).toEqual(
    expect.arrayContaining(['triage', 'settle-on-spot']),
  );
  const party = await community.act(id, 'rate', { partyId: 'pty_nobody', score: 5 });
  expect(party.body['expected']).toBeTypeOf('string');
});

test('what the router itself refuses is a problem too', async () => {
  const refusal = async (path: string): Promise<unknown> => {
    const response = await fetch(engine.address + path, { headers: grid.headers() });
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    return { status: response.status, ...((await response.json()) as object) };
  };
  expect(await refusal('/v1/disputes/%zz')).toMatchObject({ status: 400, code: 'invalid_parameter' });
  expect(await refusal(`/v1/disputes/${'x'.repeat(500)}`)).toMatchObject({ code: 'invalid_parameter' });
});

test.each(['TRACE', 'QUERY', 'PURGE', 'PROPFIND', 'PATCH'])(
  '%s is told from a path that is not there',
  async (method) => {
    const ask = async (path: string): Promise<{ status: number; code: unknown; allow: unknown }> => {
      // The fetch of Node refuses some of these by itself.
      const call = request(engine.address + path, { method, headers: grid.headers() }).end();
      const [answer] = (await once(call, 'response')) as [IncomingMessage];
      const body = JSON.parse(await text(answer)) as { code: string };
      return { status: answer.statusCode!, code: body.code, allow: answer.headers.allow };
    };
    expect(await ask('/v1/disputes')).toEqual({
      status: 405,
      code: 'method_not_allowed',
      allow: 'GET, HEAD',
    });
    expect(await ask('/v1/nothing')).toMatchObject({ status: 404, code: 'not_found' });
  },
);

test('a session is asked for everywhere, and a wrong password says no more than that', async () => {
  const stranger = engine.stranger();
  await refused(() => stranger.get('/v1/work'), 401, 'unauthenticated');
  await refused(() => stranger.post('/v1/reports', quarrel()), 401, 'unauthenticated');
  const attempt = (login: string) => () => stranger.post('/v1/sessions', { login, password: 'wrong' });
  await refused(attempt('grid-1'), 401, 'wrong_credentials');
  await refused(attempt('nobody'), 401, 'wrong_credentials');
});

test('a list is asked for within its limits', async () => {
  await refused(() => grid.get('/v1/disputes?limit=101'), 400, 'invalid_query', 'limit');
  await refused(() => grid.get('/v1/disputes?limit=0'), 400, 'invalid_query', 'limit');
  await refused(() => grid.get('/v1/disputes?colour=red'), 400, 'invalid_query', 'colour');
  await refused(() => grid.get('/v1/disputes?cursor=abc'), 422, 'invalid_query', 'cursor');
  const forged = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const value of [
    [1.5, 'x'],
    [1, 'a\u0000'],
    ['1', 'x'],
    [1e300, 'x'],
  ]) {
    await refused(() => grid.get(`/v1/disputes?cursor=${forged(value)}`), 422, 'invalid_query', 'cursor');
    await refused(() => grid.get(`/v1/work?cursor=${forged(value)}`), 422, 'invalid_query', 'cursor');
  }
  await refused(
    () => grid.get(`/v1/disputes/${id}/timeline?after=99999999999`),
    400,
    'invalid_query',
    'after',
  );
  const admin = await engine.as('admin-1');
  const discard = () => admin.post('/v1/dead-letters/99999999999999999999/discard', { reason: 'x' });
  await refused(discard, 400, 'invalid_parameter', 'id');
  expect((await grid.get('/v1/disputes?limit=100&stage=prevention&clock=fine')).status).toBe(200);
});

test('rules with a contradiction, or a calendar with a gap, are refused with every fault named', async () => {
  const admin = await engine.as('admin-1');
  const clash = { ...DEFAULT_POLICY, version: 'clash', ladder: { ...DEFAULT_POLICY.ladder, street: 'grid' } };
  await refused(() => admin.post('/v1/policies', clash), 422, 'invalid_field', 'ladder.street');
  await refused(() => admin.post('/v1/policies', { version: 'x' }), 422, 'invalid_field');
  const gap = {
    version: 'gap',
    years: [DEFAULT_CALENDAR.years[0], { ...DEFAULT_CALENDAR.years[1]!, year: 2028 }],
  };
  await refused(() => admin.post('/v1/calendars', gap), 422, 'invalid_field');
  await refused(() => grid.post('/v1/policies', clash), 403, 'not_permitted');
  expect((await admin.post('/v1/policies', { ...DEFAULT_POLICY, version: 'next' })).status).toBe(201);
  await refused(
    () => admin.post('/v1/policies', { ...DEFAULT_POLICY, version: 'next' }),
    409,
    'already_exists',
  );
  await refused(() => admin.post('/v1/policies/none/activate', {}), 404, 'not_found');
});

test('ten thousand malformed reports: no answer of 5xx, no row', async () => {
  const before = await traces();
  const junk = [
    null,
    [],
    'text',
    7,
    {},
    { kind: 'dispute' },
    { region: OTHER_GRID },
    quarrel({ danger: 'yes' }),
  ];
  const odd = [undefined, null, '', ' ', -1, 1e99, [], {}, '\u0000', 'x'.repeat(3000), true];
  const names = [
    'kind',
    'channel',
    'region',
    'category',
    'title',
    'narrative',
    'parties',
    'danger',
    'items',
    'origin',
  ];
  const statuses = new Map<number, number>();
  const bodies = Array.from({ length: 10_000 }, (_, n) => {
    if (n % 10 === 0) return junk[(n / 10) % junk.length];
    const name = names[n % names.length]!;
    const value = odd[Math.floor(n / names.length) % odd.length];
    // Two wrong values: the second makes sure that a value that happens to be allowed does not let the report in.
    return { ...quarrel(), [name]: value, nonsense: n };
  });
  for (let i = 0; i < bodies.length; i += 50) {
    const answers = await Promise.all(
      bodies.slice(i, i + 50).map((body) => grid.post('/v1/reports', body ?? null)),
    );
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([...statuses.keys()].filter((status) => status < 400 || status >= 500)).toEqual([]);
  expect(await traces()).toEqual(before);
});
