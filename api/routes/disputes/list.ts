import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Actor } from '../../../domain/roles.ts';
import { scopeOf } from '../../../domain/scope.ts';
import type { DisputeFilter } from '../../../ports/reads.ts';
import { ListQuery, SearchBody } from '../../../schemas/api/search.ts';
import { DisputePage, problemsOf } from '../../../schemas/api/views.ts';
import type { ApiDeps } from '../../deps.ts';
import { assertMayFindParty, assertSearchable, splitLists } from '../../search.ts';
import { shownLine } from '../../views/dispute-line.ts';

const tags = ['disputes'];

/** Disputes of this person's regions and those she is a member of. */
export const list: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const pageOf = async (actor: Actor, filter: DisputeFilter) => {
    const scope = scopeOf(actor);
    const page = await deps.reads(actor, (mine) => mine.disputes(filter));
    return { ...page, items: page.items.map((line) => shownLine(line, scope)) };
  };

  app.get(
    '/disputes',
    {
      preValidation: splitLists,
      schema: {
        ...{ operationId: 'listDisputes', tags, summary: 'Disputes this person may see' },
        description:
          'By words, grade or place: only what she sees as staff. Several values as a,b or repeated.',
        ...{ querystring: ListQuery, response: { 200: DisputePage, ...problemsOf(400, 401, 422) } },
      },
    },
    async ({ actor, query }) => {
      assertSearchable(query, 'invalid_query');
      return pageOf(actor, query);
    },
  );

  app.post(
    '/disputes/search',
    {
      schema: {
        ...{
          operationId: 'searchDisputes',
          tags,
          summary: 'The same, also by a party: nothing of it in the URL',
        },
        description: 'A party by phone, ID number or name, exactly; all that is given, on the same party.',
        body: SearchBody,
        response: { 200: DisputePage, ...problemsOf(400, 401, 403, 413, 415, 422, 503) },
      },
    },
    async (request) => {
      assertSearchable(request.body, 'invalid_body');
      await assertMayFindParty(deps, request, request.body);
      return pageOf(request.actor, request.body);
    },
  );
};
