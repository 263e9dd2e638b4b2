import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { checkCalendar, checkPolicy } from '../../schemas/policy.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { Id, OneOf, Strict, Text } from '../../schemas/parts.ts';
import type { ApiDeps } from '../deps.ts';
import { notFound, Problem, type Fault } from '../problem.ts';

/** Rules are checked by the same code the engine trusts, so the contract shows them as an object and names faults itself. */
const AnyDocument = Type.Object({}, { additionalProperties: true });
const Created = Type.Object({ version: Type.String() });

const Letter = Type.Object({
  ...{ id: Type.Integer(), group: Type.String(), topic: Type.String(), partition: Type.Integer() },
  ...{ offset: Type.String(), key: Type.String(), eventId: Type.Union([Type.String(), Type.Null()]) },
  ...{ code: Type.String(), message: Type.String(), status: Type.String() },
  ...{ reason: Type.Union([Type.String(), Type.Null()]), createdAt: Type.Integer() },
});

/** Policies, calendars and dead letters: configuration, no case content. */
export const administration: FastifyPluginAsyncTypebox<ApiDeps> = async (
  app,
  { rulesStore, deadLetters, reads },
) => {
  app.addHook('preHandler', async ({ actor }: FastifyRequest) => {
    if (actor.posts.some(({ role }) => role === 'administrator')) return;
    throw new Problem({
      status: 403,
      code: 'not_permitted',
      title: 'administrators only',
      expected: 'administrator',
    });
  });

  app.get(
    '/policies',
    {
      schema: {
        ...{
          operationId: 'listPolicies',
          tags: ['administration'],
          summary: 'Policy versions, and which is in force',
        },
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({ version: Type.String(), active: Type.Boolean(), createdAt: Type.Integer() }),
            ),
          }),
          ...problemsOf(401, 403),
        },
      },
    },
    async () => ({ items: await rulesStore.policies() }),
  );

  app.post(
    '/policies',
    {
      schema: {
        ...{
          operationId: 'addPolicy',
          tags: ['administration'],
          summary: 'Load a policy version (not yet in force)',
        },
        ...{
          body: AnyDocument,
          response: { 201: Created, ...problemsOf(400, 401, 403, 409, 413, 415, 422) },
        },
      },
    },
    async (request, reply) => {
      const checked = checkPolicy(request.body);
      if (!checked.ok) throw faulty('the policy contradicts itself or is incomplete', checked.faults);
      if (!(await rulesStore.addPolicy(checked.policy))) throw exists();
      return reply.code(201).send({ version: checked.policy.version });
    },
  );

  app.post(
    '/policies/:version/activate',
    {
      schema: {
        ...{
          operationId: 'activatePolicy',
          tags: ['administration'],
          summary: 'New cases start with this version',
        },
        ...{
          params: Type.Object({ version: Id() }),
          response: { 200: Created, ...problemsOf(400, 401, 403, 404) },
        },
      },
    },
    async ({ params: { version } }) => {
      if (!(await rulesStore.activate(version))) throw notFound('no such policy version');
      return { version };
    },
  );

  app.post(
    '/calendars',
    {
      schema: {
        ...{ operationId: 'addCalendar', tags: ['administration'], summary: 'Load the working-day calendar' },
        description: 'Deadlines of open cases change when `npm run recompute` has run.',
        ...{
          body: AnyDocument,
          response: { 201: Created, ...problemsOf(400, 401, 403, 409, 413, 415, 422) },
        },
      },
    },
    async (request, reply) => {
      const checked = checkCalendar(request.body);
      if (!checked.ok) throw faulty('the calendar has a gap or a fault', checked.faults);
      if (!(await rulesStore.addCalendar(checked.calendar))) throw exists();
      return reply.code(201).send({ version: checked.calendar.version });
    },
  );

  app.get(
    '/dead-letters',
    {
      schema: {
        ...{
          operationId: 'listDeadLetters',
          tags: ['administration'],
          summary: 'Messages that could not be handled',
        },
        querystring: Type.Object(
          {
            status: Type.Unsafe<string>({ ...OneOf(['open', 'replayed', 'discarded']), default: 'open' }),
            limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ items: Type.Array(Letter) }), ...problemsOf(400, 401, 403) },
      },
    },
    async ({ query: { status, limit } }) => ({ items: await reads.deadLetters(status, limit) }),
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
    async ({ body: { group, key } }) => {
      const result = await deadLetters.replay(group, key);
      if (result === null) throw notFound('no such consumer group');
      return result;
    },
  );

  app.post(
    '/dead-letters/:id/discard',
    {
      schema: {
        ...{
          operationId: 'discardDeadLetter',
          tags: ['administration'],
          summary: 'Give up on one, with a reason',
        },
        ...{
          params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
          body: Strict({ reason: Text() }),
        },
        response: { 204: Type.Null(), ...problemsOf(400, 401, 403, 404, 413, 415) },
      },
    },
    async ({ params: { id }, body: { reason } }, reply) => {
      if (!(await deadLetters.discard(id, reason))) throw notFound('no such open dead letter');
      return reply.code(204).send(null);
    },
  );
};

function faulty(title: string, faults: Fault[]): Problem {
  const [first] = faults;
  return new Problem({
    ...{ status: 422, code: 'invalid_field', title, faults: faults.slice(0, 50) },
    ...(first && { field: first.field }),
    ...(first?.expected !== undefined && { expected: first.expected }),
  });
}

const exists = (): Problem =>
  new Problem({
    ...{ status: 409, code: 'already_exists', title: 'this version exists already' },
    ...{ field: 'version', expected: 'a new version' },
  });
