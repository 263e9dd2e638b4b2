import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { postsAt } from '../../domain/posts.ts';
import type { Actor, Post } from '../../domain/roles.ts';
import { isTracked } from '../../domain/tracking.ts';
import { IssuerUnreachableError } from '../../ports/issuer.ts';
import { TRACK_TOKEN, type Holder } from '../../ports/tracking.ts';
import type { KeyScope } from '../../schemas/api/identity.ts';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem.ts';
import { scopeNeeded } from '../scopes.ts';
import { isOpenToCodes } from '../tracked.ts';
import { createCsrfTokens, CSRF_HEADER, SESSION_COOKIE, type CsrfTokens } from './cookies.ts';
import { watchOpenRequests } from './open-requests.ts';
import { createAccessTokens, type AccessTokens } from './tokens.ts';

/** How somebody proves who she is. */
export interface Identity {
  via: 'session' | 'cookie' | 'key' | 'issuer';
  accountId: string;
  name: string;
  /** Null for keys and for tokens of an issuer, which end elsewhere. */
  sessionId: string | null;
  keyId: string | null;
  /** Null: whatever her posts allow. */
  scopes: readonly KeyScope[] | null;
  mustChangePassword: boolean;
  /** As an issuer says; null: as the staff table says. */
  posts: Post[] | null;
  /** Whoever came with a tracking code, for one case alone. */
  holder?: Holder;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever asks, with the posts of this moment. Only on routes that need a session. */
    actor: Actor;
    identity: Identity;
  }
  interface FastifyInstance {
    accessTokens: AccessTokens;
    csrfTokens: CsrfTokens;
  }
  interface FastifyContextConfig {
    /** No session is asked for. */
    open?: boolean;
    /** Allowed too while a password that somebody else gave has not been changed. */
    beforePasswordChange?: boolean;
  }
}

type SessionDeps = Pick<
  ApiDeps,
  'accounts' | 'sessions' | 'apiKeys' | 'issuer' | 'tracking' | 'directory' | 'sessionSecret' | 'clock'
>;

/**
 * Who asks: a session of this system (a token or cookies), a key of another system, or a token of an identity provider.
 * None of them says what its owner may do: posts are looked up at every request, so that one that ended yesterday ends
 * the right today, and a session, key or account that was ended is refused within five seconds everywhere.
 */
export const session = fp(async (app: FastifyInstance, deps: SessionDeps) => {
  await app.register(cookie);
  const clock = deps.clock ?? Date.now;
  const accessTokens = createAccessTokens(deps.sessionSecret);
  const csrfTokens = createCsrfTokens(deps.sessionSecret);
  app.decorate('accessTokens', accessTokens);
  app.decorate('csrfTokens', csrfTokens);
  app.decorateRequest('actor', null as unknown as Actor);
  app.decorateRequest('identity', null as unknown as Identity);

  const bySession = async (token: string, via: 'session' | 'cookie'): Promise<Identity | null> => {
    const id = await accessTokens.sessionOf(token);
    const found = id === null ? null : await deps.sessions.find(id);
    // A token that a browser keeps from scripts is of no use to whoever got hold of it by a script.
    if (found === null || (found.kind === 'cookie') !== (via === 'cookie')) return null;
    const { accountId, name, mustChangePassword } = found;
    return { ...NOTHING, via, accountId, name, mustChangePassword, sessionId: found.id };
  };

  const byKey = async (key: string): Promise<Identity | null> => {
    const found = await deps.apiKeys.find(key);
    if (found === null) return null;
    const { accountId, name, keyId, scopes } = found;
    return { ...NOTHING, via: 'key', accountId, name, keyId, scopes };
  };

  const byIssuer = async (token: string): Promise<Identity | null> => {
    const found = await deps.issuer!.verify(token);
    if (found === null || (await deps.accounts.isClosed(found.id))) return null;
    return { ...NOTHING, via: 'issuer', accountId: found.id, name: found.name, posts: found.posts };
  };

  const byCode = async (token: string): Promise<Identity | null> => {
    const holder = await deps.tracking.find(token);
    if (holder === null) return null;
    return { ...NOTHING, via: 'session', accountId: holder.principal, name: '', posts: [], holder };
  };

  const prove = async (request: FastifyRequest): Promise<Identity | null> => {
    const bearer = bearerOf(request);
    if (bearer === null) {
      const token = request.cookies[SESSION_COOKIE];
      return token === undefined ? null : bySession(token, 'cookie');
    }
    if (bearer.startsWith('fq_')) return byKey(bearer);
    if (bearer.startsWith(TRACK_TOKEN)) return byCode(bearer);
    if (deps.issuer?.claims(bearer) === true) return byIssuer(bearer);
    return bySession(bearer, 'session');
  };

  // Whatever an account or an issuer calls itself, the name of a code's holder comes with the code alone.
  const identify = async (request: FastifyRequest): Promise<Identity | null> => {
    const found = await prove(request);
    return found !== null && found.holder === undefined && isTracked(found.accountId) ? null : found;
  };

  const look = (request: FastifyRequest): Promise<Identity | null> =>
    identify(request).catch((error: unknown) => {
      throw error instanceof IssuerUnreachableError ? issuerAway() : error;
    });

  const actorNow = async ({ accountId: id, posts }: Identity): Promise<Actor> => ({
    ...{ id, posts: posts ?? postsAt((await deps.directory()).staff.get(id), clock()) },
  });

  app.addHook('onRequest', async (request) => {
    const { config } = request.routeOptions;
    // A path that does not exist is told apart from one that needs a session by the handler for unknown paths.
    if (request.is404) return;
    if (config.open === true) return app.limits.address(request);
    const identity = await look(request);
    if (identity === null) {
      await app.limits.address(request);
      throw unauthenticated();
    }
    request.identity = identity;
    await app.limits.identity(request);
    refuse(request, identity, csrfTokens);
    request.actor = await actorNow(identity);
  });

  // An access token is renewed while the connection stays: what counts is its session. Posts end meanwhile too.
  watchOpenRequests(app, async (request) => {
    const { sessionId } = request.identity;
    if ((sessionId === null ? await identify(request) : await deps.sessions.find(sessionId)) === null)
      return false;
    request.actor = await actorNow(request.identity);
    return true;
  });
});

const NOTHING = { sessionId: null, keyId: null, scopes: null, mustChangePassword: false, posts: null };

function bearerOf({ headers: { authorization } }: FastifyRequest): string | null {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
  return token ?? null;
}

/** What this person may not ask for by these means, whatever her posts are. */
function refuse(request: FastifyRequest, identity: Identity, csrfTokens: CsrfTokens): void {
  const { config, url = '' } = request.routeOptions;
  if (identity.via === 'cookie' && !csrfTokens.allows(request, identity.sessionId!)) throw csrfWrong();
  if (identity.mustChangePassword && config.beforePasswordChange !== true) {
    throw new Problem({
      ...{ status: 403, code: 'password_change_required', title: 'change the password you were given first' },
      expected: 'POST /v1/account/password',
    });
  }
  if (identity.holder !== undefined && !isOpenToCodes(url)) throw notByCode();
  if (identity.scopes === null) return;
  const needed = scopeNeeded(request.method, url);
  if (needed === 'any' || (needed !== null && identity.scopes.includes(needed))) return;
  throw new Problem({
    ...{ status: 403, code: 'scope_missing', title: 'this key may not do that' },
    expected: needed ?? 'a session of a person',
  });
}

const unauthenticated = (): Problem =>
  new Problem({
    ...{ status: 401, code: 'unauthenticated', title: 'log in first' },
    expected: 'Authorization: Bearer, from POST /v1/sessions',
  });

export const csrfWrong = (): Problem =>
  new Problem({
    ...{ status: 403, code: 'csrf_token_wrong', title: 'a changing call with cookies needs its CSRF token' },
    ...{ field: CSRF_HEADER, expected: 'csrfToken, from the login or GET /v1/sessions/current' },
  });

const notByCode = (): Problem =>
  new Problem({
    ...{ status: 403, code: 'forbidden', title: 'a tracking code opens one case and nothing else' },
    expected: 'GET /v1/track',
  });

const issuerAway = (): Problem =>
  new Problem({
    ...{ status: 503, code: 'unavailable', title: 'the identity provider does not answer just now' },
    retryAfter_s: 5,
  });
