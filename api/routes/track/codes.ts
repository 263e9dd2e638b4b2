import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { allowedActions } from '../../../domain/commands/decide.ts';
import type { Dispute } from '../../../domain/dispute/state.ts';
import { inScope, scopeOf } from '../../../domain/scope.ts';
import type { Task } from '../../../domain/task/task.ts';
import { isTracked } from '../../../domain/tracking.ts';
import type { TrackedCase } from '../../../ports/tracking.ts';
import { ACTION_BODIES } from '../../../schemas/api/actions.ts';
import { Slip, type Language } from '../../../schemas/api/reports.ts';
import { IssueBody, IssuedCodes } from '../../../schemas/api/track.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Cursor, Id } from '../../../schemas/parts.ts';
import { CommandHeaders, idempotencyKeyOf, perform } from '../../act.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { findDispute, findOther } from '../../found.ts';
import { unlessBusy } from '../../passwords-busy.ts';
import { Problem } from '../../problem.ts';
import { principalFrom, seedOf } from '../../slips.ts';

const Params = Type.Object({ id: Id() });
const PageQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 50 }),
    cursor: Type.Optional(Cursor()),
  },
  { additionalProperties: false },
);

type Asked = FastifyRequest<{
  Params: { id: string };
  Querystring: { occurredAt?: number };
  Body: { speaksFor: string; language?: Language };
}>;

const KINDS = [
  ['dispute', 'disputes'],
  ['task', 'tasks'],
] as const;

/**
 * Codes that staff give out: to a walk-in, to a party without an account, and again to whoever lost hers or its PIN, once
 * they know who she is. The one she had before ends.
 */
export const codes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  for (const [kind, path] of KINDS) {
    const name = kind === 'dispute' ? 'Dispute' : 'Task';
    app.post(
      `/${path}/:id/tracking`,
      {
        schema: {
          ...{ operationId: `give${name}Code`, tags: ['counter'] },
          summary: 'Give out a tracking code; code and PIN are shown once, to be printed',
          ...{ params: Params, headers: CommandHeaders, body: IssueBody },
          response: { 201: Slip, ...problemsOf(400, 401, 403, 404, 409, 413, 415, 422, 503) },
        },
      },
      async (request, reply) => {
        const asked = request as unknown as Asked;
        const principal = await (kind === 'dispute' ? ofDispute(deps, asked) : ofTask(deps, asked));
        const { speaksFor, language = 'zh' } = asked.body;
        const of: TrackedCase = { kind, id: asked.params.id };
        const seed = seedOf(deps, `${request.actor.id}\0${of.id}`, idempotencyKeyOf(request), asked.body);
        const draft = await unlessBusy(deps.tracking.draft(seed));
        await audited(deps, request, {
          ...{ kind: 'change', fields: ['tracking-code'], case: of, detail: { speaksFor } },
        });
        const holder = { principal, case: of, speaksFor, language, name: null, phone: null };
        const slip = await deps.tracking.issue(draft, holder, request.actor.id);
        if (slip === null) throw shownBefore();
        return reply.code(201).send(slip);
      },
    );

    app.get(
      `/${path}/:id/tracking`,
      {
        schema: {
          ...{ operationId: `list${name}Codes`, tags: ['counter'], summary: 'Who follows this with a code' },
          ...{ params: Params, querystring: PageQuery },
          response: { 200: IssuedCodes, ...problemsOf(400, 401, 403, 404) },
        },
      },
      async (request) => {
        const { actor, params, query } = request;
        const of: TrackedCase = { kind, id: params.id };
        if (kind === 'dispute') staffOnly((await findDispute(deps, of.id, actor)).view === 'staff');
        else staffOnly(isStaff(request, await findOther(deps, 'task', of.id, actor)));
        await audited(deps, request, {
          ...{ kind: 'read', fields: ['reporter-name', 'reporter-phone-masked'], case: of },
        });
        return deps.tracking.list(of, query);
      },
    );
  }
};

/** For whom, as the rules know her; a party who has none yet is bound to a new principal by an act on the dispute. */
async function ofDispute(deps: ApiDeps, request: Asked): Promise<string> {
  const { actor, params, body } = request;
  const { state } = await findDispute(deps, params.id, actor);
  staffOnly(allowedActions(state, { actor }).includes('identify-party'));
  const known = body.speaksFor === 'reporter' ? state.reportedBy : accountOf(state, body.speaksFor);
  if (known !== null && isTracked(known)) return known;
  if (body.speaksFor === 'reporter') throw hasAccount();
  const principal = principalFrom(deps, deps.commandIdOf(actor.id, params.id, idempotencyKeyOf(request)));
  await perform(deps, request, {
    ...{ kind: 'dispute', caseId: params.id, action: 'identify-party' },
    bodySchema: ACTION_BODIES['identify-party'],
    body: { partyId: body.speaksFor, accountId: principal },
  });
  return principal;
}

/** Null where staff record her steps. */
function accountOf({ parties }: Dispute, partyId: string): string | null {
  const party = parties.find(({ id }) => id === partyId);
  const refused = (status: number, code: 'unknown_party' | 'out_of_order', title: string) =>
    new Problem({
      ...{ status, code, title },
      field: 'speaksFor',
      expected: 'reporter, or the id of a party',
    });
  if (party === undefined) throw refused(422, 'unknown_party', 'no such party in this dispute');
  if (party.consent === 'replaced') throw refused(409, 'out_of_order', 'this party was replaced');
  return party.accountId;
}

async function ofTask(deps: ApiDeps, request: Asked): Promise<string> {
  const record = await findOther(deps, 'task', request.params.id, request.actor);
  staffOnly(isStaff(request, record));
  const { reportedBy } = record.state as Task;
  if (request.body.speaksFor !== 'reporter' || reportedBy === null) {
    throw new Problem({
      ...{ status: 422, code: 'unknown_party', title: 'a task has no parties' },
      ...{ field: 'speaksFor', expected: 'reporter' },
    });
  }
  if (!isTracked(reportedBy)) throw hasAccount();
  return reportedBy;
}

/** By her post over the region: neither the reporter herself nor a body that was asked. */
const isStaff = ({ actor }: Pick<FastifyRequest, 'actor'>, { region }: { region: string }): boolean =>
  inScope(scopeOf(actor), { region, members: [] });

function staffOnly(staff: boolean): void {
  if (!staff)
    throw new Problem({ status: 403, code: 'not_permitted', title: 'staff of the case give out codes' });
}

const hasAccount = (): Problem =>
  new Problem({
    ...{ status: 409, code: 'out_of_order', title: 'whoever reported this has an account' },
    ...{ field: 'speaksFor', expected: 'the id of a party' },
  });

const shownBefore = (): Problem =>
  new Problem({
    ...{
      status: 409,
      code: 'out_of_order',
      title: 'this code was given out and has been used or ended since',
    },
    expected: 'a new key for a new code',
  });
