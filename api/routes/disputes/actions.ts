import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { LIFECYCLE } from '../../../domain/lifecycle.ts';
import { ACTION_BODIES, type PublicAction } from '../../../schemas/api/actions.ts';
import { ActionResult, problemsOf } from '../../../schemas/api/views.ts';
import { Id } from '../../../schemas/parts.ts';
import type { Dispute } from '../../../domain/dispute/state.ts';
import { mayAct, operationOf } from '../../access.ts';
import { CommandHeaders, OccurredQuery, perform, withEtag } from '../../act.ts';
import type { ApiDeps } from '../../deps.ts';
import { findDispute } from '../../found.ts';
import { Problem } from '../../problem.ts';
import { actionResult } from '../../views/dispute.ts';

type ActionRequest = FastifyRequest<{
  Params: { id: string };
  Querystring: { occurredAt?: number };
  Body: Record<string, unknown>;
}>;

/** One operation an action, made from the command table: a new action needs no route of its own. */
export const actions: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { records, rules, clock = Date.now } = deps;

  app.post('/disputes/:id/actions/:action', { schema: { hide: true } }, async () => {
    throw unknownAction();
  });

  for (const [action, bodySchema] of Object.entries(ACTION_BODIES) as [PublicAction, object][]) {
    const { group, from, to, condition, who } = LIFECYCLE[action];
    app.post(
      `/disputes/:id/actions/${action}`,
      {
        schema: {
          ...{ operationId: operationOf(action), tags: [group], summary: `${from} → ${to}` },
          description: `${condition}. By: ${who.join(', ')}.`,
          ...{ params: Type.Object({ id: Id() }), headers: CommandHeaders, querystring: OccurredQuery },
          body: bodySchema,
          response: { 200: ActionResult, ...problemsOf(400, 401, 403, 404, 409, 412, 413, 415, 422, 503) },
        },
      },
      async (request, reply) => {
        const { actor, params, body } = request as unknown as ActionRequest;
        const seen = await findDispute(deps, params.id, actor);
        try {
          await checkReference(deps, body, request);
          if (action === 'identify-party') await checkAccount(deps, body);
        } catch (fault) {
          // Whoever may not act learns nothing of what exists; the core decides everything else.
          throw mayAct(action, seen.state, actor) ? fault : notPermitted(action);
        }
        const asked = { kind: 'dispute' as const, caseId: params.id, action, bodySchema, body };
        await perform(deps, request, asked);
        // Her own act may have taken the dispute out of her sight; where it went is its answer.
        const state = (await records.stateOf('dispute', params.id)) as Dispute;
        const [policy, calendar] = await Promise.all([rules.policy(state.policyVersion), rules.calendar()]);
        void withEtag(reply, state.version);
        return actionResult(state, { actor, now: clock(), policy, calendar });
      },
    );
  }
};

const notPermitted = (action: PublicAction): Problem =>
  new Problem({
    ...{ status: 403, code: 'not_permitted', title: 'your role may not do this here' },
    expected: LIFECYCLE[action].who.join(', '),
  });

const unknownAction = (): Problem =>
  new Problem({
    ...{ status: 404, code: 'not_found', title: 'no such action', field: 'action' },
    expected: Object.keys(ACTION_BODIES).join(', '),
  });

/** Another dispute that is named must exist and be this person's to see: the core knows only one case at a time. */
async function checkReference(
  deps: ApiDeps,
  body: Record<string, unknown>,
  { actor }: Pick<FastifyRequest, 'actor'>,
): Promise<void> {
  for (const field of ['into', 'disputeId']) {
    const id = body[field];
    if (typeof id !== 'string') continue;
    const found = await findDispute(deps, id, actor).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      throw new Problem({
        ...{ status: 422, code: 'unknown_reference', title: 'no such dispute, or not yours to see' },
        ...{ field, expected: 'the id of another dispute' },
      });
    });
    // Merged into one that is closed or itself merged, a report would be nobody's any more.
    if (field === 'into' && found.state.closure !== null) {
      throw new Problem({
        ...{ status: 409, code: 'out_of_order', title: 'the dispute to merge into is closed' },
        ...{ field, expected: 'an open dispute' },
      });
    }
  }
}

/** The core knows no accounts: one that is not there could never act for the party. */
async function checkAccount({ accounts }: ApiDeps, { accountId }: Record<string, unknown>): Promise<void> {
  if ((await accounts.find(accountId as string)) !== null) return;
  throw new Problem({
    ...{ status: 422, code: 'unknown_person', title: 'no such account' },
    ...{ field: 'accountId', expected: 'the id of an open account' },
  });
}
