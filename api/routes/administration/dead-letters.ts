import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { page } from '../../../schemas/api/directory.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Cursor, Id, OneOf, Strict, Text } from '../../../schemas/parts.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { notFound } from '../../problem.ts';
import { masked } from '../../views/masked.ts';

const optional = Type.Optional;
const LetterId = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) });

const Letter = Type.Object({
  ...{ id: Type.Integer(), group: Type.String(), topic: Type.String(), partition: Type.Integer() },
  ...{ offset: Type.String(), key: Type.String(), eventId: Type.Union([Type.String(), Type.Null()]) },
  ...{ code: Type.String(), message: Type.String(), status: Type.String() },
  ...{ reason: Type.Union([Type.String(), Type.Null()]), createdAt: Type.Integer() },
});
const LetterDetail = Type.Object({
  ...Letter.properties,
  ahead: Type.Integer({ description: 'open letters of the same group and key that come before it' }),
  message: Type.String(),
  payload: Type.Object({
    bytes: Type.Integer(),
    content: Type.Unknown({
      description: 'field names, and kinds and lengths in place of values; null: no JSON',
    }),
  }),
});

const Query = Type.Object(
  {
    status: Type.Unsafe<string>({ ...OneOf(['open', 'replayed', 'discarded']), default: 'open' }),
    group: optional(Id()),
    key: optional(Type.String({ minLength: 1, maxLength: 300 })),
    code: optional(Id()),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    cursor: optional(Cursor()),
  },
  { additionalProperties: false },
);

/** Messages that could not be handled: looked at without their content, replayed in order, discarded with a reason. */
export const deadLetterRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { deadLetters } = deps;

  app.get(
    '/dead-letters',
    {
      schema: {
        ...{
          operationId: 'listDeadLetters',
          tags: ['administration'],
          summary: 'Messages that could not be handled, in the order they were set aside',
        },
        ...{ querystring: Query, response: { 200: page(Letter), ...problemsOf(400, 401, 403) } },
      },
    },
    ({ query }) => deadLetters.list(query),
  );

  app.get(
    '/dead-letters/:id(^\\d+)',
    {
      schema: {
        ...{
          operationId: 'readDeadLetter',
          tags: ['administration'],
          summary: 'One of them, with the structure of what it says',
        },
        ...{ params: LetterId, response: { 200: LetterDetail, ...problemsOf(400, 401, 403, 404) } },
      },
    },
    async (request) => {
      const found = await deadLetters.one(request.params.id);
      if (found === null) throw notFound('no such dead letter');
      const { payload, ...letter } = found;
      await audited(deps, request, {
        ...{ kind: 'administration', fields: ['readDeadLetter'], detail: { id: letter.id } },
      });
      return { ...letter, payload: masked(payload) };
    },
  );

  app.post(
    '/dead-letters/replay',
    {
      schema: {
        ...{ operationId: 'replayDeadLetters', tags: ['administration'], summary: 'Try again, in order' },
        body: Strict({ group: Id(), key: Type.Optional(Id()) }),
        response: {
          200: Type.Object({ replayed: Type.Integer(), failed: Type.Integer() }),
          ...problemsOf(400, 401, 403, 404, 413, 415),
        },
      },
    },
    async (request) => {
      const { group, key } = request.body;
      await audited(deps, request, {
        ...{ kind: 'administration', fields: ['replayDeadLetters'], detail: { group, key: key ?? null } },
      });
      const result = await deadLetters.replay(group, key);
      if (result === null) throw notFound('no such consumer group');
      return result;
    },
  );

  app.post(
    '/dead-letters/:id(^\\d+)/discard',
    {
      schema: {
        ...{
          operationId: 'discardDeadLetter',
          tags: ['administration'],
          summary: 'Give up on one, with a reason',
        },
        ...{
          params: LetterId,
          body: Strict({ reason: Text() }),
        },
        response: { 204: Type.Null(), ...problemsOf(400, 401, 403, 404, 413, 415) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { reason } = request.body;
      // The reason stands with the letter: somebody may name a person in it.
      await audited(deps, request, {
        ...{ kind: 'administration', fields: ['discardDeadLetter'], detail: { id } },
      });
      if (!(await deadLetters.discard(id, reason))) throw notFound('no such open dead letter');
      return reply.code(204).send(null);
    },
  );
};
