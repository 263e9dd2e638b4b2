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
    const id = await subjectOf(request, secret);
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

async function subjectOf(request: FastifyRequest, secret: Uint8Array): Promise<string | null> {
  const { authorization } = request.headers;
  if (authorization?.startsWith('Bearer ') !== true) return null;
  try {
    const options = { audience: AUDIENCE, algorithms: ['HS256'] };
    const { payload } = await jwtVerify(authorization.slice('Bearer '.length), secret, options);
    return payload.sub ?? null;
  } catch {
    return null;
  }
}
