import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCOPED_OPERATIONS, scopeNeeded } from '../../api/scopes.ts';
import type { ApiAnswer } from '../../bin/wiring/api-client.ts';
import { KEPT_MS } from '../../infra/identity/kept.ts';
import { KEYS_MAX } from '../../infra/identity/api-keys.ts';
import { DEMO_PASSWORD, STREET } from '../../infra/seed/demo-street.ts';
import { eventually, newKey, quarrel } from '../support/engine.ts';
import { identityBed, type AskOptions, type Door, type IdentityBed } from '../support/identity-bed.ts';

let bed: IdentityBed;
let door: Door;
let other: Door;
let admin: string;

beforeAll(async () => {
  bed = await identityBed();
  door = await bed.open();
  other = await bed.open();
  admin = (await door.logIn('admin-1')).token;
});
afterAll(() => bed.stop());

const CURRENT = '/v1/sessions/current';
const asAdmin = <T = Record<string, unknown>>(
  path: string,
  options: AskOptions = {},
): Promise<ApiAnswer<T>> => door.ask<T>(path, { token: admin, ...options });
const post = <T = Record<string, unknown>>(path: string, body?: unknown): Promise<ApiAnswer<T>> =>
  asAdmin<T>(path, { method: 'POST', ...(body !== undefined && { body }) });

const make = async (id: string, change: object = {}): Promise<{ oneTimePassword: string }> => {
  const { status, body } = await post<{ oneTimePassword: string }>('/v1/accounts', {
    id,
    name: 'Somebody',
    ...change,
  });
  expect([status, body]).toEqual([201, expect.anything()]);
  return body;
};

describe('a new account', () => {
  test('has a one-time password, with which nothing but a new password is possible', async () => {
    const { oneTimePassword } = await make('new-1');
    expect(oneTimePassword).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    const login = await door.logIn('new-1', oneTimePassword);
    expect(login.mustChangePassword).toBe(true);
    const { token } = login;
    for (const path of ['/v1/work', '/v1/disputes', '/v1/sessions', '/v1/stream'])
      expect(await door.ask(path, { token })).toMatchObject({
        status: 403,
        body: { code: 'password_change_required' },
      });
    expect((await door.ask(CURRENT, { token })).body).toMatchObject({
      id: 'new-1',
      mustChangePassword: true,
    });
    // Renewing does not get around it.
    const renewed = await door.ask('/v1/sessions/refresh', { body: { refreshToken: login.refreshToken } });
    expect(renewed.body['mustChangePassword']).toBe(true);
    const change = { oldPassword: oneTimePassword, newPassword: 'a quiet river bends' };
    expect((await door.ask('/v1/account/password', { token, body: change })).status).toBe(204);
    expect((await door.ask('/v1/work', { token })).status).toBe(200);
    await expect(door.logIn('new-1', oneTimePassword)).rejects.toThrow('401');
    expect((await door.logIn('new-1', 'a quiet river bends')).mustChangePassword).toBe(false);
  });

  test('whose one-time password has run out opens no more', async () => {
    const { oneTimePassword } = await make('new-2');
    await bed.pool.query(`UPDATE accounts SET one_time_until_ms = 1 WHERE id = 'new-2'`);
    await expect(door.logIn('new-2', oneTimePassword)).rejects.toThrow('401');
  });

  test('needs an id and a login of its own', async () => {
    await make('new-3', { login: 'third@street' });
    for (const body of [{ id: 'new-3' }, { id: 'new-4', login: 'third@street' }])
      expect(await post('/v1/accounts', { name: 'X', ...body })).toMatchObject({
        status: 409,
        body: { code: 'already_exists' },
      });
    expect(await post('/v1/accounts', { id: 'a b', name: 'X' })).toMatchObject({
      status: 400,
      body: { field: 'id' },
    });
  });
});

describe('an administrator', () => {
  test('finds accounts page by page, and by state', async () => {
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: ApiAnswer<{ items: { id: string }[]; nextCursor: string | null }> = await asAdmin(
        `/v1/accounts?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(page.body.items.length).toBeLessThanOrEqual(7);
      ids.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
    }
    const { rows } = await bed.pool.query<{ id: string }>('SELECT id FROM accounts ORDER BY id');
    expect(ids).toEqual(rows.map(({ id }) => id));
    expect((await asAdmin('/v1/accounts?state=closed')).body['items']).toEqual([]);
    expect((await asAdmin('/v1/accounts?cursor=nonsense')).body).toMatchObject({ field: 'cursor' });
  });

  test('closes an account: its sessions end everywhere, and opens it again', async () => {
    const login = await door.logIn('mediator-2');
    expect((await other.ask(CURRENT, { token: login.token })).status).toBe(200);
    expect(await post('/v1/accounts/mediator-2/close')).toMatchObject({
      status: 200,
      body: { state: 'closed' },
    });
    expect((await door.ask(CURRENT, { token: login.token })).status).toBe(401);
    const begin = performance.now();
    await eventually(
      'elsewhere too',
      async () => (await other.ask(CURRENT, { token: login.token })).status === 401,
    );
    expect(performance.now() - begin).toBeLessThan(KEPT_MS + 1_000);
    await expect(door.logIn('mediator-2')).rejects.toThrow('401');
    expect(await post('/v1/accounts/mediator-2/reopen')).toMatchObject({ body: { state: 'open' } });
    await door.logIn('mediator-2');
    expect((await door.ask(CURRENT, { token: login.token })).status).toBe(401);
  });

  test('lets somebody in who is locked out', async () => {
    for (let n = 0; n < 5; n++) await expect(door.logIn('mediator-3', 'wrong')).rejects.toThrow('401');
    expect((await asAdmin('/v1/accounts/mediator-3')).body).toMatchObject({
      ...{ state: 'locked', lockedUntil: expect.any(Number) as number },
    });
    expect(await post('/v1/accounts/mediator-3/unlock')).toMatchObject({
      body: { state: 'open', lockedUntil: null },
    });
    await door.logIn('mediator-3');
  });

  test('gives a new password, which ends what the old one opened', async () => {
    const before = await door.logIn('mediator-4');
    const { body } = await post<{ oneTimePassword: string }>('/v1/accounts/mediator-4/reset-password');
    expect((await door.ask(CURRENT, { token: before.token })).status).toBe(401);
    await expect(door.logIn('mediator-4')).rejects.toThrow('401');
    expect((await door.logIn('mediator-4', body.oneTimePassword)).mustChangePassword).toBe(true);
  });

  test('ends sessions', async () => {
    const logins = [await door.logIn('lawyer-1'), await door.logIn('lawyer-1')];
    expect(await post('/v1/accounts/lawyer-1/end-sessions')).toMatchObject({
      status: 200,
      body: { ended: 2 },
    });
    for (const { token } of logins) expect((await door.ask(CURRENT, { token })).status).toBe(401);
  });

  test.each(['close', 'reset-password', 'unlock', 'end-sessions'])(
    'does not %s her own account',
    async (act) => {
      expect(await post(`/v1/accounts/admin-1/${act}`)).toMatchObject({
        status: 409,
        body: { code: 'not_oneself' },
      });
    },
  );

  /** The session of an administrator of the street, once her post is known. */
  const streetAdmin = async (id: string): Promise<string> => {
    await bed.pool.query(`INSERT INTO staff (id, name, posts) VALUES ($1, 'S', $2)`, [
      ...[id, JSON.stringify([{ role: 'administrator', region: STREET }])],
    ]);
    const { oneTimePassword } = await make(id);
    const { token } = await door.logIn(id, oneTimePassword);
    const change = { oldPassword: oneTimePassword, newPassword: 'a quiet river bends' };
    await door.ask('/v1/account/password', { token, body: change });
    const unlock = { token, method: 'POST' };
    await eventually(
      'her post is known',
      async () => (await door.ask('/v1/accounts/grid-1/unlock', unlock)).status === 200,
    );
    return token;
  };

  test('of a street decides over her street alone', async () => {
    const token = await streetAdmin('street-admin');
    const unlock = (id: string) => door.ask(`/v1/accounts/${id}/unlock`, { token, method: 'POST' });
    for (const id of ['grid-9', 'district-1', 'admin-1', 'resident-1'])
      expect(await unlock(id)).toMatchObject({ status: 403, body: { code: 'outside_jurisdiction' } });
    const body = { id: 'somebody-new', name: 'X' };
    expect((await door.ask('/v1/accounts', { token, body })).status).toBe(403);
  });

  test('of a street takes over nobody by entering her as staff', async () => {
    const token = await streetAdmin('street-admin-2');
    await make('svc-bare', { kind: 'service' });
    const { rows } = await bed.pool.query<{ password_hash: string }>(
      `SELECT password_hash FROM accounts WHERE id = 'resident-2'`,
    );
    const headers = { 'idempotency-key': newKey() };
    const { token: grid } = await door.logIn('grid-1');
    const reported = await door.ask<{ id: string }>('/v1/reports', { token: grid, headers, body: quarrel() });
    // Somebody of an identity provider: named in a case, without an account here.
    await bed.pool.query(`UPDATE cases SET members = members || 'idp-person'::text WHERE id = $1`, [
      reported.body.id,
    ]);
    const staff = (id: string, by: string) =>
      door.ask('/v1/staff', { token: by, body: { id, name: 'X', home: STREET } });
    for (const id of ['resident-2', 'svc-bare', 'idp-person'])
      expect(await staff(id, token), id).toMatchObject({
        ...{ status: 403, body: { code: 'outside_jurisdiction', field: 'id' } },
      });
    for (const act of ['reset-password', 'close'])
      expect((await door.ask(`/v1/accounts/resident-2/${act}`, { token, method: 'POST' })).status).toBe(403);
    const key = { accountId: 'svc-bare', name: 'X', scopes: ['work:read'] };
    expect((await door.ask('/v1/api-keys', { token, body: key })).status).toBe(403);
    const after = await bed.pool.query(`SELECT password_hash FROM accounts WHERE id = 'resident-2'`);
    expect(after.rows).toEqual(rows);
    expect((await staff('somebody-fresh', token)).status).toBe(201);
    // Whoever may decide over such accounts anyway may make one of them staff.
    expect((await staff('svc-bare', admin)).status).toBe(201);
  });

  test('of a street gives no new password to whoever holds a post beyond it', async () => {
    await bed.pool.query(`INSERT INTO staff (id, name, region, posts) VALUES ('above-1', 'A', $1, $2)`, [
      ...[STREET, JSON.stringify([{ role: 'district-officer', region: '990101' }])],
    ]);
    // Entered later: once her post is known, the other one is too.
    const token = await streetAdmin('street-admin-3');
    await make('above-1');
    expect(await door.ask('/v1/accounts/above-1/reset-password', { token, method: 'POST' })).toMatchObject({
      ...{ status: 403, body: { code: 'outside_jurisdiction' } },
    });
    expect((await post('/v1/accounts/above-1/reset-password')).status).toBe(200);
  });

  test('of a street sees the accounts and keys of her street alone', async () => {
    const token = await streetAdmin('street-admin-4');
    await make('svc-hidden', { kind: 'service' });
    await post('/v1/api-keys', { accountId: 'svc-hidden', name: 'hidden', scopes: ['work:read'] });
    const get = <T = Record<string, unknown>>(path: string) => door.ask<T>(path, { token });
    const listed = await get<{ items: { id: string }[] }>('/v1/accounts?limit=200');
    const ids = listed.body.items.map(({ id }) => id);
    expect(ids).toContain('grid-1');
    expect(ids).toContain('street-admin-4');
    for (const id of ['resident-1', 'grid-9', 'district-1', 'admin-1', 'svc-hidden', 'nobody']) {
      expect(ids).not.toContain(id);
      expect(await get(`/v1/accounts/${id}`), id).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    for (const id of ['grid-1', 'street-admin-4']) expect((await get(`/v1/accounts/${id}`)).status).toBe(200);
    expect((await get('/v1/api-keys?accountId=svc-hidden')).body['items']).toEqual([]);
    expect((await asAdmin<{ items: object[] }>('/v1/api-keys?accountId=svc-hidden')).body.items).toHaveLength(
      1,
    );
  });

  test('gives herself neither post nor duty', async () => {
    const token = await streetAdmin('street-admin-5');
    const leader = { role: 'leader', region: STREET };
    const ask = (path: string, body: object) => door.ask(path, { token, body });
    expect(await ask('/v1/staff/street-admin-5/posts', leader)).toMatchObject({
      ...{ status: 409, body: { code: 'not_oneself', field: 'id' } },
    });
    const duty = { staffId: 'street-admin-5', ...leader, capacity: 'cover', from: Date.now(), to: null };
    expect(await ask('/v1/roster', { ...duty, withPost: true })).toMatchObject({
      ...{ status: 409, body: { code: 'not_oneself', field: 'staffId' } },
    });
    expect((await ask('/v1/staff/grid-1/posts', leader)).status).toBe(201);
  });

  test('nobody else does any of this', async () => {
    const { token } = await door.logIn('leader-1');
    const asked: [string, string, object?][] = [
      ...([
        ['GET', '/v1/accounts'],
        ['GET', '/v1/accounts/grid-1'],
        ['GET', '/v1/api-keys'],
      ] as [string, string][]),
      ...([['POST', '/v1/accounts', { id: 'x', name: 'X' }]] as [string, string, object][]),
      ...['close', 'reopen', 'unlock', 'reset-password', 'end-sessions'].map((act): [string, string] => [
        ...(['POST', `/v1/accounts/grid-1/${act}`] as const),
      ]),
      ['POST', '/v1/api-keys', { accountId: 'x', name: 'X', scopes: ['work:read'] }],
      ...([
        ['POST', '/v1/api-keys/x/rotate', {}],
        ['DELETE', '/v1/api-keys/x'],
      ] as [string, string, object?][]),
    ];
    for (const [method, path, body] of asked) {
      const answer = await door.ask(path, { token, method, ...(body !== undefined && { body }) });
      expect([path, answer.status]).toEqual([path, 403]);
    }
  });

  test('leaves a trace of what she did, without a password or a name', async () => {
    const { rows } = await bed.pool.query<{ text: string }>(
      `SELECT fields::text || detail::text AS text FROM audit_log WHERE actor_id = 'admin-1' AND kind = 'administration'`,
    );
    for (const operation of [
      'addAccount',
      'closeAccount',
      'reopenAccount',
      'unlockAccount',
      'resetPassword',
      'endSessions',
    ])
      expect(
        rows.some(({ text }) => text.includes(operation)),
        operation,
      ).toBe(true);
    expect(rows.filter(({ text }) => text.includes('Somebody'))).toEqual([]);
    const logins = await bed.pool.query(`SELECT FROM audit_log WHERE kind IN ('login', 'login-refused')`);
    expect(logins.rowCount).toBeGreaterThan(10);
  });
});

describe('a resident who reports', () => {
  let token: string;
  beforeAll(async () => {
    ({ token } = await door.logIn('resident-1'));
  });
  const report = async (accountId: string, change: object = {}) => {
    const parties = [
      { ref: 'a', side: 'A', kind: 'party', name: 'A', accountId: 'resident-1' },
      { ref: 'b', side: 'B', kind: 'party', name: 'B', accountId },
    ];
    const headers = { 'idempotency-key': newKey() };
    const body = quarrel({ channel: 'resident', parties, ...change });
    return door.ask<Record<string, unknown>>('/v1/reports', { token, headers, body });
  };

  test('does not learn who has an account', async () => {
    const bothSides = (accountId: string) => ({
      parties: ['A', 'B'].map((side) => ({ ref: side, side, kind: 'party', name: side, accountId })),
    });
    for (const [status, changeOf] of [
      [422, () => ({ region: '990109009009009' })],
      [422, () => ({ kind: 'need', region: '990109009009009' })],
      [422, () => ({ earlierIds: ['dsp_none'] })],
      [422, () => ({ placeId: 'plc-nowhere' })],
      [409, bothSides],
    ] as [number, (accountId: string) => object][]) {
      const known = await report('resident-2', changeOf('resident-2'));
      const unknown = await report('nobody-9', changeOf('nobody-9'));
      expect(known.status).toBe(status);
      expect(unknown.status).toBe(status);
      for (const field of ['code', 'title', 'field', 'expected'])
        expect(unknown.body[field]).toEqual(known.body[field]);
    }
  });

  test('has an unknown account taken as none', async () => {
    const [known, unknown] = [await report('resident-2'), await report('nobody-9')];
    expect([known.status, unknown.status]).toEqual([201, 201]);
    const told = ({ body }: ApiAnswer<Record<string, unknown>>) => ({
      stage: body['stage'],
      level: body['level'],
    });
    expect(told(unknown)).toEqual(told(known));
    const { rows } = await bed.pool.query<{ accounts: (string | null)[] }>(
      'SELECT array_agg(account_id ORDER BY side) AS accounts FROM parties WHERE dispute_id = $1',
      [unknown.body['id']],
    );
    expect(rows[0]!.accounts).toEqual(['resident-1', null]);
    const members = await bed.pool.query(`SELECT FROM cases WHERE members @> '{nobody-9}'`);
    expect(members.rowCount).toBe(0);
  });
});

describe('a key of another system', () => {
  let serviceId = 0;
  const service = async (posts: object[] = []): Promise<string> => {
    const id = `hotline-${++serviceId}`;
    await bed.pool.query('INSERT INTO staff (id, name, posts) VALUES ($1, $1, $2)', [
      ...[id, JSON.stringify(posts)],
    ]);
    await make(id, { kind: 'service' });
    return id;
  };
  interface Made {
    key: string;
    id: string;
    oldValidUntil: number | null;
  }
  const keyFor = async (accountId: string, scopes: string[], change: object = {}): Promise<Made> => {
    const made = await post<Made>('/v1/api-keys', { accountId, name: 'main', scopes, ...change });
    expect([made.status, made.body]).toEqual([201, expect.anything()]);
    return made.body;
  };
  const DISTRICT_OFFICER = [{ role: 'district-officer', region: '990101' }];
  const statusOf = async (path: string, key: string): Promise<number> =>
    (await door.ask(path, { token: key })).status;

  test('acts as its account, with its posts, within its scopes', async () => {
    const { key } = await keyFor(await service(DISTRICT_OFFICER), ['reports:write', 'disputes:read']);
    expect(key).toMatch(/^fq_[0-9a-f]{24}_[A-Za-z0-9_-]{43}$/);
    // A process may act on a roster that is a second old.
    await eventually(
      'its post is known',
      async () => (await door.ask<{ posts: object[] }>(CURRENT, { token: key })).body.posts.length === 1,
    );
    const headers = { 'idempotency-key': newKey() };
    const taken = await door.ask<{ id: string }>('/v1/reports', { token: key, headers, body: quarrel() });
    expect(taken.status).toBe(201);
    expect(await statusOf(`/v1/disputes/${taken.body.id}`, key)).toBe(200);
    expect((await door.ask(CURRENT, { token: key })).body).toMatchObject({
      ...{ via: 'key', posts: DISTRICT_OFFICER, scopes: ['reports:write', 'disputes:read'] },
    });
    const events = await bed.pool.query<{ actor: string }>(
      'SELECT DISTINCT actor_id AS actor FROM events WHERE case_id = $1',
      [taken.body.id],
    );
    expect(events.rows).toEqual([{ actor: `hotline-${serviceId}` }]);
    for (const path of ['/v1/work', '/v1/accounts', '/v1/policies', '/v1/sessions', '/v1/stream'])
      expect(await door.ask(path, { token: key })).toMatchObject({
        status: 403,
        body: { code: 'scope_missing' },
      });
  });

  test('with every scope still does nothing that no scope names, and gains no post', async () => {
    const scopes = [
      'reports:write',
      'disputes:read',
      'disputes:act',
      'work:read',
      'events:read',
      'admin:read',
    ];
    const { key } = await keyFor(await service(), scopes);
    expect(await door.ask('/v1/accounts', { token: key })).toMatchObject({
      status: 403,
      body: { code: 'not_permitted' },
    });
    for (const [method, path] of [
      ['POST', '/v1/api-keys/x/rotate'],
      ['POST', '/v1/accounts/grid-1/close'],
      ['POST', '/v1/account/password'],
      ['DELETE', CURRENT],
    ] as const)
      expect(await door.ask(path, { token: key, method })).toMatchObject({
        status: 403,
        body: { code: 'scope_missing' },
      });
  });

  test('is refused when a part of it is wrong, when it is revoked, expired, or its account closed', async () => {
    const id = await service();
    const made = await keyFor(id, ['work:read']);
    expect(await statusOf('/v1/work', made.key)).toBe(200);
    const wrong = made.key.slice(0, -1) + (made.key.endsWith('A') ? 'B' : 'A');
    for (const key of [wrong, `${made.key}A`, 'fq_', `fq_${'0'.repeat(24)}_${'A'.repeat(43)}`])
      expect(await statusOf('/v1/work', key)).toBe(401);
    expect((await other.ask('/v1/work', { token: made.key })).status).toBe(200);
    expect((await asAdmin(`/v1/api-keys/${made.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await statusOf('/v1/work', made.key)).toBe(401);
    await eventually(
      'elsewhere too',
      async () => (await other.ask('/v1/work', { token: made.key })).status === 401,
    );
    expect((await asAdmin(`/v1/api-keys/${made.id}`, { method: 'DELETE' })).status).toBe(404);

    const short = await keyFor(id, ['work:read'], { expiresAt: Date.now() + 1_500 });
    expect(await statusOf('/v1/work', short.key)).toBe(200);
    await eventually('it expires', async () => (await statusOf('/v1/work', short.key)) === 401);

    const closed = await keyFor(id, ['work:read']);
    expect(await statusOf('/v1/work', closed.key)).toBe(200);
    await post(`/v1/accounts/${id}/close`);
    await eventually('its account is closed', async () => (await statusOf('/v1/work', closed.key)) === 401);
  });

  test('is rotated: both secrets for a while, then the new one', async () => {
    const made = await keyFor(await service(), ['work:read']);
    const rotated = await post<Made>(`/v1/api-keys/${made.id}/rotate`, { overlapHours: 1 });
    expect(rotated.body.oldValidUntil! - Date.now()).toBeGreaterThan(59 * 60_000);
    for (const key of [made.key, rotated.body.key]) expect(await statusOf('/v1/work', key)).toBe(200);
    // A second rotation without an overlap ends both older secrets.
    const last = await post<Made>(`/v1/api-keys/${made.id}/rotate`, { overlapHours: 0 });
    expect(await statusOf('/v1/work', last.body.key)).toBe(200);
    for (const key of [made.key, rotated.body.key]) expect(await statusOf('/v1/work', key)).toBe(401);
    const byDefault = await post<Made>(`/v1/api-keys/${made.id}/rotate`, {});
    expect(byDefault.body.oldValidUntil! - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
  });

  test('stands nowhere in the database, and its last use is written once a minute', async () => {
    const made = await keyFor(await service(), ['work:read']);
    const secret = made.key.split('_').slice(2).join('_');
    const lastUse = async (): Promise<number | null> => {
      const { rows } = await bed.pool.query<{ at: number | null; text: string }>(
        'SELECT last_used_at_ms AS at, k::text AS text FROM api_keys k WHERE id = $1',
        [made.id],
      );
      expect(rows[0]!.text).not.toContain(secret);
      return rows[0]!.at;
    };
    expect(await lastUse()).toBeNull();
    await statusOf('/v1/work', made.key);
    await eventually('the use is written', async () => (await lastUse()) !== null);
    const first = await lastUse();
    for (let n = 0; n < 20; n++) await other.ask('/v1/work', { token: made.key });
    expect(await lastUse()).toBe(first);
    const listed = await asAdmin<{ items: object[] }>(`/v1/api-keys?accountId=hotline-${serviceId}`);
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    expect(listed.body.items).toEqual([
      expect.objectContaining({ id: made.id, lastUsedAt: first, createdBy: 'admin-1' }),
    ]);
  });

  test('belongs to an open service account, which has no password and a limit of keys', async () => {
    const id = await service();
    await expect(door.logIn(id, DEMO_PASSWORD)).rejects.toThrow('401');
    expect((await post(`/v1/accounts/${id}/reset-password`)).status).toBe(404);
    for (const accountId of ['grid-1', 'nobody'])
      expect(await post('/v1/api-keys', { accountId, name: 'x', scopes: ['work:read'] })).toMatchObject({
        ...{ status: 422, body: { code: 'unknown_reference', field: 'accountId' } },
      });
    expect((await post('/v1/api-keys', { accountId: id, name: 'x', scopes: ['everything'] })).status).toBe(
      400,
    );
    expect(
      (await post('/v1/api-keys', { accountId: id, name: 'x', scopes: ['work:read'], expiresAt: 1e12 }))
        .status,
    ).toBe(422);
    for (let n = 0; n < KEYS_MAX; n++) await keyFor(id, ['work:read']);
    expect(await post('/v1/api-keys', { accountId: id, name: 'x', scopes: ['work:read'] })).toMatchObject({
      ...{ status: 409, body: { code: 'limit_exceeded' } },
    });
  });

  test('every operation that a scope opens exists', async () => {
    const { paths } = (await (await door.raw('/openapi.json')).json()) as {
      paths: Record<string, Record<string, object>>;
    };
    const known = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    const opened = known.filter((name) => {
      const [method = '', path = ''] = name.split(' ');
      return scopeNeeded(method, path) !== null;
    });
    const patterns = new Set(opened.map((name) => name.replace(/\/actions\/[^/]+$/, '/actions/*')));
    expect(SCOPED_OPERATIONS.filter((name) => !patterns.has(name))).toEqual([]);
  });
});
