import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logIn, type ApiAnswer, type ApiSession } from '../../bin/wiring/api-client.ts';
import { waitUntil } from '../../infra/local/wait.ts';
import {
  COMMUNITY,
  COMMUNITY_2,
  DEMO_PASSWORD,
  DISTRICT,
  GRID,
  GRID_2,
  OTHER_GRID,
  OTHER_STREET,
  STREET,
} from '../../infra/seed/demo-street.ts';
import { eventually, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';

let engine: TestEngine;
let admin: ApiSession;
let grid: ApiSession;
const DAY = 24 * 3_600_000;
/** The watchdog looks every half minute. */
const HANDED_OVER = { deadline_ms: 100_000 };

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  admin = await engine.as('admin-1');
  grid = await engine.as('grid-1');
}, START_MS);
afterAll(() => engine.stop());

interface Person {
  id: string;
  version: number;
  posts: { role: string; region: string; from?: number; to?: number | null }[];
  openCases: number;
  leavesAt: number | null;
}
interface Duty {
  id: string;
  staffId: string;
  to: number | null;
}
type Listed = { items: { id: string; name: string }[]; nextCursor: string | null };

function ok<T>(answer: ApiAnswer<T>, status = 200): T {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
}
function refused(answer: ApiAnswer, status: number, code: string, field?: string): void {
  expect(answer, JSON.stringify(answer.body)).toMatchObject({
    ...{ status, body: { status, code, ...(field !== undefined && { field }) } },
  });
}

/** A new member of staff with an account of her own. */
async function hired(id: string, home: string, ...posts: object[]): Promise<ApiSession> {
  ok(await admin.post('/v1/staff', { id, name: `Staff ${id}`, home }), 201);
  await engine.resources.pool.query(
    `INSERT INTO accounts (id, login, password_hash, name)
     SELECT $1, $1, password_hash, $1 FROM accounts WHERE id = 'admin-1'`,
    [id],
  );
  for (const post of posts) ok(await admin.post(`/v1/staff/${id}/posts`, post), 201);
  const session = await logIn(engine.address, id, DEMO_PASSWORD);
  // A process may go on for a second with the directory it knew.
  await eventually('she holds them', async () => (await postsOf(session)).length === posts.length);
  return session;
}
const person = async (id: string): Promise<Person> => ok(await admin.get<Person>(`/v1/staff/${id}`));
const postsOf = async (session: ApiSession): Promise<string[]> => {
  const { posts } = ok(await session.get<{ posts: { role: string }[] }>('/v1/sessions/current'));
  return posts.map(({ role }) => role);
};
const onDuty = async (region: string, level: string, at?: number) => {
  const query = at === undefined ? '' : `&at=${at}`;
  const { levels } = ok(
    await grid.get<{ levels: { level: string; staffId: string | null; via: string }[] }>(
      `/v1/on-duty?region=${region}${query}`,
    ),
  );
  const found = levels.find((one) => one.level === level)!;
  return `${found.staffId} ${found.via}`;
};
const ownerOf = async (id: string): Promise<string | null> => {
  const sql = 'SELECT owner_id FROM cases WHERE id = $1';
  return (await engine.resources.pool.query<{ owner_id: string | null }>(sql, [id])).rows[0]!.owner_id;
};
const report = async (by: ApiSession, region: string): Promise<string> =>
  ok(await by.post<{ id: string }>('/v1/reports', quarrel({ region, parties: [] })), 201).id;
const triage = { category: 'D02', difficulty: 'general', duplicatesChecked: true, level: 'community' };

describe('reads', () => {
  test('regions and places are everybody’s; bodies, colleagues and the roster are for staff', async () => {
    const resident = await engine.as('resident-1');
    const { items } = ok(await resident.get<{ items: object[] }>(`/v1/regions?parent=${COMMUNITY}`));
    expect(items[0]).toEqual({
      ...{ code: GRID, name: '桂花社区第一网格', level: 'grid', parent: COMMUNITY, inner: false },
    });
    expect(ok(await resident.get<Listed>(`/v1/places?region=${STREET}&q=石板`)).items).toMatchObject([
      { id: 'plc-market' },
    ]);
    for (const path of [
      '/v1/bodies',
      '/v1/bodies/police',
      '/v1/staff',
      '/v1/roster',
      `/v1/on-duty?region=${GRID}`,
    ])
      refused(await resident.get(path), 403, 'not_permitted');
    expect((await engine.stranger().get('/v1/regions')).status).toBe(401);
  });

  test('a mediator is chosen from names and posts, and nothing else is told of anybody', async () => {
    const listed = ok(await grid.get<Listed>(`/v1/staff?region=${GRID}&role=mediator`));
    expect(listed.items.map(({ id }) => id)).toContain('mediator-2');
    for (const one of listed.items) expect(Object.keys(one).sort()).toEqual(['id', 'name', 'posts']);
    const committee = ok(await grid.get<{ members: object[] }>('/v1/bodies/committee-guihua'));
    expect(committee.members).toContainEqual(expect.objectContaining({ id: 'director-2' }));
  });

  test('a list is walked by its cursor', async () => {
    const first = ok(await grid.get<Listed>('/v1/bodies?limit=2'));
    const rest = ok(await grid.get<Listed>(`/v1/bodies?limit=200&cursor=${first.nextCursor}`));
    const all = ok(await grid.get<Listed>('/v1/bodies?limit=200'));
    expect([...first.items, ...rest.items]).toEqual(all.items);
    expect(all.nextCursor).toBeNull();
    refused(await grid.get('/v1/bodies?cursor=nonsense'), 422, 'invalid_query', 'cursor');
    refused(await grid.get('/v1/staff?role=king'), 400, 'invalid_query', 'role');
    refused(await grid.get('/v1/on-duty?region=990101009'), 422, 'unknown_region', 'region');
  });
});

describe('only administrators, each in her own regions', () => {
  test('nobody else changes anything', async () => {
    const leader = await engine.as('leader-1');
    const calls = [
      leader.get('/v1/staff/all'),
      leader.get('/v1/staff/grid-1'),
      leader.get('/v1/dead-letters'),
      leader.get('/v1/dead-letters/1'),
      leader.post('/v1/staff', { name: 'x', home: STREET }),
      leader.patch('/v1/staff/grid-1', { name: 'x' }, { ifMatch: '"1"' }),
      leader.post('/v1/staff/grid-1/deactivate', {}),
      leader.post('/v1/staff/grid-1/reactivate', {}),
      leader.post('/v1/staff/grid-1/posts', { role: 'leader', region: STREET }),
      leader.post('/v1/staff/grid-1/posts/1/end', {}),
      leader.post('/v1/roster/duty-grid-1/end', {}),
      leader.post('/v1/places', { name: 'x', region: GRID }),
      leader.patch('/v1/bodies/police', { name: 'x' }, { ifMatch: '"1"' }),
    ];
    for (const answer of await Promise.all(calls)) refused(answer, 403, 'not_permitted');
  });

  test('a street’s administrator touches nothing of another street or above', async () => {
    const own = await hired('admin-street', STREET, { role: 'administrator', region: STREET });
    refused(
      await own.patch('/v1/staff/grid-9', { name: 'x' }, { ifMatch: '"1"' }),
      403,
      'outside_jurisdiction',
    );
    refused(await own.get('/v1/staff/grid-9'), 403, 'outside_jurisdiction');
    refused(await own.get(`/v1/staff/all?within=${DISTRICT}`), 403, 'outside_jurisdiction', 'within');
    for (const id of ['grid-9', 'admin-1', 'district-1'])
      refused(await own.post(`/v1/staff/${id}/deactivate`, {}), 403, 'outside_jurisdiction');
    const post = { role: 'grid-worker', region: OTHER_GRID };
    refused(await own.post('/v1/staff/grid-1/posts', post), 403, 'outside_jurisdiction', 'region');
    const above = { role: 'administrator', region: DISTRICT };
    refused(await own.post('/v1/staff/admin-street/posts', above), 403, 'outside_jurisdiction', 'region');
    const handler = { role: 'body-handler', region: STREET, bodyId: 'housing' };
    refused(await own.post('/v1/staff/grid-1/posts', handler), 403, 'outside_jurisdiction', 'bodyId');
    refused(await own.post('/v1/roster/duty-grid-9/end', {}), 403, 'outside_jurisdiction');
    refused(
      await own.post('/v1/places', { name: 'x', region: OTHER_GRID }),
      403,
      'outside_jurisdiction',
      'region',
    );
    refused(
      await own.patch('/v1/bodies/housing', { name: 'x' }, { ifMatch: '"1"' }),
      403,
      'outside_jurisdiction',
    );
    const body = { id: 'b-1', name: 'x', kind: 'department', regions: [OTHER_STREET], categories: [] };
    refused(await own.post('/v1/bodies', body), 403, 'outside_jurisdiction', 'regions.0');
    refused(await own.post('/v1/bodies', { ...body, regions: [] }), 403, 'outside_jurisdiction', 'regions');
    const hers = ok(await own.get<Listed>('/v1/staff/all?limit=200')).items.map(({ id }) => id);
    expect(hers).toContain('grid-1');
    expect(hers).not.toContain('grid-9');
    ok(await own.post('/v1/staff/grid-1/posts', { role: 'counter-clerk', region: STREET }), 201);
    ok(await own.post('/v1/staff/grid-1/posts/2/end', {}));
  });
});

describe('posts with dates', () => {
  test('a right begins and ends with the post, within a second, in a session that goes on', async () => {
    const temp = await hired('temp-1', STREET);
    expect(await postsOf(temp)).toEqual([]);
    refused(await temp.get('/v1/bodies'), 403, 'not_permitted');
    const later = { role: 'dispatcher', region: STREET, from: Date.now() + DAY, to: Date.now() + 2 * DAY };
    ok(await admin.post('/v1/staff/temp-1/posts', later), 201);
    ok(await admin.post('/v1/staff/temp-1/posts', { role: 'counter-clerk', region: STREET }), 201);
    await eventually(
      'she is a clerk, and no dispatcher yet',
      async () => (await postsOf(temp)).join() === 'counter-clerk',
    );
    expect((await temp.get('/v1/bodies')).status).toBe(200);
    const ended = ok(await admin.post<Person>('/v1/staff/temp-1/posts/2/end', {}));
    expect(ended.posts[1]?.to).toBeGreaterThan(0);
    await eventually('the right ends', async () => (await temp.get('/v1/bodies')).status === 403);
    refused(await admin.post('/v1/staff/temp-1/posts/2/end', {}), 409, 'out_of_order');
    refused(await admin.post('/v1/staff/temp-1/posts/9/end', {}), 404, 'not_found');
  });

  test.each([
    ['an unknown role', { role: 'king', region: STREET }, 400, 'invalid_body', 'role'],
    ['the role of a resident', { role: 'resident', region: STREET }, 400, 'invalid_body', 'role'],
    [
      'a region that is not there',
      { role: 'dispatcher', region: '990101009' },
      422,
      'unknown_region',
      'region',
    ],
    [
      'a body that is not there',
      { role: 'mediator', region: STREET, bodyId: 'none' },
      ...([422, 'unknown_body', 'bodyId'] as const),
    ],
    [
      'an end before its beginning',
      { role: 'dispatcher', region: STREET, from: 1_900_000_000_000, to: 1_800_000_000_000 },
      ...([422, 'invalid_field', 'to'] as const),
    ],
    [
      'a field nobody knows',
      { role: 'dispatcher', region: STREET, salary: 1 },
      400,
      'invalid_body',
      'salary',
    ],
    ['a post she has', { role: 'dispatcher', region: STREET }, 409, 'overlapping', 'from'],
  ] as const)('%s is refused', async (_, post, status, code, field) => {
    refused(await admin.post('/v1/staff/dispatcher-1/posts', post), status, code, field);
  });

  test('a mediator whose post has ended is proposed and assigned no more', async () => {
    const committee = { role: 'mediator', region: STREET, bodyId: 'committee-street' };
    await hired('mediator-t', STREET, committee);
    const mediators = async (): Promise<string[]> =>
      ok(await grid.get<Listed>(`/v1/staff?region=${GRID}&role=mediator&limit=200`)).items.map(
        ({ id }) => id,
      );
    expect(await mediators()).toContain('mediator-t');
    ok(await admin.post('/v1/staff/mediator-t/posts/1/end', {}));
    expect(await mediators()).not.toContain('mediator-t');
  });
});

describe('the roster', () => {
  test('holiday cover owns what is reported in her days, and the worker what comes after', async () => {
    expect(await onDuty(GRID_2, 'grid')).toBe('grid-2 responsible');
    const cover = await hired('cover-1', STREET);
    const days = { from: Date.now() - 1_000, to: Date.now() + 5 * DAY };
    const duty = { staffId: 'cover-1', region: GRID_2, role: 'grid-worker', capacity: 'cover', ...days };
    refused(await admin.post('/v1/roster', duty), 422, 'missing_condition', 'staffId');
    const named = { ...duty, standsInFor: 'grid-2', withPost: true };
    const added = ok(await admin.post<Duty>('/v1/roster', named), 201);
    refused(await admin.post('/v1/roster', { ...named, withPost: false }), 409, 'overlapping', 'from');
    await eventually('she is on duty', async () => (await onDuty(GRID_2, 'grid')) === 'cover-1 cover');
    expect(await onDuty(GRID_2, 'grid', days.to)).toBe('grid-2 responsible');
    await eventually('her session knows it', async () => (await postsOf(cover)).includes('grid-worker'));
    const id = await report(cover, GRID_2);
    expect(await ownerOf(id)).toBe('cover-1');
    expect(ok(await cover.get<{ view?: string }>(`/v1/disputes/${id}`))).toMatchObject({ id });
    ok(await admin.post(`/v1/roster/${added.id}/end`, {}));
    await eventually(
      'the worker is back',
      async () => (await onDuty(GRID_2, 'grid')) === 'grid-2 responsible',
    );
    const roster = ok(await grid.get<{ items: Duty[] }>(`/v1/roster?region=${GRID_2}&at=${Date.now()}`));
    expect(roster.items.map(({ staffId }) => staffId)).toEqual(['grid-2']);
    refused(await admin.post(`/v1/roster/${added.id}/end`, {}), 409, 'out_of_order');
    refused(await admin.post('/v1/roster/none/end', {}), 404, 'not_found');
  });

  test('an officer sent down to a community triages there while she is sent, and no longer', async () => {
    const sent = await hired('sent-1', STREET, { role: 'counter-clerk', region: STREET });
    const id = await report(await engine.as('grid-3'), '990101001002001');
    refused(await sent.act(id, 'triage', triage), 403, 'not_permitted');
    const there = { region: COMMUNITY_2, role: 'community-officer' };
    const until = { from: Date.now() - 1_000, to: Date.now() + 30 * DAY };
    const duty = { ...there, ...until, staffId: 'sent-1', capacity: 'cover', standsInFor: 'community-2' };
    ok(await admin.post('/v1/roster', { ...duty, withPost: true }), 201);
    await eventually(
      'she owns the level',
      async () => (await onDuty(COMMUNITY_2, 'community')) === 'sent-1 cover',
    );
    await eventually('she may', async () => (await postsOf(sent)).includes('community-officer'));
    ok(await sent.act(id, 'triage', triage));
    expect(await ownerOf(id)).toBe('sent-1');
    ok(await admin.post('/v1/staff/sent-1/posts/2/end', {}));
    // Her duty was not ended: without the post it is none.
    await eventually(
      'the officer of the place is back',
      async () => (await onDuty(COMMUNITY_2, 'community')) === 'community-2 officer',
    );
    const given = await waitUntil(async () => (await ownerOf(id)) === 'community-2', HANDED_OVER);
    expect(given, 'her case goes to whoever is on duty').toBe(true);
    refused(await sent.act(id, 'escalate', { reason: 'x' }), 403, 'not_permitted');
  });
});

describe('somebody who leaves', () => {
  test('neither oneself, nor the last administrator; a date in the future is not yet', async () => {
    refused(await admin.post('/v1/staff/admin-1/deactivate', {}), 409, 'not_oneself');
    refused(await admin.post('/v1/staff/admin-1/posts/1/end', {}), 409, 'last_administrator');
    refused(await admin.post('/v1/staff/nobody/deactivate', {}), 404, 'not_found');
    const later = Date.now() + DAY;
    const clerk = await engine.as('counter-1');
    expect(ok(await admin.post<Person>('/v1/staff/counter-1/deactivate', { at: later })).leavesAt).toBe(
      later,
    );
    expect(await postsOf(clerk)).toEqual(['counter-clerk']);
    ok(await admin.post('/v1/staff/counter-1/reactivate', {}));
    expect((await person('counter-1')).leavesAt).toBeNull();
    refused(await admin.post('/v1/staff/counter-1/reactivate', {}), 409, 'out_of_order');
  });

  test('loses every right, and her open cases go to whoever is on duty, with her task', async () => {
    const worker = await engine.as('grid-4');
    const id = await report(worker, '990101001001003');
    expect(await ownerOf(id)).toBe('grid-4');
    const left = ok(await admin.post<Person>('/v1/staff/grid-4/deactivate', {}));
    expect(left.openCases).toBeGreaterThanOrEqual(1);
    await eventually('she sees the case no more', async () => {
      // She reported it herself, so she keeps a reporter's view, and no more.
      const { body } = await worker.get<{ view?: string; allowedActions: string[] }>(`/v1/disputes/${id}`);
      return !(body.allowedActions ?? []).includes('settle-on-spot');
    });
    refused(await worker.act(id, 'record-measure', { kind: 'visit', note: 'x' }), 403, 'not_permitted');
    expect(await waitUntil(async () => (await ownerOf(id)) === 'community-1', HANDED_OVER)).toBe(true);
    const timeline = ok(
      await (
        await engine.as('community-1')
      ).get<{ entries: { type: string }[] }>(`/v1/disputes/${id}/timeline`),
    );
    expect(timeline.entries.map(({ type }) => type)).toContain('owner-replaced');
    // Read from the table: at night she is told in the morning.
    const told = `SELECT FROM notices WHERE case_id = $1 AND person_id = 'community-1' AND kind = 'now-yours'`;
    await eventually(
      'the new owner is told',
      async () => (await engine.resources.pool.query(told, [id])).rowCount !== 0,
    );
    expect((await person('grid-4')).openCases).toBe(0);
  });
});

describe('people, places and bodies', () => {
  test('two administrators who change one thing: the second is told', async () => {
    const { version } = await person('grid-3');
    refused(await admin.patch('/v1/staff/grid-3', { name: 'x' }), 428, 'invalid_header', 'If-Match');
    const ifMatch = `"${version}"`;
    ok(await admin.patch('/v1/staff/grid-3', { skills: ['D02'] }, { ifMatch }));
    refused(
      await admin.patch('/v1/staff/grid-3', { name: 'y' }, { ifMatch }),
      412,
      'stale_version',
      'If-Match',
    );
    refused(
      await admin.post('/v1/staff', { id: 'grid-3', name: 'x', home: STREET }),
      409,
      'already_exists',
      'id',
    );
  });

  test('a place belongs to one grid, moves, and is gone from the list without being deleted', async () => {
    refused(
      await admin.post('/v1/places', { name: '新楼', region: COMMUNITY }),
      422,
      'invalid_field',
      'region',
    );
    const place = ok(
      await admin.post<{ id: string; version: number }>('/v1/places', { name: '新楼', region: GRID }),
      201,
    );
    const listed = async (region: string): Promise<string[]> =>
      ok(await grid.get<Listed>(`/v1/places?region=${region}&q=新`)).items.map(({ id }) => id);
    expect(await listed(GRID)).toEqual([place.id]);
    ok(await admin.patch(`/v1/places/${place.id}`, { region: GRID_2 }, { ifMatch: '"1"' }));
    expect([await listed(GRID), await listed(GRID_2)]).toEqual([[], [place.id]]);
    ok(await admin.patch(`/v1/places/${place.id}`, { active: false }, { ifMatch: '"2"' }));
    expect(await listed(GRID_2)).toEqual([]);
    refused(await admin.patch('/v1/places/none', { name: 'x' }, { ifMatch: '"1"' }), 404, 'not_found');
  });

  test('a body that is not active is asked nothing new', async () => {
    const body = { id: 'water', name: '自来水公司', kind: 'company', regions: [STREET], categories: ['D14'] };
    const contact = { dutyContact: 'desk 12' };
    expect(ok(await admin.post('/v1/bodies', { ...body, ...contact }), 201)).toMatchObject({
      ...body,
      ...contact,
    });
    refused(await admin.post('/v1/bodies', body), 409, 'already_exists', 'id');
    refused(await admin.post('/v1/bodies', { ...body, id: 'w', kind: 'gang' }), 400, 'invalid_body', 'kind');
    const id = await report(grid, GRID);
    const community = await engine.as('community-1');
    ok(await community.act(id, 'triage', triage));
    const ask = { kind: 'whistle', bodyId: 'water', what: 'Look at the pipe.' };
    await eventually(
      'it can be asked',
      async () => (await community.act(id, 'assign-task', ask)).status === 200,
    );
    ok(await admin.patch('/v1/bodies/water', { active: false }, { ifMatch: '"1"' }));
    refused(await community.act(id, 'assign-task', ask), 422, 'unknown_body', 'bodyId');
    expect(
      ok(await grid.get<Listed>(`/v1/bodies?region=${GRID}&category=D14`)).items.map((one) => one.id),
    ).not.toContain('water');
  });
});

describe('the list of regions', () => {
  const upload = async (body: string | Buffer<ArrayBuffer>, query = '', type = 'text/csv') => {
    const response = await fetch(`${engine.address}/v1/regions/upload${query}`, {
      ...{ method: 'POST', headers: { ...admin.headers(), 'content-type': type }, body },
    });
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      etag: null,
      retryAfter: null,
    };
  };
  const nameOf = async (code: string): Promise<string | undefined> =>
    ok(await grid.get<Listed>(`/v1/regions?within=${code}&limit=1`)).items[0]?.name;

  test('is tried first, then taken in, and can be reported in at once', async () => {
    const list = 'code,name\n990101001003,新社区\n990101001003001,新社区第一网格\n';
    expect(ok(await upload(list, '?dryRun=true'))).toEqual({
      ...{ added: 2, renamed: 0, unchanged: 0, removed: 0, dryRun: true },
    });
    expect(await nameOf('990101001003')).toBeUndefined();
    expect(ok(await upload(list))).toMatchObject({ added: 2, dryRun: false });
    expect(ok(await upload(list))).toMatchObject({ added: 0, unchanged: 2 });
    const clerk = await engine.as('counter-1');
    await eventually('a report is taken in there', async () => {
      const answer = await clerk.post('/v1/reports', quarrel({ region: '990101001003001', parties: [] }));
      return answer.status === 201;
    });
    refused(await upload('code,name\n990101,溪桥区\n', '?remove=true'), 409, 'in_use', 'code');
  });

  test('is read in the national encoding too', async () => {
    const inGb18030 = Buffer.concat([
      ...[Buffer.from('code,name\n990101001003,'), Buffer.from([0xb7, 0xe3, 0xc7, 0xc5]), Buffer.from('\n')],
    ]);
    expect(ok(await upload(inGb18030))).toMatchObject({ renamed: 1 });
    expect(await nameOf('990101001003')).toBe('枫桥');
    refused(await upload(Buffer.from([0x63, 0xff, 0xff, 0x0a])), 422, 'invalid_field', 'body');
  });

  test('with a fault is not taken in at all, and each fault says its line and column', async () => {
    const list =
      'code,name\n990101001004,good\n990101001004000,filled\n990101009001,no parent\n990102,another’s\n';
    const answer = await upload(list);
    refused(answer, 422, 'invalid_field', 'line 3, column 1');
    const placed = await upload(list.replace('990101001004000,filled\n', ''));
    expect((placed.body['faults'] as { field: string }[]).map(({ field }) => field)).toEqual([
      ...['line 3, column 1', 'line 4, column 1'],
    ]);
    expect(await nameOf('990101001004')).toBeUndefined();
    refused(await upload('{}', '', 'application/json'), 415, 'unsupported_media_type');
    refused(await upload('x'.repeat(4 * 1024 * 1024 + 1)), 413, 'payload_too_large');
  });
});

describe('messages set aside', () => {
  const LETTERS = 5;
  beforeAll(async () => {
    await engine.resources.pool.query(
      `INSERT INTO dead_letters (group_name, topic, partition, record_offset, key, payload, error_code, error_message)
       SELECT 'fengqiao.grid', 'fengqiao.disputes.v1', 0, n::text, 'dsp_x', $1, 'malformed', 'no JSON'
       FROM generate_series(1, $2::int) AS n`,
      [JSON.stringify({ id: 'dispute:dsp_x:1', data: { narrative: 'Marked Words', name: '张三' } }), LETTERS],
    );
  });

  test('are walked by the cursor, and one shows its structure without its words', async () => {
    type Letters = { items: { id: number; key: string }[]; nextCursor: string | null };
    const first = ok(await admin.get<Letters>('/v1/dead-letters?key=dsp_x&limit=3'));
    const rest = ok(
      await admin.get<Letters>(`/v1/dead-letters?key=dsp_x&limit=3&cursor=${first.nextCursor}`),
    );
    const ids = [...first.items, ...rest.items].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    expect(ids).toHaveLength(LETTERS);
    expect(rest.nextCursor).toBeNull();
    const one = ok(await admin.get(`/v1/dead-letters/${ids[2]}`));
    expect(one).toMatchObject({
      ahead: 2,
      payload: { content: { id: 'dispute:dsp_x:1', data: { narrative: 'text(12)', name: 'text(2)' } } },
    });
    expect(JSON.stringify(one)).not.toMatch(/Marked|张三/);
    refused(await admin.get('/v1/dead-letters/999999999'), 404, 'not_found');
    for (const id of ids) ok(await admin.post(`/v1/dead-letters/${id}/discard`, { reason: 'A test.' }), 204);
    expect(ok(await admin.get<Letters>('/v1/dead-letters?key=dsp_x')).items).toEqual([]);
  });
});

test('what administrators did is in the audit log, by operation and ids, without a name', async () => {
  const { rows } = await engine.resources.pool.query<{ fields: unknown; detail: unknown }>(
    `SELECT fields, detail FROM audit_log WHERE kind = 'administration' AND actor_id = 'admin-1'`,
  );
  const written = JSON.stringify(rows);
  for (const operation of [
    'addStaff',
    'addPost',
    'addDuty',
    'deactivateStaff',
    'uploadRegions',
    'changeBody',
  ])
    expect(written).toContain(operation);
  expect(written).not.toContain('Staff temp-1');
});
