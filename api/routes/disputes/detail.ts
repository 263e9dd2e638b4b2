import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dispute, Party } from '../../../domain/dispute/state.ts';
import { disclosedParties } from '../../../domain/privacy.ts';
import { NAME_MAX } from '../../../schemas/api/reports.ts';
import { DisputeView, problemsOf, TimelinePage } from '../../../schemas/api/views.ts';
import { Id, NO_NUL, Strict } from '../../../schemas/parts.ts';
import { withEtag } from '../../act.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { findDispute } from '../../found.ts';
import { notFound, Problem } from '../../problem.ts';
import { disputeView, protectedFields, referencesOf, type View } from '../../views/dispute.ts';
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
  const { reads, records, rules, clock = Date.now } = deps;

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
      const [[texts, names, people], policy, calendar] = await Promise.all([
        // One after another: a connection carries out one query at a time.
        reads(actor, async (mine) => {
          const written = await mine.texts(wanted.texts);
          const named = await mine.names(wanted.names);
          return [written, named, await mine.parties(record.id)] as const;
        }),
        rules.policy(state.policyVersion),
        rules.calendar(),
        // Whoever is neither a party nor the reporter reads what concerns others.
        isOwnPart(view)
          ? undefined
          : audited(deps, request, {
              kind: 'read',
              fields: protectedFields(state),
              case: { kind: 'dispute', id: record.id },
            }),
      ]);
      const disclosed = view === 'party' ? await disclosedIn(deps, state) : [];
      void withEtag(reply, record.version);
      return disputeView(state, view, {
        ...{ actor, now: clock(), texts, names, people, policy, calendar, disclosed },
      });
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
      const { entries, texts, names } = await reads(request.actor, async (mine) => {
        const found = await mine.timeline('dispute', record.id, after, limit);
        return {
          entries: found,
          texts: view === 'staff' ? await mine.texts(textsIn(found)) : new Map<string, string>(),
          names: await mine.names([...new Set(found.map(({ actorId }) => actorId))]),
        };
      });
      if (texts.size > 0) {
        const of = { kind: 'dispute', id: record.id } as const;
        await audited(deps, request, { kind: 'read', fields: ['timeline-texts'], case: of });
      }
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
      await audited(deps, request, {
        ...{ kind: 'change', fields: phone === null ? ['party-name'] : ['party-name', 'party-phone'] },
        ...{ case: { kind: 'dispute', id: state.id }, detail: { partyId: party.id } },
      });
      const saved = await records.saveParty(state.id, { id: party.id, side: party.side, name, phone });
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

/** Who lets her name and claim be told to the other sides, as it stands now. */
async function disclosedIn({ privacy }: ApiDeps, state: Dispute): Promise<Party[]> {
  const ids = state.parties.map(({ id }) => id);
  return disclosedParties(state, await privacy.consents.said(state.id, ids, 'disclosure'));
}

const isOwnPart = (view: View): boolean => view === 'party' || view === 'reporter';
