import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { KeyMade, KeyPage, KeyQuery, NewKeyBody, RotateBody } from '../../schemas/api/identity.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { Id } from '../../schemas/parts.ts';
import type { ApiDeps } from '../deps.ts';
import { accountsOf, mayAdminister } from '../jurisdiction.ts';
import { notFound, Problem } from '../problem.ts';
import { administering } from './administration/support.ts';

const HOUR_MS = 3_600_000;
const params = Type.Object({ id: Id() });
const tags = ['administration'];

/** Keys of other systems, for administrators. A key acts as its service account, with that account's posts. */
export const apiKeys: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  /** The key that is meant, of an account of the regions of the administrator. What is about to be done is written down. */
  const keyOf = async (
    request: FastifyRequest<{ Params: { id: string } }>,
    operation: string,
  ): Promise<string> => {
    const { id } = request.params;
    const accountId = await deps.apiKeys.ownerOf(id);
    if (accountId === null) throw notFound('no such valid key');
    await mayAdminister(deps, request.actor, accountId);
    await administering(deps, request, operation, { accountId, keyId: id });
    return id;
  };

  app.post(
    '/api-keys',
    {
      schema: {
        ...{ operationId: 'addApiKey', tags, summary: 'Make a key for a service account' },
        description: 'It is shown here once, and goes into Authorization: Bearer fq_… of each request.',
        ...{ body: NewKeyBody, response: { 201: KeyMade, ...problemsOf(400, 401, 403, 409, 413, 415, 422) } },
      },
    },
    async (request, reply) => {
      const { expiresAt = null, ...body } = request.body;
      if (expiresAt !== null && expiresAt <= (deps.clock ?? Date.now)()) {
        throw new Problem({
          ...{ status: 422, code: 'invalid_field', title: 'a key that has expired is of no use' },
          ...{ field: 'expiresAt', expected: 'a moment to come' },
        });
      }
      const { accountId, scopes } = body;
      await mayAdminister(deps, request.actor, accountId);
      await administering(deps, request, 'addApiKey', { accountId, scopes: scopes.join(' ') });
      const made = await deps.apiKeys.create({ ...body, expiresAt, createdBy: request.actor.id });
      switch (made.outcome) {
        case 'created':
          reply.code(201);
          return { key: made.key, ...made.line };
        case 'none':
          throw new Problem({
            ...{ status: 422, code: 'unknown_reference', title: 'no such open service account' },
            ...{ field: 'accountId', expected: 'an account of the kind service' },
          });
        case 'full':
          throw new Problem({
            ...{
              status: 409,
              code: 'limit_exceeded',
              title: 'this account has as many valid keys as it may',
            },
            expected: 'revoke one first',
          });
      }
    },
  );

  app.get(
    '/api-keys',
    {
      schema: {
        ...{
          operationId: 'listApiKeys',
          tags,
          summary: 'Keys, also those that have ended; never their secrets',
        },
        ...{ querystring: KeyQuery, response: { 200: KeyPage, ...problemsOf(400, 401, 403) } },
      },
    },
    async ({ actor, query }) => deps.apiKeys.list({ ...query, among: await accountsOf(deps, actor) }),
  );

  app.post(
    '/api-keys/:id/rotate',
    {
      schema: {
        ...{
          operationId: 'rotateApiKey',
          tags,
          summary: 'A new secret; the old one stays valid for a while',
        },
        ...{ params, body: RotateBody },
        response: { 200: KeyMade, ...problemsOf(400, 401, 403, 404, 413, 415) },
      },
    },
    async (request) => {
      const id = await keyOf(request, 'rotateApiKey');
      const hours = request.body.overlapHours ?? 0;
      const rotated = await deps.apiKeys.rotate(id, hours * HOUR_MS);
      if (rotated === null) throw notFound('no such valid key');
      return { key: rotated.key, ...rotated.line };
    },
  );

  app.delete(
    '/api-keys/:id',
    {
      schema: {
        ...{ operationId: 'revokeApiKey', tags, summary: 'End a key, both its secrets, for good' },
        ...{ params, response: { 204: Type.Null(), ...problemsOf(400, 401, 403, 404) } },
      },
    },
    async (request, reply) => {
      const id = await keyOf(request, 'revokeApiKey');
      if (!(await deps.apiKeys.revoke(id))) throw notFound('no such valid key');
      return reply.code(204).send(null);
    },
  );
};
