import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { NAME_MAX } from '../../../schemas/api/reports.ts';
import { DisputeView, problemsOf, TimelinePage } from '../../../schemas/api/views.ts';
import { Id, NO_NUL, Strict } from '../../../schemas/parts.ts';
import { withEtag } from '../../act.ts';
import type { ApiDeps } from '../../deps.ts';
import { findDispute } from '../../found.ts';
import { notFound, Problem } from '../../problem.ts';
import { disputeView, referencesOf } from '../../views/dispute.ts';
import { textsIn, timelineView } from '../../views/timeline.ts';

const Params = Type.Object({ id: Id() });
const TimelineQuery = Type.Object(
  {
    after: Type.Integer({ minimum: 0, maximum: 2_147_483_647, default: 0 }),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 200 }),
  },
  { additionalProperties: false },
);
const PartyDetails = Strict({
  name: Type.String({ minLength: 1, maxLength: NAME_MAX, pattern: NO_NUL }),
  phone: Type.Optional(Type.String({ pattern: '^\\+?[0-9 -]{5,20}$' })),
});

/** One dispute: what it is now, what happened to it, and who its parties are. */
export const detail: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { reads, rules, clock = Date.now } = deps;

  app.get(
    '/disputes/:id',
    {
      schema: {
        ...{
          operationId: 'getDispute',
          tags: ['disputes'],
          summary: 'A dispute with its clocks and allowed actions',
        },
        ...{ params: Params, response: { 200: DisputeView, ...problemsOf(400, 401, 404) } },
      },
    },
    async (request, reply) => {
      const { actor } = request;
      const { record, state, view } = await findDispute(deps, request.params.id, actor);
      const wanted = referencesOf(state);
      const [texts, names, people, policy, calendar] = await Promise.all([
        reads.texts(wanted.texts),
        reads.names(wanted.names),
        reads.parties(record.id),
        rules.policy(state.policyVersion),
        rules.calendar(),
      ]);
      void withEtag(reply, record.version);
      return disputeView(state, view, { actor, now: clock(), texts, names, people, policy, calendar });
    },
  );

  app.get(
    '/disputes/:id/timeline',
    {
      schema: {
        ...{ operationId: 'getTimeline', tags: ['disputes'], summary: 'What happened, in order' },
        ...{ params: Params, querystring: TimelineQuery },
        response: { 200: TimelinePage, ...problemsOf(400, 401, 404) },
      },
    },
    async (request) => {
      const { after, limit } = request.query;
      const { record, view } = await findDispute(deps, request.params.id, request.actor);
      const entries = await reads.timeline('dispute', record.id, after, limit);
      const [texts, names] = await Promise.all([
        view === 'staff' ? reads.texts(textsIn(entries)) : new Map<string, string>(),
        reads.names([...new Set(entries.map(({ actorId }) => actorId))]),
      ]);
      const last = entries.at(-1);
      return {
        entries: timelineView(entries, view, names),
        texts: Object.fromEntries(texts),
        nextAfter: entries.length === limit && last !== undefined ? last.version : null,
      };
    },
  );

  app.put(
    '/disputes/:id/parties/:partyId',
    {
      schema: {
        ...{ operationId: 'setPartyDetails', tags: ['disputes'], summary: 'Name and phone of a party' },
        ...{ params: Type.Object({ id: Id(), partyId: Id() }), body: PartyDetails },
        response: { 204: Type.Null(), ...problemsOf(400, 401, 403, 404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const { state, view } = await findDispute(deps, request.params.id, request.actor);
      const party = state.parties.find(({ id }) => id === request.params.partyId);
      if (view !== 'staff')
        throw new Problem({ status: 403, code: 'not_permitted', title: 'staff keep the parties’ details' });
      if (party === undefined) throw notFound();
      const { name, phone = null } = request.body;
      const saved = await reads.saveParty(state.id, { id: party.id, side: party.side, name, phone });
      if (!saved) {
        throw new Problem({
          ...{ status: 409, code: 'already_exists', title: 'another dispute has a party with this id' },
          ...{ field: 'partyId', expected: 'an id of its own when a respondent is replaced' },
        });
      }
      return reply.code(204).send(null);
    },
  );
};
