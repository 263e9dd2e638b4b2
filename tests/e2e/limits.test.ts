import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandHeaders } from '../../api/act.ts';
import { BODY_MAX_BYTES, REQUESTS_MAX as REQUESTS_AT_ONCE_MAX } from '../../api/app.ts';
import { REQUESTS_MAX, SPAN_MAX_DAYS } from '../../api/routes/open311/requests.ts';
import { LIST_MAX_BYTES } from '../../api/routes/administration/regions.ts';
import { EXPORT_ROWS_MAX } from '../../api/export/rows.ts';
import { EXPORTS_MAX } from '../../api/export/slots.ts';
import { LOGINS_OF_NAME_PER_MINUTE } from '../../api/plugins/rate-limit.ts';
import { ACCESS_MINUTES } from '../../api/plugins/tokens.ts';
import { answerOf, logIn, type ApiAnswer, type ApiSession } from '../../bin/wiring/api-client.ts';
import { TERMS_MAX, NAMED_MAX } from '../../domain/commands/support.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { REGION_FAULTS_MAX, REGION_ROWS_MAX } from '../../domain/directory/region-list.ts';
import { POSTS_MAX } from '../../domain/directory/staff-rules.ts';
import { CLOCK_SKEW_MS, notYet } from '../../domain/occurred.ts';
import type { Policy } from '../../domain/policy.ts';
import { SCOPE_REGIONS_MAX } from '../../domain/scope.ts';
import { TERM_MAX, TERMS_MAX as SEARCH_TERMS_MAX } from '../../domain/search-terms.ts';
import { SUGGESTIONS_MAX } from '../../domain/similarity.ts';
import { STATEMENTS_MAX } from '../../infra/db/statements.ts';
import { WRONG_PINS_MAX } from '../../infra/db/tracking.ts';
import { FAILURES_MAX, LOCKED_MINUTES, ONE_TIME_HOURS } from '../../infra/db/accounts.ts';
import { AROUND_MAX, OF_PLACE_MAX } from '../../infra/db/reads/around.ts';
import { loadConfig } from '../../infra/config.ts';
import { KEYS_MAX } from '../../infra/identity/api-keys.ts';
import { CLOCK_TOLERANCE_S } from '../../infra/identity/oidc.ts';
import { HASHES_MAX } from '../../infra/identity/passwords.ts';
import { SESSIONS_MAX } from '../../infra/identity/sessions.ts';
import {
  BODIES,
  COMMUNITY,
  DEMO_PASSWORD,
  DISTRICT,
  GRID,
  GRID_4,
  STREET,
} from '../../infra/seed/demo-street.ts';
import { SAVED_FILTERS_MAX } from '../../ports/saved-filters.ts';
import { ACTION_BODIES } from '../../schemas/api/actions.ts';
import {
  DISPUTE_MAX_BYTES,
  FILE_MAX_BYTES,
  FILE_NAME_MAX,
  FILES_MAX,
  PERSON_FILES_MAX,
  PERSON_MAX_BYTES,
  PIXELS_MAX,
} from '../../schemas/api/attachments.ts';
import { UPLOADS_MAX } from '../../api/routes/attachments/send.ts';
import { LOGIN_MAX, PASSWORD_MAX, PASSWORD_MIN } from '../../schemas/api/identity.ts';
import {
  INSPECTED_MAX,
  INSPECTION_OPEN_DAYS_MAX,
  INSPECTION_SPAN_DAYS_MAX,
  REVEALS_PER_HOUR,
} from '../../schemas/api/privacy.ts';
import {
  ITEMS_MAX,
  LINKS_MAX,
  NAME_MAX,
  PARTIES_MAX,
  ReportedParty,
  TITLE_MAX,
} from '../../schemas/api/reports.ts';
import { FILTER_NAME_MAX, QUERY_MAX, QUERY_MIN } from '../../schemas/api/search.ts';
import { PUBLIC_BODY_MAX_BYTES, PUBLIC_NARRATIVE_MAX, STATEMENT_MAX } from '../../schemas/api/track.ts';
import { ClockId, FEN_MAX, ID_MAX, Instant, NARRATIVE_MAX, TEXT_MAX } from '../../schemas/parts.ts';
import { LIMIT_AMOUNT_MAX, LIMIT_AMOUNT_MIN, PolicyDocument } from '../../schemas/policy.ts';
import { operationsOf, pathWith, type Operation } from '../support/contract.ts';
import { eventually, newKey, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';
import { boundsOf, documented, expectRefused, expectTaken, type Refusal } from '../support/limits.ts';

const KEY = boundsOf(CommandHeaders.properties['idempotency-key']);
const CLOCK_ID_MAX = boundsOf(ClockId()).maxLength;
const ACTS_FOR_MAX = boundsOf(ReportedParty.properties.actsFor).maxItems;
const AGREED_ITEMS_MAX = boundsOf(ACTION_BODIES['propose-agreement'].properties.itemIds).maxItems;
const EXTENSION_MAX = boundsOf(ACTION_BODIES['request-extension'].properties.amount).maximum;
const MIB = 1024 ** 2;
const DAY_MS = 86_400_000;
const WHOLE_DAY_MINUTES = 24 * 60;

let engine: TestEngine;
let grid: ApiSession;
let community: ApiSession;
let admin: ApiSession;

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  [grid, community, admin] = await Promise.all([
    engine.as('grid-1'),
    engine.as('community-1'),
    engine.as('admin-1'),
  ]);
}, START_MS);
afterAll(() => engine.stop());

interface Taken {
  id: string;
  parties: { id: string }[];
  itemIds: string[];
}

/** So many of something. */
const many = <T>(count: number, one: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => one(n));
const x = (length: number): string => 'x'.repeat(length);

async function reported(change: object = {}, by = grid): Promise<Taken> {
  const answer = await by.post<Taken>('/v1/reports', quarrel(change));
  expectTaken(answer, 201);
  return answer.body;
}

/** The most is taken; one more is refused, and nothing is different after it. */
async function holds(
  ask: (size: number) => Promise<ApiAnswer>,
  most: number,
  refusal: Refusal,
  { taken = 201, step = 1, caseId }: { taken?: number; step?: number; caseId?: string } = {},
): Promise<void> {
  expectTaken(await ask(most), taken);
  await expectRefused(engine, () => ask(most + step), refusal, caseId);
}

/** A body of exactly so many bytes: blanks after JSON are JSON. */
const filled = (body: object, bytes: number): string => {
  const json = JSON.stringify(body);
  return json + ' '.repeat(bytes - Buffer.byteLength(json));
};

async function send(path: string, body: string, headers: Record<string, string> = {}): Promise<ApiAnswer> {
  const type = { 'content-type': 'application/json', 'idempotency-key': newKey() };
  return answerOf(
    await fetch(engine.address + path, { method: 'POST', headers: { ...type, ...headers }, body }),
  );
}

describe('the table of limits', () => {
  test.each<[string, number[]]>([
    ['Idempotency-Key', [KEY.minLength, KEY.maxLength]],
    ['body of a request', [BODY_MAX_BYTES / MIB]],
    ['requests of one API in work', [REQUESTS_AT_ONCE_MAX, 503]],
    ['wrong passwords', [FAILURES_MAX, LOCKED_MINUTES, ONE_TIME_HOURS]],
    ['passwords of one API', [HASHES_MAX, 503]],
    ['clocks of an identity provider', [CLOCK_TOLERANCE_S]],
    ['suggested duplicates', [SUGGESTIONS_MAX, AROUND_MAX, OF_PLACE_MAX]],
    ['rows of an export', [EXPORT_ROWS_MAX, 1, EXPORTS_MAX]],
    [
      'a file;',
      [
        ...[FILE_MAX_BYTES / MIB, FILES_MAX, DISPUTE_MAX_BYTES / MIB],
        ...[PERSON_FILES_MAX, PERSON_MAX_BYTES / MIB, UPLOADS_MAX],
      ],
    ],
    ['pixels of a picture', [PIXELS_MAX / 1e6, FILE_NAME_MAX]],
    ['sessions of an account', [SESSIONS_MAX, KEYS_MAX]],
    ['login; password', [LOGIN_MAX, PASSWORD_MIN, PASSWORD_MAX]],
    ['title, item', [TITLE_MAX, NAME_MAX, TEXT_MAX, NARRATIVE_MAX]],
    ['id; clock id', [ID_MAX, CLOCK_ID_MAX]],
    ['parties of a report', [PARTIES_MAX, ITEMS_MAX, LINKS_MAX]],
    ['representatives a side', [DEFAULT_POLICY.representativesPerSide]],
    ['people one person acts for', [ACTS_FOR_MAX, NAMED_MAX]],
    ['terms of an agreement', [TERMS_MAX, AGREED_ITEMS_MAX]],
    ['extension of a clock', [EXTENSION_MAX]],
    ['how far ahead of ours', [CLOCK_SKEW_MS / 60_000]],
    ['words looked for', [QUERY_MIN, QUERY_MAX, TERM_MAX, SEARCH_TERMS_MAX]],
    ['saved filters a person', [SAVED_FILTERS_MAX, FILTER_NAME_MAX]],
    ['a list of regions', [REGION_ROWS_MAX, LIST_MAX_BYTES / MIB, REGION_FAULTS_MAX]],
    ['regions of one person', [SCOPE_REGIONS_MAX, POSTS_MAX]],
    ['requests of Open311', [REQUESTS_MAX, SPAN_MAX_DAYS]],
    [
      'reveals and exports',
      [REVEALS_PER_HOUR, INSPECTED_MAX, INSPECTION_SPAN_DAYS_MAX, INSPECTION_OPEN_DAYS_MAX],
    ],
  ])('"%s" says what the code holds', (what, limits) => {
    expect(documented(what)).toEqual(limits);
  });
});

describe('a setting', () => {
  const [shortest, longest, usual, token] = documented('session; its access token') as [
    number,
    number,
    number,
    number,
  ];
  const [connections, connectionsMost, , cases, casesMost] = documented('connections a process');
  const [partitions, partitionsMost] = documented('partitions of a topic');

  test('of a session is that of the table', () => {
    expect([loadConfig({ ...engine.env, SESSION_HOURS: '' }).sessionHours, ACCESS_MINUTES]).toEqual([
      usual,
      token,
    ]);
    expect(documented('logins a minute').at(-1)).toBe(LOGINS_OF_NAME_PER_MINUTE);
  });

  test.each([
    ['SESSION_HOURS', shortest, longest],
    ['DB_POOL_MAX', connections!, connectionsMost!],
    ['APPLY_CONCURRENCY', cases!, casesMost!],
    ['KAFKA_PARTITIONS', partitions!, partitionsMost!],
  ])('%s is at least %i and at most %i', (name, least, most) => {
    // Acts need connections: as many of these as there may be, and no more acts than the fewest allow.
    const room = { DB_POOL_MAX: String(connectionsMost), APPLY_CONCURRENCY: '1' };
    const load = (value: number) => () => loadConfig({ ...engine.env, ...room, [name]: String(value) });
    for (const value of [least, most]) expect(load(value)).not.toThrow();
    for (const value of [least - 1, most + 1]) expect(load(value)).toThrow(name);
  });
});

describe('a request', () => {
  test('of exactly 1 MiB is read, one byte more is not', async () => {
    const ask = (bytes: number) => send('/v1/reports', filled(quarrel(), bytes), grid.headers());
    await holds(ask, BODY_MAX_BYTES, [413, 'payload_too_large']);
  });

  test('has a key of 1 to 100 characters', async () => {
    const ask = (length: number) => grid.post('/v1/reports', quarrel(), { key: 'k'.repeat(length) });
    expectTaken(await ask(KEY.minLength), 201);
    await expectRefused(engine, () => ask(KEY.minLength - 1), [400, 'invalid_header', 'Idempotency-Key']);
    await holds(ask, KEY.maxLength, [400, 'invalid_header', 'Idempotency-Key']);
  });
});

describe('a page', () => {
  const isList = ({ method, parameters }: Operation): boolean =>
    method === 'GET' && parameters.some(({ name }) => name === 'limit');
  const documentedPages: Record<string, number> = {
    listDisputes: documented('page of disputes')[0]!,
    myWork: documented('page of disputes')[1]!,
    myNotices: documented('page of disputes')[1]!,
    listDeadLetters: documented('page of disputes')[1]!,
    getTimeline: documented('page of disputes')[2]!,
  };

  test('of every list is as long as the contract says, and no longer', async () => {
    const [{ id }, need] = await Promise.all([
      reported(),
      reported({ kind: 'need', category: 'D99', parties: undefined }),
    ]);
    const logins = ['admin-1', 'community-1', 'inspector-1', 'resident-1'];
    const people = await Promise.all(logins.map((login) => engine.as(login)));
    const lists = (await operationsOf(engine.address)).filter(isList);
    const sizes = new Map<string, number>();
    const unread: string[] = [];
    for (const list of lists) {
      const maximum = list.parameters.find(({ name }) => name === 'limit')!.schema!.maximum!;
      const needed = list.parameters.filter((one) => one.in === 'query' && one.required === true);
      const query = needed.map(({ name }) => `&${name}=${COMMUNITY}`).join('');
      const ask = (who: ApiSession, limit: number) =>
        who.get(
          `${pathWith(list, { id: list.path.startsWith('/v1/tasks/') ? need.id : id })}?limit=${limit}${query}`,
        );
      let reader: ApiSession | undefined;
      for (const one of people) if ((await ask(one, maximum)).status === 200) reader ??= one;
      if (reader === undefined) unread.push(list.operationId);
      else
        expect(await ask(reader, maximum + 1), list.path).toMatchObject({
          ...{ status: 400, body: { code: 'invalid_query', field: 'limit' } },
        });
      sizes.set(list.operationId, maximum);
    }
    expect(unread).toEqual([]);
    expect(Object.fromEntries(sizes)).toMatchObject(documentedPages);
  });

  test('of Open311 is as long as documented, and reaches as far', async () => {
    const ask = (query: string) =>
      fetch(`${engine.address}/open311/v2/requests.json?${query}`).then(({ status }) => status);
    expect(await ask(`page_size=${REQUESTS_MAX}`)).toBe(200);
    expect(await ask(`page_size=${REQUESTS_MAX + 1}`)).toBe(400);
    const from = Date.parse('2026-01-01T00:00:00Z');
    const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');
    const until = (to: number) => ask(`start_date=${iso(from)}&end_date=${iso(to)}`);
    expect(await until(from + SPAN_MAX_DAYS * DAY_MS)).toBe(200);
    expect(await until(from + SPAN_MAX_DAYS * DAY_MS + 1_000)).toBe(400);
  });
});

describe('a report', () => {
  const { maximum: LAST, minimum: FIRST } = boundsOf(Instant());
  const party = (n: number, more: object = {}) => ({
    ...{ ref: `p${n}`, side: 'A', kind: 'party', name: `P${n}`, ...more },
  });

  test.each<[string, number, (size: number) => object, Refusal]>([
    ['characters of an item', TITLE_MAX, (n) => ({ items: [x(n)] }), [400, 'invalid_body', 'items.0']],
    ['items', ITEMS_MAX, (n) => ({ items: many(n, (i) => `Item ${i}`) }), [400, 'invalid_body', 'items']],
    [
      'characters of a name',
      NAME_MAX,
      (n) => ({ parties: [party(0, { name: x(n) })] }),
      [400, 'invalid_body', 'parties.0.name'],
    ],
    [
      'people one acts for',
      ACTS_FOR_MAX,
      (n) => ({
        parties: [party(n, { kind: 'proxy', actsFor: many(n, (i) => `p${i}`) }), ...many(n, (i) => party(i))],
      }),
      [400, 'invalid_body', 'parties.0.actsFor'],
    ],
    [
      'representatives of a side',
      DEFAULT_POLICY.representativesPerSide,
      (n) => ({ parties: many(n, (i) => party(i, { kind: 'representative' })) }),
      [422, 'limit_exceeded', 'parties'],
    ],
    [
      'characters of an id',
      ID_MAX,
      (n) => ({ origin: { system: 'hotline', externalNumber: x(n) } }),
      [400, 'invalid_body', 'origin.externalNumber'],
    ],
    ['fen', FEN_MAX, (n) => ({ danger: { amountFen: n } }), [400, 'invalid_body', 'danger.amountFen']],
    [
      'the last instant',
      LAST,
      (n) => ({ origin: { system: 'hotline', externalNumber: '1', externalDeadlineAt: n } }),
      [400, 'invalid_body', 'origin.externalDeadlineAt'],
    ],
  ])('%s: %i and no more', async (_, most, change, refusal) => {
    await holds((size) => grid.post('/v1/reports', quarrel(change(size))), most, refusal);
  });

  test('amounts and instants are those of the table', () => {
    expect(documented('amount of money')).toEqual([FEN_MAX / 1e9 / 100]);
    const years = [FIRST, LAST].map((at) => new Date(at).getUTCFullYear());
    expect(documented('instants')).toEqual(years);
  });

  test('the first instant and none before', async () => {
    const ask = (occurredAt: number) => grid.post('/v1/reports', quarrel({ occurredAt }));
    await holds(ask, FIRST, [400, 'invalid_body', 'occurredAt'], { step: -1 });
  });

  test('earlier disputes: as many as may be named and no more', async () => {
    const earlier = await Promise.all(many(LINKS_MAX + 1, () => reported()));
    const ask = (n: number) =>
      grid.post('/v1/reports', quarrel({ earlierIds: earlier.slice(0, n).map(({ id }) => id) }));
    await holds(ask, LINKS_MAX, [400, 'invalid_body', 'earlierIds']);
  });

  test('a clock elsewhere may be five minutes ahead and no more', async () => {
    const now = Date.now();
    expect(notYet(now + CLOCK_SKEW_MS, now)).toBeNull();
    expect(notYet(now + CLOCK_SKEW_MS + 1, now)).toMatchObject({ field: 'occurredAt' });
    // Over HTTP time goes on while the report is under way, so that "one past" is a minute.
    const ask = (ahead: number) => grid.post('/v1/reports', quarrel({ occurredAt: Date.now() + ahead }));
    await holds(ask, CLOCK_SKEW_MS, [422, 'invalid_field', 'occurredAt'], { step: 60_000 });
  });
});

describe('an action', () => {
  const triage = { category: 'D02', difficulty: 'general', duplicatesChecked: true, level: 'community' };

  test('holds a text of so many characters', async () => {
    const { id } = await reported();
    const ask = (n: number) => community.act(id, 'record-measure', { kind: 'visit', note: x(n) });
    await holds(ask, TEXT_MAX, [400, 'invalid_body', 'note'], { taken: 200, caseId: id });
  });

  test('names a clock by as many characters as an id of one has', async () => {
    const { id } = await reported();
    const ask = (n: number) => () => community.act(id, 'urge', { clockId: x(n) });
    // As long as it may be, it is looked for.
    await expectRefused(engine, ask(CLOCK_ID_MAX), [422, 'unknown_clock', 'clockId'], id);
    await expectRefused(engine, ask(CLOCK_ID_MAX + 1), [400, 'invalid_body', 'clockId'], id);
  });

  test('extends a clock by so many of its unit', async () => {
    const { id } = await reported();
    expectTaken(await community.act(id, 'triage', triage), 200);
    const { body } = await community.get<{ clocks: { id: string; kind: string }[] }>(`/v1/disputes/${id}`);
    const clockId = body.clocks.find(({ kind }) => kind === 'level')!.id;
    const ask = (amount: number) =>
      community.act(id, 'request-extension', { clockId, amount, reason: 'The winter is long.' });
    await expectRefused(engine, () => ask(EXTENSION_MAX + 0.5), [400, 'invalid_body', 'amount'], id);
    expectTaken(await ask(EXTENSION_MAX), 200);
  });

  test('names so many parties', async () => {
    const parties = many(NAMED_MAX, (n) => ({
      ...{ ref: `p${n}`, side: n % 2 === 0 ? 'A' : 'B', kind: 'party', name: `P${n}` },
    }));
    const taken = await reported({ parties });
    expectTaken(await community.act(taken.id, 'triage', triage), 200);
    const ids = [...taken.parties.map(({ id }) => id), 'pty_one-more'];
    const ask = (n: number) =>
      community.act(taken.id, 'deliver-notice', { partyIds: ids.slice(0, n), channel: 'visit' });
    await holds(ask, NAMED_MAX, [400, 'invalid_body', 'partyIds'], { taken: 200, caseId: taken.id });
  });

  test('makes so many terms of so many items', async () => {
    const mediator = await engine.as('grid-4');
    const register = (taken: Taken, terms: number, itemIds: string[]) => {
      const partyIds = taken.parties.map(({ id }) => id);
      const term = (n: number) => ({
        ...{ kind: 'term', promisedBy: { type: 'party', id: partyIds[0]! }, what: `Term ${n}` },
        dueAt: Date.now() + DAY_MS,
      });
      const words = { register: 'They agreed at the door.', terms: many(terms, term), partyIds, itemIds };
      return mediator.act(taken.id, 'settle-on-spot', {
        ...{ note: 'Settled.', partiesAgreed: partyIds, reporterTold: true },
        asMediation: { conflictsDisclosed: true, register: words },
      });
    };
    const there = await reported({ region: GRID_4 }, mediator);
    const field = 'asMediation.register';
    const ids = (n: number): string[] => many(n, (i) => `item_${i}`);
    const refused = (itemIds: string[], refusal: Refusal) =>
      expectRefused(engine, () => register(there, 1, itemIds), refusal, there.id);
    // A dispute never has as many items as may be named, so that the next question is which they are.
    await refused(ids(AGREED_ITEMS_MAX), [422, 'unknown_item', `${field}.itemIds.0`]);
    await refused(ids(AGREED_ITEMS_MAX + 1), [400, 'invalid_body', `${field}.itemIds`]);
    const over = () => register(there, TERMS_MAX + 1, there.itemIds);
    await expectRefused(engine, over, [400, 'invalid_body', `${field}.terms`], there.id);
    expectTaken(await register(there, TERMS_MAX, there.itemIds), 200);
    await begun(there.id, TERMS_MAX);
  });

  test('asks so many bodies to a conference, and a team has so many members', async () => {
    const [members, least, most, tasks] = documented('members of a team') as [number, number, number, number];
    const bodyIds = [...BODIES.map(({ id }) => id), ...many(most + 1 - BODIES.length, (n) => `limit-${n}`)];
    for (const id of bodyIds.slice(BODIES.length)) {
      const body = { id, name: id, kind: 'department', regions: [STREET], categories: [] };
      expectTaken(await admin.post('/v1/bodies', body), 201);
    }
    const { id } = await reported();
    expectTaken(await community.act(id, 'triage', triage), 200);
    const convene = (n: number) =>
      community.act(id, 'convene-conference', {
        ...{ agenda: 'solve', question: 'What now?', at: Date.now() + DAY_MS },
        bodyIds: bodyIds.slice(0, n),
      });
    await eventually('the bodies are known', async () => (await convene(most)).status === 200);
    await expectRefused(engine, () => convene(most + 1), [400, 'invalid_body', 'bodyIds'], id);
    await holds(convene, least, [422, 'limit_exceeded', 'bodyIds'], { taken: 200, step: -1, caseId: id });

    const memberIds = many(members + 1, (n) => `member-${n}`);
    for (const member of memberIds) {
      expectTaken(
        await admin.post('/v1/staff', { name: member, home: STREET, id: await account(member) }),
        201,
      );
      const post = { role: 'counter-clerk', region: STREET };
      expectTaken(await admin.post(`/v1/staff/${member}/posts`, post), 201);
    }
    const team = (n: number) =>
      community.act(id, 'set-team', { leadId: 'community-1', memberIds: memberIds.slice(0, n) });
    await eventually('they are known', async () => (await team(members)).status === 200);
    await holds(team, members, [400, 'invalid_body', 'memberIds'], { taken: 200, caseId: id });

    const assign = () =>
      community.act(id, 'assign-task', { kind: 'verify', bodyId: 'housing', what: 'Look at the pipe.' });
    for (let n = 0; n < tasks; n++) expectTaken(await assign(), 200);
    await expectRefused(engine, assign, [422, 'limit_exceeded', 'tasks'], id);
    // Two conferences were convened.
    await begun(id, tasks + 2);
  });
});

/** What actions bring about begins a moment later; what is counted after that does not change by itself. */
const begun = (disputeId: string, count: number): Promise<void> =>
  eventually(`${count} cases came out of it`, async () => {
    const sql = `SELECT FROM cases WHERE dispute_id = $1 AND kind <> 'dispute'`;
    return (await engine.resources.pool.query(sql, [disputeId])).rowCount === count;
  });

/** An account for a member of staff to come, with the password of the demo. */
async function account(id: string): Promise<string> {
  await engine.resources.pool.query(
    `INSERT INTO accounts (id, login, password_hash, name)
     SELECT $1, $1, password_hash, $1 FROM accounts WHERE id = 'admin-1'`,
    [id],
  );
  return id;
}

describe('a person', () => {
  test('has a login of so many characters', async () => {
    const ask = (n: number) =>
      admin.post('/v1/accounts', { id: `login-${n}`, login: x(n), name: 'Long Login' });
    await holds(ask, LOGIN_MAX, [400, 'invalid_body', 'login']);
    const login = (n: number) => () =>
      engine.stranger().post('/v1/sessions', { login: 'y'.repeat(n), password: DEMO_PASSWORD });
    await expectRefused(engine, login(LOGIN_MAX), [401, 'wrong_credentials']);
    await expectRefused(engine, login(LOGIN_MAX + 1), [400, 'invalid_body', 'login']);
  });

  test('has a password of so many characters', async () => {
    await account('password-1');
    const own = await logIn(engine.address, 'password-1', DEMO_PASSWORD);
    const secret = (length: number): string => randomBytes(length).toString('base64url').slice(0, length);
    let now = DEMO_PASSWORD;
    const ask = async (length: number): Promise<ApiAnswer> => {
      const newPassword = secret(length);
      const answer = await own.post('/v1/account/password', { oldPassword: now, newPassword });
      if (answer.status === 204) now = newPassword;
      return answer;
    };
    const refusal: Refusal = [400, 'invalid_body', 'newPassword'];
    await holds(ask, PASSWORD_MIN, refusal, { taken: 204, step: -1 });
    await holds(ask, PASSWORD_MAX, refusal, { taken: 204 });
    expect((await logIn(engine.address, 'password-1', now)).id).toBe('password-1');
  });

  test('keeps filters with names of so many characters', async () => {
    const ask = (n: number) => grid.post('/v1/saved-filters', { name: x(n), filter: { category: ['D02'] } });
    await holds(ask, FILTER_NAME_MAX, [400, 'invalid_body', 'name']);
  });

  test('looks for so many characters', async () => {
    const ask = (n: number) => grid.get(`/v1/disputes?q=${x(n)}`);
    await holds(ask, QUERY_MIN, [400, 'invalid_query', 'q'], { taken: 200, step: -1 });
    await holds(ask, QUERY_MAX, [400, 'invalid_query', 'q'], { taken: 200 });
  });

  test('has so many separate regions at a time, and so many posts in her life', async () => {
    const codes = many(SCOPE_REGIONS_MAX + 1, (n) => `9901010010${10 + n}`);
    const list = ['code,name', ...codes.map((code) => `${code},Community ${code}`)].join('\n');
    expectTaken(await uploaded(list), 200);
    for (const id of ['regions-1', 'posts-1'])
      expectTaken(await admin.post('/v1/staff', { id: await account(id), name: id, home: STREET }), 201);
    const post = (id: string, change: object) =>
      admin.post(`/v1/staff/${id}/posts`, { role: 'grid-worker', region: codes[0], ...change });
    for (const region of codes.slice(0, SCOPE_REGIONS_MAX))
      expectTaken(await post('regions-1', { region }), 201);
    const one = () => post('regions-1', { region: codes.at(-1) });
    await expectRefused(engine, one, [422, 'limit_exceeded', 'region']);

    const begin = Date.now() + DAY_MS;
    const next = (n: number) => post('posts-1', { from: begin + n * DAY_MS, to: begin + (n + 1) * DAY_MS });
    for (let n = 0; n < POSTS_MAX; n++) expectTaken(await next(n), 201);
    await expectRefused(engine, () => next(POSTS_MAX), [422, 'limit_exceeded', 'posts']);
  });
});

const uploaded = (list: string, query = '') =>
  send(`/v1/regions/upload${query}`, list, { ...admin.headers(), 'content-type': 'text/csv' });

describe('a list of regions', () => {
  const region = 'code,name\n990101,Xiqiao\n';

  test('of exactly 4 MiB is read, one byte more is not', async () => {
    // Empty lines are none.
    const ask = (bytes: number) => uploaded(region.padEnd(bytes, '\n'), '?dryRun=true');
    await holds(ask, LIST_MAX_BYTES, [413, 'payload_too_large'], { taken: 200 });
  });

  test('has so many rows, and its faults are told up to a number', async () => {
    const rows = (count: number): string =>
      [
        'code,name',
        ...many(count, (n) => `990101${String(100 + Math.floor(n / 900))}${100 + (n % 900)},R`),
      ].join('\n');
    const streets = many(Math.ceil((REGION_ROWS_MAX + 1) / 900), (n) => `990101${100 + n},S`);
    const ask = (count: number) =>
      uploaded([rows(count - streets.length), ...streets].join('\n'), '?dryRun=true');
    await holds(ask, REGION_ROWS_MAX, [422, 'invalid_field', `line ${REGION_ROWS_MAX + 2}, column 1`], {
      taken: 200,
    });
    for (const [wrong, told] of [
      [REGION_FAULTS_MAX, REGION_FAULTS_MAX],
      [REGION_FAULTS_MAX + 1, REGION_FAULTS_MAX],
    ] as const) {
      const answer = await uploaded(region + many(wrong, (n) => `1,Wrong ${n}`).join('\n'));
      expect(answer.body['faults']).toHaveLength(told);
    }
  });
});

describe('somebody without an account', () => {
  const REPORT = { kind: 'dispute', region: GRID, title: 'A lamp', narrative: 'It is dark on the stairs.' };
  const ask = (body: object, bytes?: number) =>
    send('/v1/public/reports', bytes === undefined ? JSON.stringify(body) : filled(body, bytes));

  test('reports with so many characters, in so many bytes', async () => {
    const [kib, hourly, characters] = documented('a report without an account');
    expect([kib, characters]).toEqual([PUBLIC_BODY_MAX_BYTES / 1024, PUBLIC_NARRATIVE_MAX]);
    expect(hourly).toBe(engine.config.publicReportsPerHour);
    const told = (n: number) => ask({ ...REPORT, narrative: x(n) });
    await holds(told, PUBLIC_NARRATIVE_MAX, [400, 'invalid_body', 'narrative']);
    await holds((bytes) => ask(REPORT, bytes), PUBLIC_BODY_MAX_BYTES, [413, 'payload_too_large']);
  });

  test('may mistype her PIN one time less than locks it', async () => {
    const PIN = '280417';
    const { body } = await send('/v1/public/reports', JSON.stringify(REPORT));
    const { code, pin } = body['tracking'] as { code: string; pin: string };
    const enter = async (with_: object): Promise<number> =>
      (await send('/v1/track/sessions', JSON.stringify({ code, ...with_ }))).status;
    expect(await enter({ pin, newPin: PIN })).toBe(201);
    for (let n = 1; n < WRONG_PINS_MAX; n++) expect(await enter({ pin: '000001' })).toBe(401);
    expect(await enter({ pin: PIN })).toBe(201);
    for (let n = 0; n < WRONG_PINS_MAX; n++) expect(await enter({ pin: '000001' })).toBe(401);
    expect(await enter({ pin: PIN })).toBe(401);
  });

  test('and whoever has one puts down so many statements of so many characters', async () => {
    const { id } = await reported();
    const resident = await engine.as('resident-1');
    const state = (text: string) => resident.post(`/v1/disputes/${id}/statements`, { text });
    const numbers = documented('wrong PINs');
    expect(numbers.slice(-2)).toEqual([STATEMENTS_MAX, STATEMENT_MAX]);
    await holds((n) => state(x(n)), STATEMENT_MAX, [400, 'invalid_body', 'text']);
    for (let n = 1; n < STATEMENTS_MAX; n++) expectTaken(await state(`Statement ${n}`), 201);
    await expectRefused(engine, () => state('One more.'), [409, 'limit_exceeded']);
  });
});

describe('an inspection', () => {
  const draw = async (change: object): Promise<ApiAnswer> => {
    const openedFrom = Date.parse('2026-01-01T00:00:00Z');
    const times = { openedFrom, openedTo: openedFrom + DAY_MS, until: Date.now() + DAY_MS };
    const asked = { inspectorId: 'inspector-1', region: DISTRICT, count: 1, ...times };
    return (await engine.as('district-1')).post('/v1/inspections', { ...asked, ...change });
  };

  test('draws so many disputes of so many days for so many days', async () => {
    await holds((count) => draw({ count }), INSPECTED_MAX, [400, 'invalid_body', 'count']);
    const from = Date.parse('2025-06-01T00:00:00Z');
    const span = (ms: number) => draw({ openedFrom: from, openedTo: from + ms });
    await holds(span, INSPECTION_SPAN_DAYS_MAX * DAY_MS, [422, 'invalid_field', 'openedTo']);
    // Time goes on while the call is under way, so that "one past" is a minute.
    const open = (ms: number) => draw({ until: Date.now() + ms });
    await holds(open, INSPECTION_OPEN_DAYS_MAX * DAY_MS, [422, 'invalid_field', 'until'], { step: 60_000 });
  });
});

describe('a policy', () => {
  let version = 0;
  const upload = (change: Partial<Policy>) =>
    admin.post('/v1/policies', { ...DEFAULT_POLICY, version: `limits-${version++}`, ...change });
  const triage = (amount: number) =>
    upload({ clocks: { ...DEFAULT_POLICY.clocks, triage: { amount, unit: 'working-hour' } } });
  const time = (minute: number): string =>
    [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const { warnings, hours, wakeJitterMs } = PolicyDocument.properties;
  const warningsMost = boundsOf(warnings).maxItems;
  const windowsMost = boundsOf(hours.properties.windows).maxItems;
  const jitterMost = boundsOf(wakeJitterMs).maximum;

  test('is that of the table', () => {
    const [lowest, highest] = [LIMIT_AMOUNT_MIN, LIMIT_AMOUNT_MAX];
    expect(documented('a limit in a policy')).toEqual([lowest, highest, warningsMost, windowsMost]);
    const seconds = [DEFAULT_POLICY.wakeJitterMs / 1_000, jitterMost / 1_000];
    expect(documented('spread of wake-ups')).toEqual(seconds);
  });

  test.each<[string, number, number, (size: number) => Promise<ApiAnswer>, string]>([
    ['the longest limit', LIMIT_AMOUNT_MAX, 1, triage, 'clocks.triage.amount'],
    ['the shortest limit', LIMIT_AMOUNT_MIN, -LIMIT_AMOUNT_MIN / 2, triage, 'clocks.triage.amount'],
    ['warnings', warningsMost, 1, (n) => upload({ warnings: many(n, (i) => (i + 1) / (n + 1)) }), 'warnings'],
    [
      'windows of a day',
      windowsMost,
      1,
      (n) => {
        const length = Math.floor(WHOLE_DAY_MINUTES / n / 2);
        const windows = many(n, (i) => ({ from: time(2 * i * length), to: time((2 * i + 1) * length) }));
        return upload({ hours: { ...DEFAULT_POLICY.hours, windows } });
      },
      'hours.windows',
    ],
    ['spread of wake-ups', jitterMost, 1, (wakeJitterMs) => upload({ wakeJitterMs }), 'wakeJitterMs'],
  ])('%s: %d and not past it', async (_, most, step, ask, field) => {
    await holds(ask, most, [422, 'invalid_field', field], { step });
  });
});
