import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { SAVED_FILTERS_MAX, type NotKept, type SavedFilter } from '../../ports/saved-filters.ts';
import { SavedFilterBody, SavedFilterPage, SavedFilterView } from '../../schemas/api/search.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { Id } from '../../schemas/parts.ts';
import type { ApiDeps } from '../deps.ts';
import { notFound, Problem } from '../problem.ts';
import { assertSearchable } from '../search.ts';

const tags = ['disputes'];
const params = Type.Object({ id: Id() });

/** Filters a person keeps for herself, at most 50. */
export const savedFilters: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { savedFilters: kept, clock = Date.now } = deps;

  app.get(
    '/saved-filters',
    {
      schema: {
        ...{ operationId: 'listSavedFilters', tags, summary: 'My filters, by name' },
        response: { 200: SavedFilterPage, ...problemsOf(401) },
      },
    },
    async ({ actor }) => ({ items: await kept.list(actor.id) }),
  );

  app.post(
    '/saved-filters',
    {
      schema: {
        ...{ operationId: 'addSavedFilter', tags, summary: 'Keep a filter under a name' },
        body: SavedFilterBody,
        response: { 201: SavedFilterView, ...problemsOf(400, 401, 409, 413, 415) },
      },
    },
    async ({ actor, body }, reply) => {
      assertSearchable(body.filter, 'invalid_body');
      const added = found(await kept.add(actor.id, body, clock()));
      void reply.code(201).header('location', `/v1/saved-filters/${added.id}`);
      return added;
    },
  );

  app.put(
    '/saved-filters/:id',
    {
      schema: {
        ...{ operationId: 'setSavedFilter', tags, summary: 'Another name or filter in its place' },
        ...{ params, body: SavedFilterBody },
        response: { 200: SavedFilterView, ...problemsOf(400, 401, 404, 409, 413, 415) },
      },
    },
    async ({ actor, body, params: { id } }) => {
      assertSearchable(body.filter, 'invalid_body');
      return found(await kept.replace(actor.id, id, body, clock()));
    },
  );

  app.delete(
    '/saved-filters/:id',
    {
      schema: {
        ...{ operationId: 'removeSavedFilter', tags, summary: 'Forget a filter' },
        ...{ params, response: { 204: Type.Null(), ...problemsOf(400, 401, 404) } },
      },
    },
    async ({ actor, params: { id } }, reply) => {
      if (!(await kept.remove(actor.id, id))) throw notFound('no such filter of yours');
      return reply.code(204).send(null);
    },
  );
};

/** Throws a problem for what was not kept. */
function found(answer: SavedFilter | NotKept): SavedFilter {
  switch (answer) {
    case 'none':
      throw notFound('no such filter of yours');
    case 'full':
      throw new Problem({
        ...{ status: 409, code: 'limit_exceeded', title: `there are ${SAVED_FILTERS_MAX} filters already` },
        expected: 'forget one first',
      });
    case 'name-taken':
      throw new Problem({
        ...{ status: 409, code: 'already_exists', title: 'one of your filters has this name', field: 'name' },
        expected: 'another name',
      });
    default:
      return answer;
  }
}
