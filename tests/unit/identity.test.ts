import { describe, expect, test, vi } from 'vitest';
import { isPlainLocal } from '../../api/plugins/cookies.ts';
import { scopeNeeded } from '../../api/scopes.ts';
import { oidcSettings, type OidcText } from '../../infra/identity/oidc-settings.ts';
import { isGuessable } from '../../infra/identity/passwords.ts';
import { hashOf, newOneTimePassword, newSecret } from '../../infra/identity/secrets.ts';
import { kept, KEPT_MS } from '../../infra/identity/kept.ts';

describe('settings of an identity provider', () => {
  const none: OidcText = {
    ...{ issuer: '', audience: '', jwksUrl: '', subjectClaim: 'sub', postsClaim: 'groups', posts: '' },
  };
  const read = (change: Partial<OidcText>) => {
    const faults: string[] = [];
    return { settings: oidcSettings({ ...none, ...change }, faults), faults: faults.join('\n') };
  };
  const GOOD = { issuer: 'https://id.example.cn', audience: 'urn:api' };

  test('are none without an issuer, and say so when the others are set', () => {
    expect(read({})).toEqual({ settings: null, faults: '' });
    expect(read({ audience: 'urn:api' }).faults).toContain('OIDC_ISSUER');
  });

  test.each([
    'https://id.example.cn/realms/a',
    'http://localhost:4000',
    'http://127.0.0.1:4000',
    'http://[::1]:4000',
  ])('accept %s', (issuer) => {
    expect(read({ ...GOOD, issuer }).faults).toBe('');
  });

  test.each([
    'http://id.example.cn',
    'http://127.0.0.1.example.cn',
    'http://localhost.example.cn',
    'ftp://id.example.cn',
    'https://me:secret@id.example.cn',
    'id.example.cn',
  ])('refuse %s as an issuer and as a place for keys, without repeating it', (address) => {
    expect(read({ ...GOOD, issuer: address }).faults).toContain('OIDC_ISSUER');
    const { faults } = read({ ...GOOD, jwksUrl: address });
    expect(faults).toContain('OIDC_JWKS_URL');
    expect(faults).not.toContain(address);
  });

  test('need an audience', () => {
    expect(read({ issuer: GOOD.issuer }).faults).toContain('OIDC_AUDIENCE');
  });

  test('map values of a claim to posts', () => {
    const posts = { a: [{ role: 'mediator', region: '990101001', bodyId: 'c' }], b: [] };
    expect(read({ ...GOOD, posts: JSON.stringify(posts) }).settings?.posts).toEqual(posts);
  });

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['no list of posts', '{"a":{}}'],
    ['a role nobody has', '{"a":[{"role":"king","region":"990101"}]}'],
    ['a region that is none', '{"a":[{"role":"mediator","region":"99"}]}'],
    ['a field nobody knows', '{"a":[{"role":"mediator","region":"990101","x":1}]}'],
  ])('refuse %s', (_name, posts) => {
    expect(read({ ...GOOD, posts }).faults).toContain('OIDC_POSTS');
  });
});

describe('scopes', () => {
  test.each([
    ['GET', '/v1/disputes/:id', 'disputes:read'],
    ['HEAD', '/v1/disputes/:id', 'disputes:read'],
    ['POST', '/v1/disputes/:id/actions/triage', 'disputes:act'],
    ['POST', '/v1/disputes/:id', null],
    ['DELETE', '/v1/disputes/:id', null],
    ['POST', '/v1/accounts', null],
    ['GET', '/v1/something/new', null],
    ['GET', 'constructor', null],
  ])('%s %s needs %s', (method, route, scope) => {
    expect(scopeNeeded(method, route)).toBe(scope);
  });
});

describe('passwords', () => {
  test.each([
    ['1234567890', true],
    ['PASSWORD123', true],
    ['aaaaaaaaaaaa', true],
    ['abababababab', true],
    ['Grid-Worker', true],
    ['a quiet river bends', false],
  ])('%s among those that are tried first: %s', (password, guessable) => {
    expect(isGuessable(password, 'grid-worker')).toBe(guessable);
  });

  test('given for one login can be read out, and are never the same', () => {
    const many = Array.from({ length: 500 }, newOneTimePassword);
    expect(new Set(many).size).toBe(500);
    for (const password of many) {
      expect(password).toMatch(/^([a-hj-km-np-z2-9]{4}-){3}[a-hj-km-np-z2-9]{4}$/);
      expect(isGuessable(password, 'x')).toBe(false);
    }
  });

  test('secrets have 256 bits and are kept as SHA-256', () => {
    expect(Buffer.from(newSecret(), 'base64url')).toHaveLength(32);
    expect(hashOf('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('what is kept for five seconds', () => {
  test('is read once for many who ask, again after that time, and at once when it is forgotten', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    let reads = 0;
    const source = kept(async (key) => `${key}${++reads}`);
    try {
      expect(await Promise.all([source.get('a'), source.get('a')])).toEqual(['a1', 'a1']);
      now.mockReturnValue(KEPT_MS - 1);
      expect(await source.get('a')).toBe('a1');
      now.mockReturnValue(KEPT_MS);
      expect(await source.get('a')).toBe('a2');
      source.forget('a');
      expect(await source.get('a')).toBe('a3');
    } finally {
      now.mockRestore();
    }
  });

  test('is not a failure', async () => {
    let fail = true;
    const source = kept(async () => {
      if (fail) throw new Error('away');
      return 'there';
    });
    await expect(source.get('a')).rejects.toThrow('away');
    fail = false;
    expect(await source.get('a')).toBe('there');
  });
});

test.each([
  ['http', '127.0.0.1:3000', undefined, true],
  ['http', 'localhost', undefined, true],
  ['http', 'cases.example.cn', undefined, false],
  ['https', 'localhost', undefined, false],
  // A proxy that ends TLS and asks this machine by its own name.
  ['http', '127.0.0.1:3000', 'https://cases.example.cn', false],
  ['http', '127.0.0.1:3000', 'null', false],
  ['http', 'cases.example.cn', 'http://localhost:5173', true],
])(
  'a browser at %s://%s with the origin %s speaks plainly to this machine: %s',
  (protocol, host, origin, plain) => {
    const request = { protocol, host, headers: { ...(origin !== undefined && { origin }) } };
    expect(isPlainLocal(request as never)).toBe(plain);
  },
);
