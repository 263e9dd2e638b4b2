import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { jwtVerify, SignJWT } from 'jose';
import type { Actor } from '../../domain/roles.ts';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever asks, with the posts of this moment. Only on routes that need a session. */
    actor: Actor;
  }
  interface FastifyInstance {
    issueSession(accountId: string): Promise<{ token: string; expiresAt: number }>;
  }
  interface FastifyContextConfig {
    /** No session is asked for. */
    open?: boolean;
  }
}

const AUDIENCE = 'fengqiao-api';
const HOUR_S = 3_600;

type SessionDeps = Pick<ApiDeps, 'accounts' | 'directory' | 'sessionSecret' | 'sessionHours'>;

/**
 * Sessions as signed tokens (HS256, RFC 7519). The token names the account alone: what its owner may do is looked up at
 * every request, so that a post that ended yesterday ends the right today.
 */
export const session = fp(async (app: FastifyInstance, deps: SessionDeps) => {
  const secret = new TextEncoder().encode(deps.sessionSecret);
  const subjectOf = createVerifier(secret);

  app.decorate('issueSession', async (accountId: string) => {
    const now_s = Math.floor(Date.now() / 1000);
    const end_s = now_s + deps.sessionHours * HOUR_S;
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(accountId)
      .setAudience(AUDIENCE)
      .setIssuedAt(now_s)
      .setExpirationTime(end_s)
      .sign(secret);
    return { token, expiresAt: end_s * 1000 };
  });

  app.decorateRequest('actor', null as unknown as Actor);

  app.addHook('onRequest', async (request) => {
    // A path that does not exist is told apart from one that needs a session by the handler for unknown paths.
    if (request.is404 || request.routeOptions.config.open === true) return;
    const id = await subjectOf(request);
    const account = id === null ? null : await deps.accounts.find(id);
    if (account === null) {
      throw new Problem({
        ...{ status: 401, code: 'unauthenticated', title: 'log in first' },
        expected: 'Authorization: Bearer, from POST /v1/sessions',
      });
    }
    const person = (await deps.directory()).staff.get(account.id);
    request.actor = { id: account.id, posts: person?.active === true ? person.posts : [] };
  });
});

const KNOWN_MAX = 10_000;

/** Verifies a token once and remembers it until it ends: the signature costs more than everything else of a request. */
function createVerifier(secret: Uint8Array): (request: FastifyRequest) => Promise<string | null> {
  const known = new Map<string, { subject: string; end_s: number }>();
  return async ({ headers: { authorization } }) => {
    if (authorization?.startsWith('Bearer ') !== true) return null;
    const token = authorization.slice('Bearer '.length);
    const kept = known.get(token);
    if (kept !== undefined) return kept.end_s * 1000 > Date.now() ? kept.subject : null;
    try {
      const options = { audience: AUDIENCE, algorithms: ['HS256'], requiredClaims: ['sub', 'exp'] };
      const { payload } = await jwtVerify(token, secret, options);
      if (known.size >= KNOWN_MAX) known.clear();
      known.set(token, { subject: payload.sub!, end_s: payload.exp! });
      return payload.sub!;
    } catch {
      return null;
    }
  };
}
