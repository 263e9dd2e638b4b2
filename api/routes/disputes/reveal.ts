import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dispute } from '../../../domain/dispute/state.ts';
import { isAtWork, needsMinorConsent } from '../../../domain/privacy.ts';
import { RevealAnswer, RevealBody } from '../../../schemas/api/privacy.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Id } from '../../../schemas/parts.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { findDispute } from '../../found.ts';
import { revealLimit } from '../../plugins/reveal-limit.ts';
import { Problem } from '../../problem.ts';

/** Phones, ID numbers and who reported it, in clear: for whoever works on the dispute, with a reason, and never unseen. */
export const reveal: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const limit = revealLimit(app);

  app.post(
    '/disputes/:id/reveal',
    {
      schema: {
        ...{ operationId: 'revealFields', tags: ['privacy'] },
        summary: 'Protected fields in clear, for whoever works on the dispute; each is logged',
        ...{ params: Type.Object({ id: Id() }), body: RevealBody },
        response: { 200: RevealAnswer, ...problemsOf(400, 401, 403, 404, 409, 413, 415, 422, 429, 503) },
      },
    },
    async (request) => {
      const { actor, body } = request;
      const { state, view } = await findDispute(deps, request.params.id, actor);
      if (view !== 'staff' || !isAtWork(state, actor)) throw notAtWork();
      await limit(request);
      const asked = body.fields.map((field, n) => partOf(state, field, n));
      for (const { partyId, index } of asked) await consented(deps, state, partyId, index);
      const reasonId = deps.idsFrom(`reveal ${request.id}`)('txt');
      await deps.privacy.keepReason(state.id, reasonId, body.reason);
      await audited(deps, request, {
        ...{ kind: 'reveal', fields: body.fields, detail: { reasonId } },
        case: { kind: 'dispute', id: state.id },
      });
      const revealed = await deps.privacy.reveal(state.id);
      const values = asked.map(({ field, partyId, part }) => {
        if (partyId === null) return [field, revealed.reporter[part as 'name' | 'phone']] as const;
        return [field, revealed.parties.get(partyId)?.[part as 'phone' | 'idNumber'] ?? null] as const;
      });
      return { values: Object.fromEntries(values) };
    },
  );
};

interface Part {
  field: string;
  index: number;
  /** Null for the reporter. */
  partyId: string | null;
  part: string;
}

function partOf({ parties }: Dispute, field: string, index: number): Part {
  const [, partyId = null, part] = /^(?:party:(.+)|reporter)\.(\w+)$/.exec(field) ?? [];
  if (partyId !== null && !parties.some(({ id }) => id === partyId)) {
    throw new Problem({
      ...{ status: 422, code: 'unknown_party', title: 'no such party', field: `fields.${index}` },
      expected: 'the id of a party of this dispute',
    });
  }
  return { field, index, partyId, part: part! };
}

async function consented(
  { privacy }: ApiDeps,
  state: Dispute,
  partyId: string | null,
  index: number,
): Promise<void> {
  if (partyId === null || !needsMinorConsent(state, partyId)) return;
  if (await privacy.consents.stands(state.id, partyId, 'minor')) return;
  throw new Problem({
    ...{
      status: 409,
      code: 'consent_missing',
      title: 'this person is under a guardian who has not consented',
    },
    ...{ field: `fields.${index}`, expected: 'a consent about a minor, recorded from the guardian' },
  });
}

const notAtWork = (): Problem =>
  new Problem({
    ...{ status: 403, code: 'not_permitted', title: 'only for whoever works on this dispute' },
    expected: 'its owner, its mediator, the director of its committee, or whoever is above',
  });
