import { createPublicKey } from 'node:crypto';
import { decodeJwt, importJWK, SignJWT, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLOCK_TOLERANCE_S } from '../../infra/identity/oidc.ts';
import { GRID } from '../../infra/seed/demo-street.ts';
import { eventually } from '../support/engine.ts';
import { identityBed, type Door, type IdentityBed } from '../support/identity-bed.ts';
import { AUDIENCE, startIssuer, type TestIssuer } from '../support/oidc-issuer.ts';

let bed: IdentityBed;
let issuer: TestIssuer;
let door: Door;

const CURRENT = '/v1/sessions/current';
const MEDIATOR = { role: 'mediator', region: GRID, bodyId: 'committee-street' };
const settings = (change: object = {}): NodeJS.ProcessEnv => ({
  ...{ OIDC_ISSUER: issuer.address, OIDC_AUDIENCE: AUDIENCE, OIDC_SUBJECT_CLAIM: 'person' },
  ...change,
});

beforeAll(async () => {
  bed = await identityBed();
  issuer = await startIssuer();
  door = await bed.open(settings());
});
afterAll(async () => {
  await bed.stop();
  await issuer.stop();
});

const current = (token: string, at: Door = door) =>
  at.ask<{ id: string; via: string; posts: object[] }>(CURRENT, { token });
const now_s = (): number => Math.floor(Date.now() / 1000);

/** A token with the claims of a real one, changed, and signed with the issuer's own key. */
async function signed(change: JWTPayload): Promise<string> {
  const claims = decodeJwt(await issuer.token('grid-1'));
  const key = await importJWK(issuer.key, 'RS256');
  return new SignJWT({ ...claims, ...change })
    .setProtectedHeader({ alg: 'RS256', kid: issuer.key.kid!, typ: 'at+jwt' })
    .sign(key);
}

describe('a token of the identity provider', () => {
  test('opens the door, with the posts of the staff table', async () => {
    const { status, body } = await current(await issuer.token('grid-1'));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: 'grid-1',
      via: 'issuer',
      posts: [{ role: 'grid-worker', region: GRID }],
    });
    const work = await door.ask('/v1/work', { token: await issuer.token('grid-1') });
    expect(work.status).toBe(200);
  });

  test('of somebody who is not staff gives no post', async () => {
    expect((await current(await issuer.token('somebody-else'))).body).toMatchObject({
      id: 'somebody-else',
      posts: [],
    });
  });

  test('gives the posts that its claim maps to, where a mapping is set', async () => {
    const OIDC_POSTS = JSON.stringify({ mediators: [MEDIATOR], nobody: [] });
    const mapped = await bed.open(settings({ OIDC_POSTS }));
    const token = await issuer.token('grid-1', { groups: ['mediators', 'unknown', 'toString'] });
    expect((await current(token, mapped)).body.posts).toEqual([MEDIATOR]);
    expect((await current(await issuer.token('grid-1'), mapped)).body.posts).toEqual([]);
    await mapped.stop();
  });

  test('names the person by the subject, where nothing else is set', async () => {
    const bySubject = await bed.open(settings({ OIDC_SUBJECT_CLAIM: '' }));
    expect((await current(await issuer.token('grid-1'), bySubject)).body.id).toBe('portal');
    await bySubject.stop();
  });

  test('is refused when an administrator has closed the account of that id', async () => {
    const token = await issuer.token('resident-4');
    expect((await current(token)).status).toBe(200);
    await bed.pool.query(`UPDATE accounts SET active = false WHERE id = 'resident-4'`);
    await eventually('it is refused', async () => (await current(token)).status === 401);
  });

  test('is not a session: it neither ends here nor changes a password', async () => {
    const token = await issuer.token('grid-1');
    for (const [method, path] of [
      ['DELETE', CURRENT],
      ['POST', '/v1/sessions/end-others'],
    ] as const)
      expect(await door.ask(path, { token, method })).toMatchObject({
        status: 403,
        body: { code: 'session_needed' },
      });
    const body = { oldPassword: 'fengqiao-demo', newPassword: 'a quiet river bends' };
    expect((await door.ask('/v1/account/password', { token, body })).status).toBe(403);
  });
});

describe('a token is refused', () => {
  test('control: one that is signed in the same way is accepted', async () => {
    expect((await current(await signed({}))).status).toBe(200);
    // Clocks may differ a little.
    expect((await current(await signed({ exp: now_s() - CLOCK_TOLERANCE_S + 15 }))).status).toBe(200);
  });

  test('that the provider gave for another audience', async () => {
    expect((await current(await issuer.token('grid-1', { audience: 'urn:another:api' }))).status).toBe(401);
  });

  test.each([
    ['that has expired', () => ({ exp: now_s() - CLOCK_TOLERANCE_S - 5 })],
    ['that is not valid yet', () => ({ nbf: now_s() + CLOCK_TOLERANCE_S + 30 })],
    ['of another issuer', () => ({ iss: 'https://elsewhere.example.cn' })],
    ['that names nobody', () => ({ person: undefined })],
    ['that names somebody in a way no id is written', () => ({ person: "x' OR 1=1" })],
    ['that calls itself the engine', () => ({ person: 'system:clock' })],
    ['without an end', () => ({ exp: undefined })],
  ])('%s', async (_name, change) => {
    expect((await current(await signed(change() as JWTPayload))).status).toBe(401);
  });

  test('that a foreign provider gave under the same conditions', async () => {
    const foreign = await startIssuer();
    expect((await current(await foreign.token('grid-1'))).status).toBe(401);
    // Or says that it is ours.
    const key = await importJWK(foreign.key, 'RS256');
    const claims = decodeJwt(await issuer.token('grid-1'));
    const forged = new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: foreign.key.kid! });
    expect((await current(await forged.sign(key))).status).toBe(401);
    await foreign.stop();
  });

  test('that nobody signed, or that the public key signed as if it were a secret', async () => {
    const claims = decodeJwt(await issuer.token('grid-1'));
    const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    for (const alg of ['none', 'None', 'NONE'])
      expect((await current(`${encoded({ alg })}.${encoded(claims)}.`)).status).toBe(401);
    const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...published } = issuer.key;
    const pem = createPublicKey({ key: published, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    for (const secret of [String(pem), JSON.stringify(published), door.config.sessionSecret]) {
      const forged = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: issuer.key.kid! });
      expect((await current(await forged.sign(new TextEncoder().encode(secret)))).status).toBe(401);
    }
  });

  test('that is a session of this system only by its own word', async () => {
    const { token } = await door.logIn('grid-2');
    const key = await importJWK(issuer.key, 'RS256');
    const forged = new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: 'RS256', kid: issuer.key.kid! });
    expect((await current(await forged.sign(key))).status).toBe(401);
  });

  test('where no provider is set', async () => {
    const closed = await bed.open();
    expect((await current(await issuer.token('grid-1'), closed)).status).toBe(401);
    await closed.stop();
  });
});

describe('keys', () => {
  test('that are new are found, and those that are gone are believed no longer', async () => {
    // What keeps it from asking for ever is also what makes a new key wait a few seconds.
    const stale = await issuer.token('grid-1');
    expect((await current(stale)).status).toBe(200);
    await issuer.rotate();
    const fresh = await issuer.token('grid-1');
    await eventually('the new key is accepted', async () => (await current(fresh)).status === 200);
    const old = await issuer.token('grid-2');
    expect((await current(old)).status).toBe(200);
    // Another process, which never saw the old key.
    const later = await bed.open(settings());
    expect((await current(stale, later)).status).toBe(401);
    await later.stop();
  });

  test('are found without discovery where their address is set', async () => {
    const direct = await bed.open(settings({ OIDC_JWKS_URL: `${issuer.address}/jwks` }));
    expect((await current(await issuer.token('grid-1'), direct)).status).toBe(200);
    await direct.stop();
  });

  test('that cannot be asked for: 503 for its tokens, while sessions of this system go on', async () => {
    const token = await issuer.token('grid-1');
    const cut = await bed.open(settings());
    await issuer.stop();
    const { token: own } = await cut.logIn('grid-3');
    const refused = await cut.raw(CURRENT, { token });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'unavailable' });
    expect((await current(own, cut)).status).toBe(200);
    // A process that has its keys needs nobody.
    expect((await current(token)).status).toBe(200);
    await issuer.start();
    await eventually('it answers again', async () => (await current(token, cut)).status === 200);
    await cut.stop();
  });
});
