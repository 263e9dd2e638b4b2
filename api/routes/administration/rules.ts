import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { checkCalendar, checkPolicy } from '../../../schemas/policy.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Id } from '../../../schemas/parts.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { notFound, Problem, type Fault } from '../../problem.ts';

/** Rules are checked by the same code the engine trusts, so the contract shows them as an object and names faults itself. */
const AnyDocument = Type.Object({}, { additionalProperties: true });
const Created = Type.Object({ version: Type.String() });

/** Policies and calendars: never changed under a version that exists. */
export const rules: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { rulesStore } = deps;
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
      await audited(deps, request, {
        ...{ kind: 'administration', fields: ['addPolicy'], detail: { version: checked.policy.version } },
      });
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
    async (request) => {
      const { version } = request.params;
      await audited(deps, request, {
        ...{ kind: 'administration', fields: ['activatePolicy'], detail: { version } },
      });
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
      await audited(deps, request, {
        ...{ kind: 'administration', fields: ['addCalendar'], detail: { version: checked.calendar.version } },
      });
      if (!(await rulesStore.addCalendar(checked.calendar))) throw exists();
      return reply.code(201).send({ version: checked.calendar.version });
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
