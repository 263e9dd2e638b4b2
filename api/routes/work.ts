import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { problemsOf, WorkPage } from '../../schemas/api/views.ts';
import { Cursor, LevelCode, Strict } from '../../schemas/parts.ts';
import type { ApiDeps } from '../deps.ts';

const optional = Type.Optional;
const Query = Type.Object(
  {
    queue: optional(LevelCode()),
    kind: optional(Type.String({ maxLength: 40 })),
    mine: optional(Type.Boolean({ description: 'only what is assigned to me or my body' })),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    cursor: optional(Cursor()),
  },
  { additionalProperties: false },
);

const Notice = Type.Object({
  ...{ id: Type.Integer(), kind: Type.String(), caseId: Type.String(), notBefore: Type.Integer() },
  status: Type.String(),
});

/** What waits for this person, most urgent first, and what she was told. */
export const work: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { reads, records, clock = Date.now }) => {
  app.get(
    '/work',
    {
      schema: {
        ...{
          operationId: 'myWork',
          tags: ['work'],
          summary: 'What waits for me: red first, then what is due',
        },
        ...{ querystring: Query, response: { 200: WorkPage, ...problemsOf(400, 401) } },
      },
    },
    (request) => reads(request.actor, (mine) => mine.work(request.query)) as never,
  );

  app.get(
    '/notices',
    {
      schema: {
        ...{ operationId: 'myNotices', tags: ['work'], summary: 'What I was told, newest first' },
        querystring: Type.Object(
          { limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ items: Type.Array(Notice) }), ...problemsOf(400, 401) },
      },
    },
    async ({ actor, query: { limit } }) => ({
      items: await reads(actor, (mine) => mine.notices(clock(), limit)),
    }),
  );

  app.post(
    '/notices/read',
    {
      schema: {
        ...{ operationId: 'readNotices', tags: ['work'], summary: 'I have read them, up to this one' },
        body: Strict({ upTo: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }) }),
        response: { 200: Type.Object({ read: Type.Integer() }), ...problemsOf(400, 401, 413, 415) },
      },
    },
    async (request) => ({ read: await records.markNoticesRead(request.actor.id, request.body.upTo) }),
  );
};
