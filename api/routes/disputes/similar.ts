import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { suggestionsFor, type Compared, type Suggestion } from '../../../domain/similarity.ts';
import type { Reads } from '../../../ports/reads.ts';
import { SimilarBody, Suggestions } from '../../../schemas/api/search.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Id } from '../../../schemas/parts.ts';
import type { ApiDeps } from '../../deps.ts';
import { findDispute } from '../../found.ts';
import { Problem } from '../../problem.ts';

const tags = ['disputes'];
/** While somebody types this comes often; a title and a narrative of the longest fit. */
export const SIMILAR_BODY_MAX_BYTES = 128 * 1024;

/** Disputes that may be about the same matter, for staff, among those they see. Suggestions: nothing is merged by them. */
export const similar: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { reads, rules, clock = Date.now } = deps;
  const suggest = async (
    about: Compared,
    around: Awaited<ReturnType<Reads['around']>>,
    policyVersion: string | null,
  ): Promise<{ items: Suggestion[] }> => ({
    items: suggestionsFor(about, around, await rules.policy(policyVersion)),
  });

  app.get(
    '/disputes/:id/similar',
    {
      schema: {
        ...{ operationId: 'similarDisputes', tags, summary: 'What may be the same matter, and why' },
        params: Type.Object({ id: Id() }),
        response: { 200: Suggestions, ...problemsOf(400, 401, 403, 404) },
      },
    },
    async (request) => {
      const { actor } = request;
      const { state, view } = await findDispute(deps, request.params.id, actor);
      if (view !== 'staff') throw staffOnly();
      const around = await reads(actor, async (mine) => {
        const texts = await mine.texts([state.title, state.narrative]);
        const { region, placeId, title, narrative } = state;
        const own = [title, narrative].map((id) => texts.get(id) ?? '');
        return mine.around({ region, placeId, texts: own }, state.id);
      });
      return suggest(state, around, state.policyVersion);
    },
  );

  app.post(
    '/disputes/similar',
    {
      bodyLimit: SIMILAR_BODY_MAX_BYTES,
      schema: {
        ...{ operationId: 'similarToReport', tags, summary: 'The same for a report that is being written' },
        body: SimilarBody,
        response: { 200: Suggestions, ...problemsOf(400, 401, 403, 413, 415) },
      },
    },
    async ({ actor, body }) => {
      const { title, narrative = '', region, placeId = null, category } = body;
      const matter = { region, placeId, texts: [title, narrative] };
      const around = await reads(actor, (mine) => mine.around(matter, null));
      return suggest({ region, placeId, category, reportedAt: clock() }, around, null);
    },
  );
};

const staffOnly = (): Problem =>
  new Problem({ status: 403, code: 'not_permitted', title: 'other people’s cases are for staff' });
