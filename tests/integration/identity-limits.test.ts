import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LOGINS_OF_NAME_PER_MINUTE } from '../../api/plugins/rate-limit.ts';
import { DEMO_PASSWORD } from '../../infra/seed/demo-street.ts';
import { identityBed, type Door, type IdentityBed } from '../support/identity-bed.ts';

let bed: IdentityBed;
beforeAll(async () => {
  bed = await identityBed();
});
afterAll(() => bed.stop());

const CURRENT = '/v1/sessions/current';
const logIn = (door: Door, login: string, headers: Record<string, string> = {}) =>
  door.ask('/v1/sessions', { headers, body: { login, password: DEMO_PASSWORD } });

describe('too many requests', () => {
  test('of one account are refused with the limit and when to come again; others go on', async () => {
    const door = await bed.open({ RATE_PER_MINUTE: '5' });
    const [one, two] = [await door.logIn('grid-1'), await door.logIn('grid-2')];
    // Another session of the same account shares its limit.
    const again = await door.logIn('grid-1');
    for (let n = 0; n < 5; n++) expect((await door.ask(CURRENT, { token: one.token })).status).toBe(200);
    const refused = await door.raw(CURRENT, { token: again.token });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    const wait = Number(refused.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(await refused.json()).toMatchObject({
      ...{ status: 429, code: 'too_many_requests', limit: 'account', expected: 'at most 5 a minute' },
    });
    expect((await door.ask(CURRENT, { token: two.token })).status).toBe(200);
    await door.stop();
  });

  test('without a session are counted by address, and take nothing from those with one', async () => {
    const door = await bed.open({ ADDRESS_PER_MINUTE: '4' });
    const { token } = await door.logIn('grid-1');
    for (let n = 0; n < 3; n++) expect((await door.ask(CURRENT, { token: 'wrong' })).status).toBe(401);
    expect(await door.ask(CURRENT)).toMatchObject({ status: 429, body: { limit: 'address' } });
    expect(await logIn(door, 'grid-2')).toMatchObject({ status: 429, body: { limit: 'address' } });
    expect((await door.ask(CURRENT, { token })).status).toBe(200);
    await door.stop();
  });

  test('to log in are counted by address', async () => {
    const door = await bed.open({ LOGINS_PER_MINUTE: '3' });
    for (const login of ['grid-1', 'grid-2', 'grid-3']) expect((await logIn(door, login)).status).toBe(201);
    expect(await logIn(door, 'grid-4')).toMatchObject({ status: 429, body: { limit: 'login_address' } });
    await door.stop();
  });

  test('to log in by one name are counted, whether or not it exists', async () => {
    const door = await bed.open();
    for (const login of ['duty-1', 'nobody-here']) {
      for (let n = 0; n < LOGINS_OF_NAME_PER_MINUTE; n++)
        expect((await logIn(door, login)).status).not.toBe(429);
      const refused = await logIn(door, login);
      expect(refused).toMatchObject({ status: 429, body: { limit: 'login_name' } });
      expect(JSON.stringify(refused.body)).not.toContain(login);
    }
    await door.stop();
  });

  test('are none where a limit is 0', async () => {
    const door = await bed.open();
    const { token } = await door.logIn('grid-1');
    const answers = await Promise.all(Array.from({ length: 700 }, () => door.ask(CURRENT, { token })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await door.stop();
  });
});

describe('addresses behind a proxy', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test('are told apart where the proxy is trusted', async () => {
    const door = await bed.open({ LOGINS_PER_MINUTE: '1', TRUST_PROXY: 'loopback' });
    for (const address of ['203.0.113.1', '203.0.113.2', '2001:db8:1::1'])
      expect((await logIn(door, 'grid-1', from(address))).status).toBe(201);
    expect((await logIn(door, 'grid-2', from('203.0.113.2'))).status).toBe(429);
    // A household has a whole network of them.
    expect((await logIn(door, 'grid-2', from('2001:db8:1::2'))).status).toBe(429);
    await door.stop();
  });

  test('are not believed where it is not', async () => {
    for (const TRUST_PROXY of ['', '192.0.2.7']) {
      const door = await bed.open({ LOGINS_PER_MINUTE: '1', TRUST_PROXY });
      expect((await logIn(door, 'grid-3', from('203.0.113.1'))).status).toBe(201);
      expect((await logIn(door, 'grid-3', from('203.0.113.2'))).status).toBe(429);
      await door.stop();
    }
  });
});

describe('headers', () => {
  test('an answer loads nothing, is kept nowhere, and does not say what serves it', async () => {
    const door = await bed.open();
    const { token } = await door.logIn('grid-1');
    const answers = [
      await door.raw(CURRENT, { token }),
      await door.raw(CURRENT),
      await door.raw('/v1/sessions', { body: { login: 'grid-1', password: DEMO_PASSWORD } }),
      await door.raw('/v1/sessions', { body: { nonsense: 1 } }),
    ];
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toBeNull();
      for (const banner of ['server', 'x-powered-by']) expect(headers.get(banner)).toBeNull();
      for (const [name] of headers) expect(name).not.toMatch(/^access-control-/);
    }
    expect((await door.raw('/nothing/here')).headers.get('content-security-policy')).toContain(
      "default-src 'none'",
    );
    await door.stop();
  });

  test('behind a proxy that speaks HTTPS browsers are told to keep to it', async () => {
    const door = await bed.open({ TRUST_PROXY: 'loopback' });
    const { headers } = await door.raw(CURRENT, { headers: { 'x-forwarded-proto': 'https' } });
    expect(headers.get('strict-transport-security')).toContain('max-age=');
    await door.stop();
  });

  test('the page of the contract has what it needs and no more', async () => {
    const door = await bed.open();
    const page = await door.raw('/docs/');
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("'unsafe-inline'");
    expect(policy).not.toContain("'unsafe-eval'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(page.headers.get('strict-transport-security')).toBeNull();
    const scripts = [...(await page.text()).matchAll(/<script[^>]*src="([^"]+)"/g)].map(([, src]) => src!);
    expect(scripts.length).toBeGreaterThan(0);
    for (const src of scripts) {
      expect(src).not.toMatch(/^https?:/);
      expect((await fetch(new URL(src, `${door.address}/docs/`))).status).toBe(200);
    }
    await door.stop();
  });

  test('other origins are refused, except those that are named', async () => {
    const named = 'https://cases.example.cn';
    const asked = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'x-csrf-token',
    };
    const closed = await bed.open();
    const preflight = (door: Door, origin: string) =>
      door.raw('/v1/reports', { method: 'OPTIONS', headers: { origin, ...asked } });
    expect((await preflight(closed, named)).headers.get('access-control-allow-origin')).toBeNull();
    const open = await bed.open({ CORS_ORIGINS: `${named}, https://other.example.cn` });
    const allowed = await preflight(open, named);
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe(named);
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
    expect(allowed.headers.get('access-control-allow-headers')).toContain('x-csrf-token');
    for (const stranger of ['https://cases.example.cn.evil.cn', 'http://cases.example.cn', 'null'])
      expect((await preflight(open, stranger)).headers.get('access-control-allow-origin')).toBeNull();
    expect((await open.raw(CURRENT, { headers: { origin: named } })).headers.get('vary')).toContain('Origin');
    for (const door of [closed, open]) await door.stop();
  });
});
