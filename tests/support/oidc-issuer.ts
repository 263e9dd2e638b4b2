import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider from 'oidc-provider';

/** A real OpenID Connect provider on this machine, with a client that is given access tokens by its secret. */
export interface TestIssuer {
  address: string;
  /** The key that signs now, with its private half: a test forges with it what the provider would not give. */
  key: JWK;
  /** An access token for that audience, from the provider's own token endpoint; `person` and `groups` become claims. */
  token(person: string, options?: { audience?: string; groups?: string[] }): Promise<string>;
  /** The same address with a new key, and without the old one. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const AUDIENCE = 'urn:fengqiao:api';
const CLIENT = { id: 'portal', secret: 'portal-secret-of-a-test' };

/** Starts the provider on a free port. */
export async function startIssuer(): Promise<TestIssuer> {
  const server = createServer((request, response) => void handle(request, response));
  // A test may pause for longer than the usual 5 s between two tokens, and would then meet a closed connection.
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const address = `http://127.0.0.1:${port}`;
  let key = await newKey(1);
  let handle = providerOf(address, key).callback();
  let rotations = 1;
  return {
    address,
    get key() {
      return key;
    },
    async token(person, { audience = AUDIENCE, groups = [] } = {}) {
      const response = await fetch(`${address}/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({
          ...{ grant_type: 'client_credentials', resource: audience, scope: 'api' },
          // The provider signs what the client says of its user: a portal that has logged her in.
          ...{ person, groups: groups.join(' ') },
        }),
      });
      const body = (await response.json()) as { access_token?: string };
      if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`);
      return body.access_token;
    },
    async rotate() {
      key = await newKey(++rotations);
      handle = providerOf(address, key).callback();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    async start() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}

async function newKey(n: number): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: `key-${n}`, use: 'sig', alg: 'RS256' };
}

function providerOf(address: string, key: JWK): Provider {
  return new Provider(address, {
    jwks: { keys: [key] },
    clients: [
      {
        ...{ client_id: CLIENT.id, client_secret: CLIENT.secret, grant_types: ['client_credentials'] },
        ...{ redirect_uris: [], response_types: [], scope: 'api' },
      },
    ],
    scopes: ['api'],
    extraParams: ['person', 'groups'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, audience) => ({
          ...{ scope: 'api', audience, accessTokenTTL: 300, accessTokenFormat: 'jwt' as const },
          jwt: { sign: { alg: 'RS256' as const } },
        }),
      },
    },
    extraTokenClaims(context) {
      const { person, groups } = (context.oidc.body ?? {}) as { person?: string; groups?: string };
      return { person, name: 'From elsewhere', groups: groups === '' ? [] : groups?.split(' ') };
    },
  });
}
