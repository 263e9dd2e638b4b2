import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiSession, answerOf, type ApiAnswer } from '../../bin/wiring/api-client.ts';
import { hashPassword } from '../../infra/db/accounts.ts';
import { WRONG_PINS_MAX } from '../../infra/db/tracking.ts';
import { DEMO_PASSWORD, GRID, OTHER_GRID } from '../../infra/seed/demo-street.ts';
import { pdf } from '../support/files.ts';
import { send } from '../support/uploads.ts';
import { eventually, newKey, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
}, START_MS);
afterAll(() => engine.stop());

interface Slip {
  code: string;
  pin: string;
  pinUntil: number;
}
interface Reported {
  kind: string;
  number: string | null;
  tracking: Slip | null;
}
interface Followed {
  caseKind: string;
  caseId: string;
  number: string | null;
  stage: string;
  level: string;
  title: string | null;
  responsible: { staffId: string; name: string };
  call: { name: string; contact: string } | null;
  next: { id: string; kind: string; dueAt: number } | null;
  clocks: { id: string; kind: string; state: string; dueAt: number }[];
  timeline: { type: string }[];
  parties: { id: string; consent: string; name: string }[];
  answer: string | null;
  routes: string[];
  allowedActions: string[];
}
interface Visit {
  token: string;
  expiresAt: number;
  caseKind: string;
  caseId: string;
}

// Marked, so that they are found wherever they do not belong.
const REPORTER = {
  name: 'Marked Reporter',
  phone: '13900004711',
  concerned: true,
  agreesToDisclosure: false,
};
const REPORT = {
  ...{ kind: 'dispute', placeId: 'plc-guihua-3', category: 'D02' },
  ...{ title: 'Marked Title', narrative: 'Marked Narrative: the wall is wet.' },
  ...{ reporter: REPORTER, otherSide: [{ name: 'Marked Neighbour', phone: '13900004712' }] },
};
const NEED = {
  ...{ kind: 'need', region: GRID, title: 'A lamp', narrative: 'It is dark on the stairs.' },
  reporter: { name: 'Marked Lamp', phone: '13900004713', language: 'en' },
};
const PIN = '280417';

async function ask<T>(path: string, body: unknown, key = newKey()): Promise<ApiAnswer<T>> {
  return answerOf<T>(
    await fetch(engine.address + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    }),
  );
}

const enter = (code: string, pin: string, newPin?: string): Promise<ApiAnswer<Visit & { code: string }>> =>
  ask('/v1/track/sessions', { code, pin, ...(newPin !== undefined && { newPin }) });

async function reported(body: object = REPORT): Promise<Reported & { tracking: Slip }> {
  const answer = await ask<Reported>('/v1/public/reports', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return { ...answer.body, tracking: answer.body.tracking! };
}

/** A visit, the first with this slip. */
async function visit({ code, pin }: Slip): Promise<{ session: ApiSession; caseId: string }> {
  const { status, body } = await enter(code, pin, PIN);
  expect(status, JSON.stringify(body)).toBe(201);
  return { session: new ApiSession(engine.address, 'holder', body.token), caseId: body.caseId };
}

async function followed(session: ApiSession): Promise<Followed> {
  const { status, body } = await session.get<Followed>('/v1/track');
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

async function done(
  who: ApiSession,
  id: string,
  action: string,
  body: object = {},
  query = {},
): Promise<object> {
  const answer = await who.act(id, action, body, { query });
  expect(answer.status, `${action}: ${JSON.stringify(answer.body)}`).toBe(200);
  return answer.body;
}

const stepOf = async (
  login: string,
  id: string,
  action: string,
  body: object = {},
  query = {},
): Promise<object> => done(await engine.as(login), id, action, body, query);

const TRIAGE = { category: 'D02', difficulty: 'general', duplicatesChecked: true, level: 'community' };

/** A dispute that a resident reported without an account, triaged, with both sides asked. */
async function underWay() {
  const { tracking } = await reported();
  const { session, caseId: id } = await visit(tracking);
  await stepOf('community-1', id, 'triage', TRIAGE);
  const staff = await engine.as('community-1');
  const { body } = await staff.get<{ parties: { id: string; side: string }[] }>(`/v1/disputes/${id}`);
  const [a, b] = body.parties.map((party) => party.id) as [string, string];
  await stepOf('community-1', id, 'deliver-notice', { partyIds: [a, b], channel: 'visit' });
  return { id, a, b, session, slip: tracking };
}

let journey: Awaited<ReturnType<typeof underWay>>;

test('from a report without an account to a rating, every step by code', async () => {
  journey = await underWay();
  const { id, a, b, session } = journey;
  const first = await followed(session);
  expect(first).toMatchObject({
    ...{ caseKind: 'dispute', caseId: id, stage: 'prevention', level: 'community', title: 'Marked Title' },
    ...{
      responsible: { staffId: 'community-1' },
      parties: [{ id: a, consent: 'asked', name: 'Marked Reporter' }],
    },
    ...{ routes: ['arbitration', 'administrative', 'court', 'petition'], answer: null, call: null },
  });
  expect(first.number).toMatch(/^\d{4}-\d{6}$/);
  expect(first.responsible.name).not.toBe('');
  expect(first.timeline.map(({ type }) => type)).toEqual(['reported', 'triaged', 'notice-delivered']);
  expect(first.next).toMatchObject({ kind: 'consent' });
  expect(first.next!.dueAt).toBeGreaterThan(Date.now());
  const clockId = first.clocks.find(({ kind }) => kind === 'level')!.id;
  expect(first.allowedActions).toEqual(
    expect.arrayContaining(['consent', 'refuse', 'withdraw', 'urge', 'object']),
  );
  expect(first.allowedActions).not.toContain('triage');

  await done(session, id, 'consent', { partyId: a });
  await done(session, id, 'urge', { clockId });
  expect(await session.act(id, 'urge', { clockId })).toMatchObject({ status: 409 });
  // The other side has neither account nor code: what she said on paper yesterday is written down.
  await stepOf('community-1', id, 'consent', { partyId: b }, { occurredAt: Date.now() - 86_400_000 });
  const photo = await send(engine.address, session, id, pdf('evidence'));
  expect(photo.status, JSON.stringify(photo.body)).toBe(201);
  const said = await session.post<{ id: string }>(`/v1/disputes/${id}/statements`, {
    text: 'It began in March.',
  });
  expect(said.status, JSON.stringify(said.body)).toBe(201);

  await stepOf('director-2', id, 'accept', {
    ...{
      kind: 'peoples',
      committeeId: 'committee-guihua',
      mediatorId: 'mediator-2',
      conflictsDisclosed: true,
    },
  });
  const register = { partyIds: [a, b], register: 'B repairs the pipe.', terms: [] };
  await stepOf('mediator-2', id, 'record-oral-agreement', { scope: 'whole', register });
  await stepOf('community-1', id, 'mark-resolved', {
    kind: 'agreement',
    reason: 'Agreed.',
    reporterTold: true,
  });

  const closed = await followed(session);
  expect(closed).toMatchObject({ stage: 'closed' });
  expect(closed.timeline.map(({ type }) => type)).toContain('resolved');
  expect(closed.allowedActions).toEqual(expect.arrayContaining(['rate', 'object', 'reopen']));
  await done(session, id, 'rate', { partyId: a, score: 4 });
  await stepOf('counter-1', id, 'rate', { partyId: b, score: 5 });
  await done(session, id, 'object', { reason: 'The wall is wet again.' });
  await stepOf('community-1', id, 'object', { reason: 'She said so at the counter.' });
  await done(session, id, 'reopen', { ground: 'not-satisfied', reason: 'The wall is wet again.' });
  expect((await followed(session)).stage).not.toBe('closed');
  await done(session, id, 'refuse', { partyId: a, effectTold: true });
  await done(session, id, 'consent', { partyId: a });
  await done(session, id, 'withdraw', { partyId: a });
  expect((await followed(session)).parties).toMatchObject([{ consent: 'withdrawn' }]);
  const { body } = await (await engine.as('community-1')).get<{ staff: object }>(`/v1/disputes/${id}`);
  expect(body.staff).toMatchObject({ rating: 5, objections: 2, reopened: 1 });
});

describe('given a code and its PIN', () => {
  test('the PIN on the slip is used up by the first visit; later ones need hers', async () => {
    const { code, pin } = journey.slip;
    expect(await enter(code, pin, '391746')).toMatchObject({
      status: 401,
      body: { code: 'wrong_credentials' },
    });
    const again = await enter(code.toLowerCase().replaceAll('-', ' '), PIN);
    expect(again.status).toBe(201);
    expect(again.body.expiresAt - Date.now()).toBeLessThanOrEqual(30 * 60_000);
    expect(again.body.token).not.toContain(code);
    // Both visits go on; she leaves one of them.
    const second = new ApiSession(engine.address, 'holder', again.body.token);
    expect((await second.get('/v1/track')).status).toBe(200);
    const left = await fetch(`${engine.address}/v1/track/sessions/current`, {
      ...{ method: 'DELETE', headers: second.headers() },
    });
    expect(left.status).toBe(204);
    expect((await second.get('/v1/track')).status).toBe(401);
    expect((await journey.session.get('/v1/track')).status).toBe(200);
  });

  test('of two who use the slip at once one comes in, and a PIN of her own must be chosen well', async () => {
    const { tracking } = await reported(NEED);
    const { code, pin } = tracking;
    expect(await enter(code, pin)).toMatchObject({ status: 422, body: { field: 'newPin' } });
    expect(await enter(code, pin, '123456')).toMatchObject({
      status: 422,
      body: { code: 'password_refused' },
    });
    expect(await enter(code, pin, pin)).toMatchObject({ status: 422, body: { code: 'password_refused' } });
    const both = await Promise.all([enter(code, pin, '391746'), enter(code, pin, '391747')]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 401]);
  });

  test('five wrong PINs lock it for an hour; an unknown code is answered with the same words', async () => {
    const { code } = journey.slip;
    const unknown = await enter('2222-2222-2222', PIN);
    const typo = await enter(`${code.slice(0, -1)}${code.endsWith('2') ? '3' : '2'}`, PIN);
    expect(typo).toMatchObject({ status: 422, body: { code: 'invalid_field', field: 'code' } });
    for (let n = 0; n < WRONG_PINS_MAX; n += 1) {
      const wrong = await enter(code, '000001');
      expect([wrong.status, wrong.body]).toEqual([unknown.status, unknown.body]);
    }
    expect(unknown.status).toBe(401);
    const locked = await enter(code, PIN);
    expect([locked.status, locked.body]).toEqual([unknown.status, unknown.body]);
    const { rows } = await engine.resources.pool.query<{ left: number }>(
      `UPDATE tracking_codes SET locked_until_ms = 1 WHERE locked_until_ms IS NOT NULL
       RETURNING old.locked_until_ms - (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS left`,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]!.left).toBeGreaterThan(59 * 60_000);
    expect((await enter(code, '000001')).status).toBe(401);
    expect((await enter(code, PIN)).status).toBe(201);
  });

  test('a visit ends after its time', async () => {
    const { body } = await enter(journey.slip.code, PIN);
    const late = new ApiSession(engine.address, 'holder', body.token);
    expect((await late.get('/v1/track')).status).toBe(200);
    await engine.resources.pool.query(
      `UPDATE tracking_sessions SET expires_at_ms = 1 WHERE token_hash = sha256($1::bytea)`,
      [Buffer.from(body.token)],
    );
    expect((await late.get('/v1/track')).status).toBe(401);
  });

  test('when staff give out another, then the old one and its visits end, and she is still who she was', async () => {
    const { id, session, slip } = journey;
    const counter = await engine.as('counter-1');
    const key = newKey();
    const issue = () => counter.post<Slip>(`/v1/disputes/${id}/tracking`, { speaksFor: 'reporter' }, { key });
    const [first, again] = [await issue(), await issue()];
    expect([first.status, first.body.code], JSON.stringify(first.body)).toEqual([201, again.body.code]);
    expect(again.body.pin).toBe(first.body.pin);
    expect((await session.get('/v1/track')).status).toBe(401);
    expect((await enter(slip.code, PIN)).status).toBe(401);
    const back = await visit(first.body);
    expect(await followed(back.session)).toMatchObject({ caseId: id, title: 'Marked Title' });
    expect(await issue()).toMatchObject({ status: 409 });
    journey = { ...journey, session: back.session, slip: first.body };

    const { body } = await counter.get<{ items: object[] }>(`/v1/disputes/${id}/tracking`);
    expect(body.items).toMatchObject([
      {
        speaksFor: 'reporter',
        name: 'Marked Reporter',
        phone: '139****4711',
        issuedBy: 'counter-1',
        endedAt: null,
      },
      { speaksFor: 'reporter', issuedBy: null, endedAt: expect.any(Number) as number },
    ]);
  });

  test('a PIN on a slip that is too old opens nothing', async () => {
    const counter = await engine.as('counter-1');
    const { body } = await counter.post<Slip>(`/v1/disputes/${journey.id}/tracking`, {
      speaksFor: journey.b,
    });
    await engine.resources.pool.query(
      'UPDATE tracking_codes SET one_time_until_ms = 1 WHERE one_time_until_ms = $1',
      [body.pinUntil],
    );
    expect((await enter(body.code, body.pin, PIN)).status).toBe(401);
  });

  test('neither is anywhere in the database', async () => {
    const { code } = journey.slip;
    const plain = code.replaceAll('-', '');
    const tables = [
      'commands',
      'events',
      'outbox',
      'audit_log',
      'tracking_holders',
      'tracking_codes',
      'texts',
    ];
    for (const table of tables) {
      const { rowCount } = await engine.resources.pool.query(
        `SELECT FROM ${table} t WHERE t::text LIKE ANY ($1) OR t::text ~ $2`,
        [[`%${code}%`, `%${plain}%`], `"pin"|\\m${PIN}\\M`],
      );
      expect(rowCount, table).toBe(0);
    }
  });
});

describe('a visit sees its own case alone', () => {
  test('no route shows her anything else, whatever she asks', async () => {
    const other = await (await engine.as('grid-1')).post<{ id: string }>('/v1/reports', quarrel());
    const { session, id } = journey;
    for (const path of [
      ...['/v1/disputes', '/v1/work', '/v1/notices', '/v1/sessions/current', '/v1/accounts', '/v1/api-keys'],
      ...['/v1/policies', '/v1/dead-letters', '/v1/conferences/any', '/v1/commitments/any', '/v1/stream'],
    ])
      expect(await session.get(path), path).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(await session.post('/v1/reports', quarrel({ channel: 'resident' }))).toMatchObject({
      status: 403,
    });
    for (const path of [
      ...[`/v1/disputes/${other.body.id}`, `/v1/disputes/${other.body.id}/timeline`, '/v1/tasks/any'],
      ...[`/v1/disputes/${other.body.id}/statements`, `/v1/disputes/${other.body.id}/attachments`],
    ])
      expect(await session.get(path), path).toMatchObject({ status: 404 });
    expect(await session.act(other.body.id, 'object', { reason: 'x' })).toMatchObject({ status: 404 });
    // Of her own case, what is for staff is not for her.
    expect(await session.get(`/v1/disputes/${id}/tracking`)).toMatchObject({ status: 403 });
    const forNeighbour = { speaksFor: journey.b };
    expect(await session.post(`/v1/disputes/${id}/tracking`, forNeighbour)).toMatchObject({ status: 403 });
    expect(
      await session.act(id, 'identify-party', { partyId: journey.b, accountId: 'resident-3' }),
    ).toMatchObject({
      status: 403,
    });
    expect(await session.put(`/v1/disputes/${id}/parties/${journey.b}`, { name: 'x' })).toMatchObject({
      status: 403,
    });
  });

  test('nobody becomes its holder by calling herself so', async () => {
    const { rows } = await engine.resources.pool.query<{ by: string }>(
      `SELECT state ->> 'reportedBy' AS by FROM cases WHERE id = $1`,
      [journey.id],
    );
    const principal = rows[0]!.by;
    expect(principal).toMatch(/^track:/);
    const named = quarrel({
      parties: [{ ref: 'a', side: 'A', kind: 'party', name: 'X', accountId: principal }],
    });
    expect(await (await engine.as('grid-1')).post('/v1/reports', named)).toMatchObject({ status: 400 });
    const body = { partyId: journey.b, accountId: principal };
    expect(await (await engine.as('community-1')).act(journey.id, 'identify-party', body)).toMatchObject({
      status: 400,
    });
    await engine.resources.pool.query(
      `INSERT INTO accounts (id, login, password_hash, name) VALUES ($1, 'pretender', $2, 'x')`,
      [principal, await hashPassword(DEMO_PASSWORD)],
    );
    const pretender = await engine.as('pretender');
    expect((await pretender.get(`/v1/disputes/${journey.id}`)).status).toBe(401);
  });

  test('an account that is not there cannot be bound to a party', async () => {
    const unknown = { partyId: journey.b, accountId: 'nobody' };
    expect(await (await engine.as('community-1')).act(journey.id, 'identify-party', unknown)).toMatchObject({
      ...{ status: 422, body: { code: 'unknown_person', field: 'accountId' } },
    });
  });
});

test('a party with a code never learns who reported', async () => {
  const witness = { ...REPORTER, name: 'Marked Witness', phone: '13900004714', concerned: false };
  const { tracking } = await reported({ ...REPORT, reporter: witness });
  const { session: reporter, caseId: id } = await visit(tracking);
  await stepOf('community-1', id, 'triage', TRIAGE);
  const staff = await engine.as('community-1');
  const { body } = await staff.get<{ parties: { id: string }[]; staff: { reportedBy: string } }>(
    `/v1/disputes/${id}`,
  );
  const partyId = body.parties[0]!.id;
  await stepOf('community-1', id, 'deliver-notice', { partyIds: [partyId], channel: 'visit' });
  await reporter.post(`/v1/disputes/${id}/statements`, { text: 'Marked Words of the witness.' });
  const slip = await (
    await engine.as('counter-1')
  ).post<Slip>(`/v1/disputes/${id}/tracking`, { speaksFor: partyId });
  expect(slip.status, JSON.stringify(slip.body)).toBe(201);
  const { session: party } = await visit(slip.body);
  await party.post(`/v1/disputes/${id}/statements`, { text: 'I have done nothing.' });
  const answers = [
    await followed(party),
    await party.get(`/v1/disputes/${id}`),
    await party.get(`/v1/disputes/${id}/timeline?limit=500`),
    await party.get(`/v1/disputes/${id}/statements`),
    await party.get(`/v1/disputes/${id}/attachments`),
    await party.get(`/v1/disputes/${id}/tracking`),
    await done(party, id, 'consent', { partyId }),
  ];
  const shown = JSON.stringify(answers);
  expect(shown).toContain('I have done nothing.');
  expect(shown).toContain('Marked Neighbour');
  expect(shown).not.toMatch(/Marked (Witness|Title|Narrative|Words)|4714|wall/);
  expect(shown).not.toContain(body.staff.reportedBy);
  // The reporter, in turn, does not read the party's words; staff read both.
  const own = await reporter.get<{ items: { text: string; writtenBy: null }[] }>(
    `/v1/disputes/${id}/statements`,
  );
  expect(own.body.items.map(({ text, writtenBy }) => [text, writtenBy])).toEqual([
    ['Marked Words of the witness.', null],
  ]);
  const all = await staff.get<{ items: { text: string; speaksFor: string }[] }>(
    `/v1/disputes/${id}/statements`,
  );
  expect(all.body.items.map(({ speaksFor }) => speaksFor)).toEqual([partyId, 'reporter']);
});

describe('a need, hazard or opinion without an account', () => {
  test('is followed to its answer, and "not satisfied" is heard by whoever answered', async () => {
    const { kind, number, tracking } = await reported({ ...NEED, kind: 'hazard' });
    expect({ kind, number }).toEqual({ kind: 'task', number: null });
    const { session, caseId } = await visit(tracking);
    const waiting = await followed(session);
    expect(waiting).toMatchObject({
      ...{ caseKind: 'task', stage: 'open', level: 'grid', title: 'A lamp', language: 'en', answer: null },
      ...{ responsible: { staffId: 'grid-1' }, next: { kind: 'task-report-in' } },
    });
    expect(waiting.clocks.map((clock) => clock.kind).toSorted()).toEqual(['task-answer', 'task-report-in']);
    const grid = await engine.as('grid-1');
    const returned = await grid.post(`/v1/tasks/${caseId}/actions/return-task`, { reason: 'Not ours.' });
    expect(returned, 'a need is not passed on').toMatchObject({ status: 409 });
    const answered = await grid.post(`/v1/tasks/${caseId}/actions/answer`, { answer: 'It is mended.' });
    expect(answered.status, JSON.stringify(answered.body)).toBe(200);
    expect(await followed(session)).toMatchObject({ stage: 'answered', answer: 'It is mended.', next: null });

    const path = `/v1/tasks/${caseId}/statements`;
    const key = newKey();
    const said = await session.post<{ id: string }>(path, { text: 'It is still dark.' }, { key });
    expect(said.status, JSON.stringify(said.body)).toBe(201);
    expect(await session.post(path, { text: 'It is still dark.' }, { key })).toMatchObject({
      status: 200,
      body: said.body,
    });
    expect(await session.post(path, { text: 'Other words.' }, { key })).toMatchObject({ status: 422 });
    const { body } = await grid.get<{ items: object[] }>(path);
    expect(body.items).toMatchObject([
      { id: said.body.id, speaksFor: 'reporter', text: 'It is still dark.' },
    ]);
    await eventually('the reporter and the owner are told', async () => {
      const { rows } = await engine.resources.pool.query<{ kind: string; person_id: string }>(
        'SELECT kind, person_id FROM notices WHERE case_id = $1',
        [caseId],
      );
      const told = rows.map(
        ({ kind: what, person_id }) => `${what} ${person_id.replace(/^track:.*/, 'holder')}`,
      );
      return ['statement grid-1', 'answered holder'].every((one) => told.includes(one));
    });
    // A body that was asked, or a street away, reads none of it.
    expect((await (await engine.as('duty-9')).get(path)).status).toBe(404);
  });
});

describe('staff write it down for whoever comes', () => {
  const walkIn = (change: object = {}) => ({
    ...quarrel({ channel: 'counter' }),
    parties: [
      { ref: 'a', side: 'A', kind: 'party', name: 'Old Person' },
      { ref: 'b', side: 'B', kind: 'party', name: 'Neighbour' },
    ],
    ...{ reporter: { name: 'Old Person', ref: 'a' } },
    ...change,
  });

  test('she is its reporter and a party, and gets a slip; the same key prints it again', async () => {
    const counter = await engine.as('counter-1');
    const key = newKey();
    const first = await counter.post<Reported & { id: string }>('/v1/reports', walkIn(), { key });
    expect(first.status, JSON.stringify(first.body)).toBe(201);
    const again = await counter.post<Reported>('/v1/reports', walkIn(), { key });
    expect([again.status, again.body.tracking?.pin]).toEqual([200, first.body.tracking!.pin]);
    const { session, caseId } = await visit(first.body.tracking!);
    expect(caseId).toBe(first.body.id);
    expect((await counter.post<Reported>('/v1/reports', walkIn(), { key })).body.tracking).toBeNull();
    expect(await followed(session)).toMatchObject({
      title: 'Water from above',
      parties: [{ name: 'Old Person' }],
    });
    const spoken = {
      text: 'She says it began in March.',
      speaksFor: 'reporter',
      occurredAt: Date.now() - 1000,
    };
    expect((await counter.post(`/v1/disputes/${caseId}/statements`, spoken)).status).toBe(201);
    const { body } = await session.get<{ items: object[] }>(`/v1/disputes/${caseId}/statements`);
    expect(body.items).toMatchObject([
      { text: spoken.text, speaksFor: 'reporter', occurredAt: spoken.occurredAt },
    ]);
  });

  test('residents do not, and nobody says she is a party that is not there', async () => {
    const resident = await engine.as('resident-1');
    expect(await resident.post('/v1/reports', walkIn({ channel: 'resident' }))).toMatchObject({
      status: 403,
    });
    const counter = await engine.as('counter-1');
    const wrong = walkIn({ reporter: { ref: 'z' } });
    expect(await counter.post('/v1/reports', wrong)).toMatchObject({
      status: 422,
      body: { field: 'reporter.ref' },
    });
    // Whoever reported with an account needs no code, nor does a party with one.
    const own = await resident.post<{ id: string; parties: { id: string }[] }>(
      ...(['/v1/reports', quarrel({ channel: 'resident' })] as const),
    );
    for (const speaksFor of ['reporter', own.body.parties[0]!.id])
      expect(await counter.post(`/v1/disputes/${own.body.id}/tracking`, { speaksFor })).toMatchObject({
        status: 409,
      });
    expect(await counter.post(`/v1/disputes/${own.body.id}/tracking`, { speaksFor: 'zz' })).toMatchObject({
      status: 422,
    });
  });
});

describe('a report without an account', () => {
  const refused = (change: object, key?: string) => ask('/v1/public/reports', { ...REPORT, ...change }, key);

  test.each([
    ['what only staff say', { level: 'district' }, 400, 'level'],
    ['neither region nor place', { placeId: undefined }, 422, 'region'],
    ['a place that is not there', { placeId: 'plc-nowhere' }, 422, 'placeId'],
    ['a need that names somebody', { kind: 'need' }, 422, 'kind'],
    ['a party without a name', { reporter: { concerned: true } }, 422, 'reporter.name'],
    ['a phone that is none', { reporter: { phone: 'call me' } }, 400, 'reporter.phone'],
    ['a narrative that is too long', { narrative: 'x'.repeat(5_001) }, 400, 'narrative'],
  ])('with %s is refused', async (_, change, status, field) => {
    expect(await refused(change)).toMatchObject({ status, body: { field } });
  });

  test('with a key that could be guessed, or larger than 64 KiB, is refused', async () => {
    expect(await refused({}, '1')).toMatchObject({ status: 422, body: { field: 'Idempotency-Key' } });
    expect(await refused({}, 'a'.repeat(40))).toMatchObject({
      status: 422,
      body: { field: 'Idempotency-Key' },
    });
    expect(await refused({ narrative: 'x'.repeat(65_536) })).toMatchObject({ status: 413 });
  });

  test('sent twice is one report with one slip; with other words it is refused', async () => {
    const key = newKey();
    const [first, again] = [await refused({}, key), await refused({}, key)];
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect(await refused({ title: 'Other' }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  test('is taken ten times an hour from one address', async () => {
    const statuses: number[] = [];
    while (statuses.length < 11 && !statuses.includes(429))
      statuses.push((await ask<object>('/v1/public/reports', { ...NEED, region: OTHER_GRID })).status);
    expect(statuses.at(-1)).toBe(429);
  });
});
