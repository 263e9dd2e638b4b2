import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { PASSWORD_MAX, PASSWORD_MIN, PasswordBody } from '../../schemas/api/identity.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { audited } from '../audited.ts';
import type { ApiDeps } from '../deps.ts';
import { unlessBusy } from '../passwords-busy.ts';
import { Problem } from '../problem.ts';
import { sessionNeeded } from './sessions.ts';

/** What everybody may do with the account that is her own. */
export const account: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  app.post(
    '/account/password',
    {
      config: { beforePasswordChange: true },
      schema: {
        ...{ operationId: 'changePassword', tags: ['sessions'], summary: 'Change my password' },
        description: 'My other sessions end. Wrong old passwords count as wrong logins do.',
        ...{
          body: PasswordBody,
          response: { 204: Type.Null(), ...problemsOf(400, 401, 403, 413, 415, 422, 503) },
        },
      },
    },
    async (request, reply) => {
      const { accountId, sessionId } = request.identity;
      if (sessionId === null) throw sessionNeeded();
      await audited(deps, request, { kind: 'change', fields: ['password'] });
      const outcome = await unlessBusy(
        deps.accounts.changePassword(accountId, { ...request.body, sessionId }),
      );
      switch (outcome) {
        case 'changed':
          return reply.code(204).send(null);
        case 'none':
          throw sessionNeeded();
        case 'wrong':
          // Not 401: the session goes on.
          throw new Problem({
            ...{ status: 403, code: 'wrong_credentials', title: 'the old password is wrong' },
            ...{ field: 'oldPassword', expected: 'the password you logged in with' },
          });
        case 'same':
          throw refused('this is the old password');
        case 'guessable':
          throw refused('this password is among those that are tried first');
      }
    },
  );
};

const refused = (title: string): Problem =>
  new Problem({
    ...{ status: 422, code: 'password_refused', title, field: 'newPassword' },
    expected: `${PASSWORD_MIN} to ${PASSWORD_MAX} characters, neither common nor your login`,
  });
