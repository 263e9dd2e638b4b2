import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { allowedConferenceActions, type Conference } from '../../domain/conference/conference.ts';
import { allowedTaskActions, type Task } from '../../domain/task/task.ts';
import type { Actor } from '../../domain/roles.ts';
import type { CaseRecord } from '../../ports/reads.ts';
import { CONFERENCE_ACTION_BODIES, TASK_ACTION_BODIES } from '../../schemas/api/other-actions.ts';
import { CaseView, problemsOf } from '../../schemas/api/views.ts';
import { Id } from '../../schemas/parts.ts';
import { CommandHeaders, OccurredQuery, perform, withEtag } from '../act.ts';
import type { ApiDeps } from '../deps.ts';
import { findOther } from '../found.ts';
import { clockView } from '../views/clocks.ts';

type ActionRequest = FastifyRequest<{
  Params: { id: string };
  Querystring: { occurredAt?: number };
  Body: Record<string, unknown>;
}>;

const Params = Type.Object({ id: Id() });

/** Tasks and conferences: read, and acted on by the bodies and levels they were given to. Commitments are only read. */
export const otherCases: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const view = (record: CaseRecord, actor: Actor) => caseView(deps, record, actor);

  for (const [kind, path] of [
    ['task', 'tasks'],
    ['conference', 'conferences'],
    ['commitment', 'commitments'],
  ] as const) {
    app.get(
      `/${path}/:id`,
      {
        schema: {
          ...{
            operationId: `get${kind[0]!.toUpperCase()}${kind.slice(1)}`,
            tags: ['bodies'],
            summary: `A ${kind}`,
          },
          ...{ params: Params, response: { 200: CaseView, ...problemsOf(400, 401, 404) } },
        },
      },
      async (request, reply) => {
        const record = await findOther(deps, kind, request.params.id, request.actor);
        void withEtag(reply, record.version);
        return view(record, request.actor);
      },
    );
  }

  for (const [kind, path, bodies] of [
    ['task', 'tasks', TASK_ACTION_BODIES],
    ['conference', 'conferences', CONFERENCE_ACTION_BODIES],
  ] as const) {
    for (const [action, bodySchema] of Object.entries(bodies)) {
      app.post(
        `/${path}/:id/actions/${action}`,
        {
          schema: {
            ...{ operationId: `${kind}-${action}`, tags: ['bodies'], summary: `${action} on a ${kind}` },
            ...{ params: Params, headers: CommandHeaders, querystring: OccurredQuery, body: bodySchema },
            response: { 200: CaseView, ...problemsOf(400, 401, 403, 404, 409, 412, 413, 415, 422, 503) },
          },
        },
        async (request, reply) => {
          const { actor, params, body } = request as unknown as ActionRequest;
          await findOther(deps, kind, params.id, actor);
          const asked = { kind, caseId: params.id, action, bodySchema, body };
          await perform(deps, request, asked);
          const record = await findOther(deps, kind, params.id, actor);
          void withEtag(reply, record.version);
          return view(record, actor);
        },
      );
    }
  }
};

async function caseView({ reads, rules, clock = Date.now }: ApiDeps, record: CaseRecord, actor: Actor) {
  const { clocks, ...state } = record.state as Task | Conference;
  const now = clock();
  const [policy, calendar] = await Promise.all([rules.policy(state.policyVersion), rules.calendar()]);
  const references = ['what', 'answer', 'question', 'minutes'].map(
    (name) => (state as Record<string, unknown>)[name],
  );
  const wanted = references.filter((id) => typeof id === 'string');
  const texts = await reads(actor, (mine) => mine.texts(wanted));
  const { kind, id, version, disputeId } = record;
  return {
    ...{ kind, id, version, disputeId, state: { ...state }, texts: Object.fromEntries(texts) },
    clocks: clocks.map((clock_) => clockView(clock_, now, { policy, calendar })),
    allowedActions: allowedOf(record, { actor, now }),
  };
}

function allowedOf({ kind, state }: CaseRecord, context: { actor: Actor; now: number }): string[] {
  if (kind === 'task') return allowedTaskActions(state as Task, context);
  if (kind === 'conference') return allowedConferenceActions(state as Conference, context);
  return [];
}
