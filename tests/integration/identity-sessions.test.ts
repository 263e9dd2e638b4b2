import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiSession, type ApiAnswer } from '../../bin/wiring/api-client.ts';
import { createAccounts, FAILURES_MAX } from '../../infra/db/accounts.ts';
import { DEMO_PASSWORD } from '../../infra/seed/demo-street.ts';
import { KEPT_MS } from '../../infra/identity/kept.ts';
import { createPasswords, HASHES_MAX, type Passwords } from '../../infra/identity/passwords.ts';
import { createSessions, SESSIONS_MAX } from '../../infra/identity/sessions.ts';
import { PasswordsBusyError } from '../../ports/accounts.ts';
import { eventually } from '../support/engine.ts';
import { identityBed, type Door, type IdentityBed } from '../support/identity-bed.ts';

let bed: IdentityBed;
let door: Door;
let other: Door;

beforeAll(async () => {
  bed = await identityBed();
  door = await bed.open();
  other = await bed.open();
});
afterAll(() => bed.stop());

const CURRENT = '/v1/sessions/current';
const current = async (at: Door, token: string): Promise<number> => (await at.ask(CURRENT, { token })).status;

describe('a session with tokens', () => {
  test('is answered with a short access token and what renews it', async () => {
    const login = await door.logIn('grid-1');
    expect(login.expiresAt - Date.now()).toBeLessThanOrEqual(15 * 60_000);
    expect(login.expiresAt - Date.now()).toBeGreaterThan(14 * 60_000);
    expect(login.sessionExpiresAt - Date.now()).toBeGreaterThan(11.9 * 3_600_000);
    expect(login).toMatchObject({ mustChangePassword: false, person: { id: 'grid-1' } });
    const { body } = await door.ask(CURRENT, { token: login.token });
    expect(body).toMatchObject({ id: 'grid-1', via: 'session', scopes: null, mustChangePassword: false });
    expect(body).not.toHaveProperty('csrfToken');
  });

  test('is renewed with a refresh token, each of which is good once', async () => {
    const login = await door.logIn('grid-1');
    const renew = (refreshToken: string) => door.ask('/v1/sessions/refresh', { body: { refreshToken } });
    const once = await renew(login.refreshToken);
    expect(once).toMatchObject({ status: 200, body: { sessionExpiresAt: login.sessionExpiresAt } });
    const next = once.body['refreshToken'] as string;
    expect(next).not.toBe(login.refreshToken);
    expect(await current(door, once.body['token'] as string)).toBe(200);
    // The old one again: a thief has it, so that nobody holds the session any longer.
    expect(await renew(login.refreshToken)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect((await renew(next)).status).toBe(401);
    expect(await current(door, once.body['token'] as string)).toBe(401);
    const { rows } = await bed.pool.query<{ why: string }>(
      'SELECT ended_because AS why FROM sessions WHERE id = $1',
      [login.refreshToken.split('.')[0]],
    );
    expect(rows).toEqual([{ why: 'refresh_token_reused' }]);
  });

  test('given the same refresh token many times at once, then at most one is renewed and the session ends', async () => {
    const { refreshToken } = await door.logIn('grid-1');
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        (n % 2 === 0 ? door : other).ask('/v1/sessions/refresh', { body: { refreshToken } }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(7);
    const won = answers.find(({ status }) => status === 200)!.body as { refreshToken: string };
    expect(
      (await door.ask('/v1/sessions/refresh', { body: { refreshToken: won.refreshToken } })).status,
    ).toBe(401);
  });

  test('keeps no token in the database, only hashes', async () => {
    const login = await door.logIn('grid-1');
    const { rows } = await bed.pool.query<{ text: string }>(
      'SELECT s::text || r::text AS text FROM sessions s JOIN refresh_tokens r ON r.session_id = s.id',
    );
    const secret = login.refreshToken.split('.')[1]!;
    expect(rows.filter(({ text }) => text.includes(secret) || text.includes(login.token))).toEqual([]);
    const held = await bed.pool.query(`SELECT FROM refresh_tokens WHERE hash = sha256($1::bytea)`, [
      login.refreshToken,
    ]);
    expect(held.rowCount).toBe(1);
  });

  test('that ends is refused at once here, and within five seconds by every other process', async () => {
    const { token } = await door.logIn('grid-1');
    expect(await current(other, token)).toBe(200);
    expect((await door.ask(CURRENT, { token, method: 'DELETE' })).status).toBe(204);
    const begin = performance.now();
    expect(await current(door, token)).toBe(401);
    await eventually('the other process refuses it', async () => (await current(other, token)) === 401);
    expect(performance.now() - begin).toBeLessThan(KEPT_MS + 1_000);
  });

  test('cuts a stream that is open when it ends', async () => {
    const login = await door.logIn('grid-1');
    const stream = await door.raw('/v1/stream', { token: login.token });
    expect(stream.status).toBe(200);
    const reader = stream.body!.getReader();
    await reader.read();
    await door.ask(CURRENT, { token: login.token, method: 'DELETE' });
    const ended = async (): Promise<boolean> => {
      for (;;) {
        const { done } = await reader.read().catch(() => ({ done: true }));
        if (done) return true;
      }
    };
    expect(await ended()).toBe(true);
  });

  test('costs no query while it is known', async () => {
    const { token } = await door.logIn('grid-1');
    await current(door, token);
    const asked = async (): Promise<number> => {
      const { rows } = await bed.pool.query<{ n: number }>(
        `SELECT sum(idx_scan)::bigint AS n FROM pg_stat_user_tables WHERE relname IN ('sessions', 'accounts')`,
      );
      return rows[0]!.n;
    };
    await bed.pool.query('SELECT pg_stat_force_next_flush()');
    const before = await asked();
    await Promise.all(Array.from({ length: 200 }, () => current(door, token)));
    await bed.pool.query('SELECT pg_stat_force_next_flush()');
    expect((await asked()) - before).toBeLessThan(50);
  });

  test('lists the places where somebody is logged in, page by page, and ends one or all others', async () => {
    const logins = [];
    for (let n = 0; n < 4; n++) logins.push(await door.logIn('resident-1'));
    const own = logins[0]!.token;
    const seen: { id: string; current: boolean }[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: ApiAnswer<{ items: typeof seen; nextCursor: string | null }> = await door.ask(
        `/v1/sessions?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
        { token: own },
      );
      seen.push(...page.body.items);
      cursor = page.body.nextCursor;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(4);
    expect(seen.filter((one) => one.current)).toHaveLength(1);
    const victim = logins[1]!;
    const id = victim.refreshToken.split('.')[0]!;
    expect((await door.ask(`/v1/sessions/${id}`, { token: own, method: 'DELETE' })).status).toBe(204);
    expect(await current(door, victim.token)).toBe(401);
    const stranger = await door.logIn('resident-2');
    const mine = logins[2]!.refreshToken.split('.')[0]!;
    expect((await door.ask(`/v1/sessions/${mine}`, { token: stranger.token, method: 'DELETE' })).status).toBe(
      404,
    );
    const ended = await door.ask('/v1/sessions/end-others', { token: own, method: 'POST' });
    expect(ended).toMatchObject({ status: 200, body: { ended: 2 } });
    expect(await current(door, own)).toBe(200);
    expect(await current(door, logins[3]!.token)).toBe(401);
  });

  test('given more than an account may have, then the oldest ends', async () => {
    const sessions = createSessions(bed.pool);
    const begun = [];
    for (let n = 0; n <= SESSIONS_MAX; n++)
      begun.push((await sessions.begin('resident-3', { kind: 'bearer', hours: 1 }))!.session.id);
    const page = await sessions.list('resident-3', SESSIONS_MAX + 10);
    expect(page.items).toHaveLength(SESSIONS_MAX);
    expect(page.items.map(({ id }) => id)).not.toContain(begun[0]);
  });

  test('is forgotten a week after its end, and no other is', async () => {
    const sessions = createSessions(bed.pool);
    const old = (await sessions.begin('resident-2', { kind: 'bearer', hours: 1 }))!;
    const young = (await sessions.begin('resident-2', { kind: 'bearer', hours: 1 }))!;
    await bed.pool.query('UPDATE sessions SET expires_at_ms = 1 WHERE id = $1', [old.session.id]);
    expect(await sessions.find(old.session.id)).toBeNull();
    expect(await sessions.renew(old.refreshToken, 'bearer')).toBeNull();
    expect(await sessions.prune()).toBe(1);
    expect(await sessions.find(young.session.id)).not.toBeNull();
  });
});

describe('a token is refused that', () => {
  const secret = (): Uint8Array => new TextEncoder().encode(door.config.sessionSecret);
  const signed = async (
    change: { exp?: number; aud?: string; sid?: string; iss?: string },
    key = secret(),
  ) => {
    const { token } = await door.logIn('grid-2');
    const payload = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<
      string,
      unknown
    >;
    return new SignJWT({ ...payload, ...change }).setProtectedHeader({ alg: 'HS256' }).sign(key);
  };

  test('control: a token made in the same way is accepted', async () => {
    expect(await current(door, await signed({}))).toBe(200);
  });
  test.each([
    ['has expired', { exp: Math.floor(Date.now() / 1000) - 1 }],
    ['is for somebody else', { aud: 'another-service' }],
    ['is from somebody else', { iss: 'another-issuer' }],
    ['names a session that is none', { sid: 'no-such-session' }],
  ])('%s', async (_name, change) => {
    expect(await current(door, await signed(change))).toBe(401);
  });
  test('another secret signed', async () => {
    expect(await current(door, await signed({}, new TextEncoder().encode('x'.repeat(32))))).toBe(401);
  });
  test('nobody signed', async () => {
    const { token } = await door.logIn('grid-2');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await current(door, `${none}.${token.split('.')[1]}.`)).toBe(401);
  });
});

test('a client renews by itself, once for many calls, and without a session says so', async () => {
  const login = await door.logIn('grid-1');
  const soon = { refreshToken: login.refreshToken, expiresAt: Date.now() + 1_000 };
  const session = new ApiSession(door.address, 'grid-1', 'a-token-that-has-ended', soon);
  const answers = await Promise.all(Array.from({ length: 5 }, () => session.get('/v1/work')));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const { rows } = await bed.pool.query<{ n: number }>(
    'SELECT count(*) AS n FROM refresh_tokens WHERE session_id = $1',
    [login.refreshToken.split('.')[0]],
  );
  expect(rows[0]!.n).toBe(2);
  const over = new ApiSession(door.address, 'grid-1', login.token, { ...soon, refreshToken: 'used.up' });
  expect((await over.get('/v1/work')).status).toBe(200);
});

describe('a session in cookies', () => {
  interface Jar {
    cookie: string;
    set: string[];
    csrf: string;
  }
  const jarOf = async (response: Response): Promise<Jar> => {
    const set = response.headers.getSetCookie();
    const { csrfToken = '' } = (await response.json()) as { csrfToken?: string };
    return { set, cookie: set.map((one) => one.split(';')[0]).join('; '), csrf: csrfToken };
  };
  const open = async (headers: Record<string, string> = {}): Promise<Jar> => {
    const body = { login: 'counter-1', password: DEMO_PASSWORD, mode: 'cookie' };
    const response = await door.raw('/v1/sessions', { body, headers });
    expect(response.status).toBe(201);
    return jarOf(response);
  };

  test('shows no token to scripts, and its cookies go to this site alone', async () => {
    const body = { login: 'counter-1', password: DEMO_PASSWORD, mode: 'cookie' };
    const response = await door.raw('/v1/sessions', { body });
    const answer = (await response.clone().json()) as object;
    expect(answer).not.toHaveProperty('token');
    expect(answer).not.toHaveProperty('refreshToken');
    const { set } = await jarOf(response);
    expect(set).toHaveLength(2);
    for (const one of set) {
      expect(one).toContain('HttpOnly');
      expect(one).toContain('SameSite=Strict');
    }
    expect(set[0]).toContain('Path=/;');
    expect(set[1]).toContain('Path=/v1/sessions;');
  });

  test.each([
    ['plain http to this machine', {}, false],
    ['https ended by a proxy', { origin: 'https://cases.example.cn' }, true],
    ['plain http to another name', { origin: 'http://cases.example.cn' }, true],
  ])('by %s: is the cookie Secure', async (_name, headers, secure) => {
    const { set } = await open(headers);
    expect(set.map((one) => one.includes('Secure'))).toEqual([secure, secure]);
  });

  test('changes something only with its own CSRF token', async () => {
    const { cookie, csrf } = await open();
    const stranger = await open();
    const ask = (headers: Record<string, string>) =>
      door.ask('/v1/notices/read', { body: { upTo: 0 }, headers: { cookie, ...headers } });
    expect((await door.ask('/v1/work', { headers: { cookie } })).status).toBe(200);
    for (const wrong of [{}, { 'x-csrf-token': 'x' }, { 'x-csrf-token': stranger.csrf }])
      expect(await ask(wrong as Record<string, string>)).toMatchObject({
        status: 403,
        body: { code: 'csrf_token_wrong' },
      });
    expect((await ask({ 'x-csrf-token': csrf })).status).toBe(200);
    // A page that was loaded again has forgotten it.
    expect((await door.ask(CURRENT, { headers: { cookie } })).body).toMatchObject({
      via: 'cookie',
      csrfToken: csrf,
    });
  });

  test('is renewed and ended by cookie', async () => {
    const { cookie, csrf } = await open();
    const renew = (jar: { cookie: string }, headers: Record<string, string>) =>
      door.raw('/v1/sessions/refresh', { body: {}, headers: { cookie: jar.cookie, ...headers } });
    expect((await renew({ cookie }, {})).status).toBe(403);
    const renewed = await renew({ cookie }, { 'x-csrf-token': csrf });
    expect(renewed.status).toBe(200);
    const jar = await jarOf(renewed);
    expect(jar.csrf).toBe(csrf);
    expect(jar.cookie).not.toBe(cookie);
    expect((await door.ask('/v1/work', { headers: { cookie: jar.cookie } })).status).toBe(200);
    const headers = { cookie: jar.cookie, 'x-csrf-token': csrf };
    expect((await door.raw(CURRENT, { method: 'DELETE', headers: { cookie: jar.cookie } })).status).toBe(403);
    const out = await door.raw(CURRENT, { method: 'DELETE', headers });
    expect(out.status).toBe(204);
    expect(out.headers.getSetCookie().every((one) => one.includes('Expires=Thu, 01 Jan 1970'))).toBe(true);
    expect((await door.ask('/v1/work', { headers: { cookie: jar.cookie } })).status).toBe(401);
  });

  test('is of no use as a token, nor is its refresh token', async () => {
    const { cookie } = await open();
    const [, token = '', refreshToken = ''] =
      /fengqiao_session=([^;]+); fengqiao_refresh=(.+)$/.exec(cookie) ?? [];
    expect(await current(door, token)).toBe(401);
    expect((await door.ask('/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(401);
  });
});

describe('wrong passwords', () => {
  const attempt = async (login: string, password: string): Promise<number> =>
    (await door.ask('/v1/sessions', { body: { login, password } })).status;

  test('five in a row lock the account, also for the right one, and time opens it', async () => {
    for (let n = 0; n < FAILURES_MAX; n++) expect(await attempt('mediator-1', 'wrong')).toBe(401);
    const locked = await door.ask('/v1/sessions', { body: { login: 'mediator-1', password: DEMO_PASSWORD } });
    const wrong = await door.ask('/v1/sessions', { body: { login: 'mediator-1', password: 'wrong' } });
    const unknown = await door.ask('/v1/sessions', { body: { login: 'nobody-here', password: 'wrong' } });
    expect(locked.status).toBe(401);
    expect(locked.body).toEqual(wrong.body);
    expect(locked.body).toEqual(unknown.body);
    await bed.pool.query(`UPDATE accounts SET locked_until_ms = 1 WHERE id = 'mediator-1'`);
    expect(await attempt('mediator-1', 'wrong')).toBe(401);
    expect(await attempt('mediator-1', DEMO_PASSWORD)).toBe(201);
  });

  test('four and a right one begin a new count', async () => {
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < FAILURES_MAX - 1; n++) expect(await attempt('leader-1', 'wrong')).toBe(401);
      expect(await attempt('leader-1', DEMO_PASSWORD)).toBe(201);
    }
  });

  test('many at once are counted one by one', async () => {
    await Promise.all(Array.from({ length: 8 }, () => attempt('community-2', 'wrong')));
    const { rows } = await bed.pool.query<{ n: number; locked: boolean }>(
      `SELECT failed_logins AS n, locked_until_ms IS NOT NULL AS locked FROM accounts WHERE id = 'community-2'`,
    );
    expect(rows).toEqual([{ n: FAILURES_MAX, locked: true }]);
  });

  // Time itself would be a matter of luck on a busy machine: what takes it is one look at a password.
  test('cost the same work for a locked, an unknown, a closed and an open account', async () => {
    await bed.pool.query(`UPDATE accounts SET active = false WHERE id = 'grid-4'`);
    const looked: (string | null)[] = [];
    const passwords: Passwords = {
      ...createPasswords(),
      async verify(hash) {
        looked.push(hash);
        return false;
      },
    };
    const accounts = createAccounts({ db: bed.pool, passwords, sessions: createSessions(bed.pool) });
    for (const login of ['community-2', 'nobody-at-all', 'grid-4', 'grid-3'])
      expect((await accounts.authenticate(login, DEMO_PASSWORD)).outcome).toBe('wrong');
    expect(looked).toEqual([null, null, null, expect.stringContaining('$argon2id$')]);
  });

  test('given more at once than are looked at, then the rest is told to come again and is not counted', async () => {
    const accounts = createAccounts({
      ...{ db: bed.pool, passwords: createPasswords(), sessions: createSessions(bed.pool) },
    });
    const many = Array.from({ length: 40 }, () => accounts.authenticate('nobody-at-all', 'wrong'));
    const settled = await Promise.allSettled(many);
    const busy = settled.filter((one) => one.status === 'rejected');
    expect(busy.length).toBeGreaterThan(0);
    for (const one of busy) expect(one.reason).toBeInstanceOf(PasswordsBusyError);
    expect(settled.length - busy.length).toBeGreaterThanOrEqual(HASHES_MAX);
  });
});

describe('a new password', () => {
  const change = (token: string, oldPassword: string, newPassword: string) =>
    door.ask('/v1/account/password', { token, body: { oldPassword, newPassword } });

  test('ends the other sessions and not this one', async () => {
    const [one, two] = [await door.logIn('community-1'), await door.logIn('community-1')];
    expect((await change(one.token, DEMO_PASSWORD, 'a quiet river bends')).status).toBe(204);
    expect(await current(door, one.token)).toBe(200);
    expect(await current(door, two.token)).toBe(401);
    expect(
      (await door.ask('/v1/sessions/refresh', { body: { refreshToken: two.refreshToken } })).status,
    ).toBe(401);
    await expect(door.logIn('community-1')).rejects.toThrow('401');
    await door.logIn('community-1', 'a quiet river bends');
  });

  test.each([
    ['too short', 'ninechars', 400, 'invalid_body'],
    ['too long', 'x'.repeat(201), 400, 'invalid_body'],
    ['common', 'Qwertyuiop', 422, 'password_refused'],
    ['the one of the demo', DEMO_PASSWORD, 422, 'password_refused'],
    ['the login', 'district-1', 422, 'password_refused'],
    ['one letter', 'aaaaaaaaaaaa', 422, 'password_refused'],
  ])('that is %s is refused', async (_name, password, status, code) => {
    const { token } = await door.logIn('district-1');
    expect(await change(token, DEMO_PASSWORD, password)).toMatchObject({
      status,
      body: { code, field: 'newPassword' },
    });
  });

  test('needs the old one, and guessing it locks the account', async () => {
    const { token } = await door.logIn('inspector-1');
    for (let n = 0; n < FAILURES_MAX; n++)
      expect(await change(token, 'wrong', 'a quiet river bends')).toMatchObject({
        ...{ status: 403, body: { code: 'wrong_credentials', field: 'oldPassword' } },
      });
    expect((await change(token, DEMO_PASSWORD, 'a quiet river bends')).status).toBe(403);
    await expect(door.logIn('inspector-1')).rejects.toThrow('401');
  });
});
