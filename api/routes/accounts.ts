import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  AccountPage,
  AccountQuery,
  AccountView,
  Ended,
  NewAccountBody,
  OneTime,
} from '../../schemas/api/identity.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { Id } from '../../schemas/parts.ts';
import type { ApiDeps } from '../deps.ts';
import { unlessBusy } from '../passwords-busy.ts';
import { notFound, Problem } from '../problem.ts';
import { administering } from './administration/support.ts';
import { accountsOf, mayAdminister } from '../jurisdiction.ts';

const params = Type.Object({ id: Id() });
const tags = ['administration'];

/** Accounts of others, for administrators. What somebody may do once she is in follows from her posts, not from here. */
export const accounts: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { accountDesk, sessions } = deps;
  const one = async (id: string) => {
    const found = await accountDesk.one(id);
    if (found === null) throw notFound('no such account');
    return found;
  };

  /**
   * The account that is meant: of the regions of the administrator, and not her own. Nobody closes the account she acts
   * with, and a stolen session does not give itself a new password. What is about to be done is written down.
   */
  const another = async (
    request: FastifyRequest<{ Params: { id: string } }>,
    operation: string,
  ): Promise<string> => {
    const { id } = request.params;
    if (id === request.actor.id) {
      throw new Problem({
        ...{ status: 409, code: 'not_oneself', title: 'this is your own account', field: 'id' },
        expected: 'another administrator, or POST /v1/account/password',
      });
    }
    await mayAdminister(deps, request.actor, id);
    await administering(deps, request, operation, { accountId: id });
    return id;
  };

  app.post(
    '/accounts',
    {
      schema: {
        ...{ operationId: 'addAccount', tags, summary: 'Make an account' },
        description:
          'A person is given a one-time password, good for 72 hours, which is shown here once and must be changed at first login. Another system (service) is given keys at POST /v1/api-keys.',
        ...{
          body: NewAccountBody,
          response: { 201: OneTime, ...problemsOf(400, 401, 403, 409, 413, 415, 503) },
        },
      },
    },
    async (request, reply) => {
      const { id, login = id, kind = 'person', name } = request.body;
      await mayAdminister(deps, request.actor, id);
      await administering(deps, request, 'addAccount', { accountId: id, kind });
      const made = await unlessBusy(accountDesk.create({ id, login, kind, name }));
      if (made.outcome === 'exists') {
        throw new Problem({
          ...{ status: 409, code: 'already_exists', title: 'an account has this id or login already' },
          ...{ field: 'id', expected: 'a new id and a new login' },
        });
      }
      reply.code(201);
      return { account: await one(id), oneTimePassword: made.oneTimePassword };
    },
  );

  app.get(
    '/accounts',
    {
      schema: {
        ...{ operationId: 'listAccounts', tags, summary: 'Accounts, by id' },
        ...{ querystring: AccountQuery, response: { 200: AccountPage, ...problemsOf(400, 401, 403) } },
      },
    },
    async ({ actor, query }) => accountDesk.list({ ...query, among: await accountsOf(deps, actor) }),
  );

  app.get(
    '/accounts/:id',
    {
      schema: {
        ...{ operationId: 'getAccount', tags, summary: 'One account' },
        ...{ params, response: { 200: AccountView, ...problemsOf(400, 401, 403, 404) } },
      },
    },
    async ({ actor, params: { id } }) => {
      const { only, except } = await accountsOf(deps, actor);
      // As if it were not there: who has an account elsewhere is not hers to know.
      if (except.includes(id) || only?.includes(id) === false) throw notFound('no such account');
      return one(id);
    },
  );

  app.post(
    '/accounts/:id/close',
    {
      schema: {
        ...{ operationId: 'closeAccount', tags, summary: 'Close an account: its sessions and keys end' },
        ...{ params, response: { 200: AccountView, ...problemsOf(400, 401, 403, 404, 409) } },
      },
    },
    async (request) => {
      const id = await another(request, 'closeAccount');
      if (!(await accountDesk.close(id))) throw notFound('no such account');
      return one(id);
    },
  );

  app.post(
    '/accounts/:id/reopen',
    {
      schema: {
        ...{ operationId: 'reopenAccount', tags, summary: 'Open a closed account again' },
        ...{ params, response: { 200: AccountView, ...problemsOf(400, 401, 403, 404, 409) } },
      },
    },
    async (request) => {
      const id = await another(request, 'reopenAccount');
      if (!(await accountDesk.reopen(id))) throw notFound('no such account');
      return one(id);
    },
  );

  app.post(
    '/accounts/:id/unlock',
    {
      schema: {
        ...{ operationId: 'unlockAccount', tags, summary: 'Let somebody log in who is locked out' },
        ...{ params, response: { 200: AccountView, ...problemsOf(400, 401, 403, 404, 409) } },
      },
    },
    async (request) => {
      const id = await another(request, 'unlockAccount');
      if (!(await accountDesk.unlock(id))) throw notFound('no such account');
      return one(id);
    },
  );

  app.post(
    '/accounts/:id/reset-password',
    {
      schema: {
        ...{ operationId: 'resetPassword', tags, summary: 'Give a new one-time password: its sessions end' },
        ...{ params, response: { 200: OneTime, ...problemsOf(400, 401, 403, 404, 409, 503) } },
      },
    },
    async (request) => {
      const id = await another(request, 'resetPassword');
      const oneTimePassword = await unlessBusy(accountDesk.resetPassword(id));
      if (oneTimePassword === null) throw notFound('no such account of a person');
      return { account: await one(id), oneTimePassword };
    },
  );

  app.post(
    '/accounts/:id/end-sessions',
    {
      schema: {
        ...{ operationId: 'endSessions', tags, summary: 'End all sessions of an account' },
        ...{ params, response: { 200: Ended, ...problemsOf(400, 401, 403, 404, 409) } },
      },
    },
    async (request) => {
      const { id } = await one(await another(request, 'endSessions'));
      return { ended: await sessions.endAll(id, 'ended_by_administrator') };
    },
  );
};
