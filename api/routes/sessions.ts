import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { NO_NUL, Strict } from '../../schemas/parts.ts';
import { problemsOf, SessionView } from '../../schemas/api/views.ts';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem.ts';

const Credentials = Strict({
  login: Type.String({ minLength: 1, maxLength: 80, pattern: NO_NUL }),
  password: Type.String({ minLength: 1, maxLength: 200 }),
});

/** Logging in, and who is logged in. */
export const sessions: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const personOf = async (id: string, name: string) => {
    const person = (await deps.directory()).staff.get(id);
    const posts = person?.active === true ? person.posts : [];
    return { id, name, posts };
  };

  app.post(
    '/sessions',
    {
      config: { open: true },
      schema: {
        ...{ operationId: 'logIn', tags: ['sessions'], summary: 'Log in', security: [] },
        ...{ body: Credentials, response: { 201: SessionView, ...problemsOf(400, 401, 413, 415) } },
      },
    },
    async (request, reply) => {
      const account = await deps.accounts.authenticate(request.body.login, request.body.password);
      if (account === null)
        throw new Problem({ status: 401, code: 'wrong_credentials', title: 'login or password is wrong' });
      const issued = await app.issueSession(account.id);
      return reply.code(201).send({ ...issued, person: await personOf(account.id, account.name) });
    },
  );

  app.get(
    '/sessions/current',
    {
      schema: {
        ...{ operationId: 'currentSession', tags: ['sessions'], summary: 'Who is logged in' },
        response: { 200: SessionView.properties.person, ...problemsOf(401) },
      },
    },
    async (request) => {
      const account = await deps.accounts.find(request.actor.id);
      return personOf(request.actor.id, account?.name ?? '');
    },
  );
};
