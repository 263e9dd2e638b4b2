import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { postsAt } from '../../domain/posts.ts';
import type { LiveSession } from '../../ports/sessions.ts';
import {
  CurrentView,
  Ended,
  LoginBody,
  PageQuery,
  RefreshBody,
  SessionPage,
  SessionView,
} from '../../schemas/api/identity.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { Id } from '../../schemas/parts.ts';
import { audited } from '../audited.ts';
import type { ApiDeps } from '../deps.ts';
import { unlessBusy } from '../passwords-busy.ts';
import { clearCookies, REFRESH_COOKIE, setCookies } from '../plugins/cookies.ts';
import { csrfWrong } from '../plugins/session.ts';
import { notFound, Problem } from '../problem.ts';

/** Logging in, going on, and ending it: one's own sessions. */
export const sessions: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  /** The answer to a login or a renewal. A session in cookies shows no token to whoever reads the answer. */
  const answer = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { session, refreshToken }: { session: LiveSession; refreshToken: string },
  ) => {
    const { token, expiresAt } = await app.accessTokens.issue(session);
    const person = (await deps.directory()).staff.get(session.accountId);
    const posts = postsAt(person, (deps.clock ?? Date.now)());
    const common = {
      ...{ expiresAt, sessionExpiresAt: session.expiresAt, mustChangePassword: session.mustChangePassword },
      person: { id: session.accountId, name: session.name, posts },
    };
    if (session.kind === 'bearer') return { ...common, token, refreshToken };
    setCookies(request, reply, { token, refreshToken, until: session.expiresAt });
    return { ...common, csrfToken: app.csrfTokens.of(session.id) };
  };

  app.post(
    '/sessions',
    {
      config: { open: true },
      preHandler: (request) => app.limits.login(request),
      schema: {
        ...{ operationId: 'logIn', tags: ['sessions'], summary: 'Log in', security: [] },
        description:
          'An account is locked for 15 minutes after 5 wrong passwords in a row; the answer is the same.',
        ...{ body: LoginBody, response: { 201: SessionView, ...problemsOf(400, 401, 413, 415, 429, 503) } },
      },
    },
    async (request, reply) => {
      const { login, password, mode = 'bearer' } = request.body;
      const proven = await unlessBusy(deps.accounts.authenticate(login, password));
      if (proven.outcome === 'wrong') {
        const actorId = proven.accountId ?? NOBODY;
        await audited(deps, request, { kind: 'login-refused', actorId, fields: ['password'] });
        throw wrongCredentials();
      }
      const actorId = proven.account.id;
      await audited(deps, request, { kind: 'login', actorId, fields: [mode] });
      const begun = await deps.sessions.begin(actorId, { kind: mode, hours: deps.sessionHours });
      // Closed in this very moment.
      if (begun === null) throw wrongCredentials();
      reply.code(201);
      return answer(request, reply, begun);
    },
  );

  app.post(
    '/sessions/refresh',
    {
      config: { open: true },
      schema: {
        ...{ operationId: 'renewSession', tags: ['sessions'], summary: 'A new access token', security: [] },
        description:
          'Each refresh token is good once; one that comes twice ends its session. A session in cookies sends {} and x-csrf-token.',
        ...{ body: RefreshBody, response: { 200: SessionView, ...problemsOf(400, 401, 403, 413, 415, 429) } },
      },
    },
    async (request, reply) => {
      const given = request.body.refreshToken;
      const token = given ?? request.cookies[REFRESH_COOKIE];
      if (token === undefined) throw sessionOver();
      const [sessionId = ''] = token.split('.');
      if (given === undefined && !app.csrfTokens.allows(request, sessionId)) throw csrfWrong();
      const renewed = await deps.sessions.renew(token, given === undefined ? 'cookie' : 'bearer');
      if (renewed === null) {
        if (given === undefined) clearCookies(reply);
        throw sessionOver();
      }
      return answer(request, reply, renewed);
    },
  );

  app.get(
    '/sessions/current',
    {
      config: { beforePasswordChange: true },
      schema: {
        ...{ operationId: 'currentSession', tags: ['sessions'], summary: 'Who is logged in' },
        response: { 200: CurrentView, ...problemsOf(401) },
      },
    },
    async ({ identity, actor }) => ({
      ...{ id: identity.accountId, name: identity.name, posts: actor.posts, via: identity.via },
      ...{ mustChangePassword: identity.mustChangePassword, scopes: identity.scopes && [...identity.scopes] },
      ...(identity.via === 'cookie' && { csrfToken: app.csrfTokens.of(identity.sessionId!) }),
    }),
  );

  app.delete(
    '/sessions/current',
    {
      config: { beforePasswordChange: true },
      schema: {
        ...{ operationId: 'logOut', tags: ['sessions'], summary: 'Log out' },
        response: { 204: Type.Null(), ...problemsOf(401, 403) },
      },
    },
    async (request, reply) => {
      const { sessionId, accountId, via } = request.identity;
      if (sessionId === null) throw sessionNeeded();
      await audited(deps, request, { kind: 'logout', fields: ['one'] });
      await deps.sessions.end(accountId, sessionId, 'logged_out');
      if (via === 'cookie') clearCookies(reply);
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/sessions',
    {
      schema: {
        ...{ operationId: 'mySessions', tags: ['sessions'], summary: 'Where I am logged in, newest first' },
        ...{ querystring: PageQuery, response: { 200: SessionPage, ...problemsOf(400, 401, 403) } },
      },
    },
    async ({ identity, query: { limit, cursor } }) => {
      const { items, nextCursor } = await deps.sessions.list(identity.accountId, limit, cursor);
      return { items: items.map((one) => ({ ...one, current: one.id === identity.sessionId })), nextCursor };
    },
  );

  app.delete(
    '/sessions/:id',
    {
      schema: {
        ...{ operationId: 'endMySession', tags: ['sessions'], summary: 'End one of my sessions' },
        ...{
          params: Type.Object({ id: Id() }),
          response: { 204: Type.Null(), ...problemsOf(400, 401, 403, 404) },
        },
      },
    },
    async (request, reply) => {
      const { identity, params } = request;
      await audited(deps, request, { kind: 'logout', fields: ['another'] });
      if (!(await deps.sessions.end(identity.accountId, params.id, 'ended_by_owner')))
        throw notFound('no such session of yours');
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/sessions/end-others',
    {
      schema: {
        ...{
          operationId: 'endMyOtherSessions',
          tags: ['sessions'],
          summary: 'End all my sessions but this one',
        },
        response: { 200: Ended, ...problemsOf(401, 403) },
      },
    },
    async (request) => {
      const { accountId, sessionId } = request.identity;
      if (sessionId === null) throw sessionNeeded();
      await audited(deps, request, { kind: 'logout', fields: ['all-others'] });
      return { ended: await deps.sessions.endAll(accountId, 'ended_by_owner', sessionId) };
    },
  );
};

/** In the audit log, where a login names no account. */
const NOBODY = 'nobody';

const wrongCredentials = (): Problem =>
  new Problem({ status: 401, code: 'wrong_credentials', title: 'login or password is wrong' });

const sessionOver = (): Problem =>
  new Problem({
    status: 401,
    code: 'unauthenticated',
    title: 'the session is over',
    expected: 'POST /v1/sessions',
  });

export const sessionNeeded = (): Problem =>
  new Problem({
    ...{ status: 403, code: 'session_needed', title: 'only for sessions that began here' },
    expected: 'a session from POST /v1/sessions',
  });
