import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Dispute } from '../../../domain/dispute/state.ts';
import type { Actor } from '../../../domain/roles.ts';
import { inScope, scopeOf } from '../../../domain/scope.ts';
import type { Task } from '../../../domain/task/task.ts';
import { nextWorkingMoment } from '../../../domain/working-time.ts';
import { StatementBody, StatementPage } from '../../../schemas/api/track.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Cursor, Id } from '../../../schemas/parts.ts';
import { CommandHeaders, idempotencyKeyOf, keyReused } from '../../act.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { findDispute, findOther } from '../../found.ts';
import { Problem } from '../../problem.ts';
import { ownParties } from '../../views/dispute.ts';

const Params = Type.Object({ id: Id() });
const PageQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
    cursor: Type.Optional(Cursor()),
  },
  { additionalProperties: false },
);
const Written = Type.Object({ id: Type.String() });

type Kind = 'dispute' | 'task';
const KINDS: [kind: Kind, path: string][] = [
  ['dispute', 'disputes'],
  ['task', 'tasks'],
];

/** A case as far as statements need it. */
interface Heard {
  staff: boolean;
  /** `reporter` and ids of parties: all of the case for staff, otherwise those she may speak for, herself first. */
  speakers: string[];
  ownerId: string | null;
  policyVersion: string;
  red: boolean;
}

/**
 * What parties and reporters put down in writing: seen by staff of the case and by whoever said it, by nobody else.
 * Staff write it down for whoever comes in person. It is also how somebody says that an answer does not satisfy her.
 */
export const statements: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { rules, clock = Date.now } = deps;

  const tell = async ({ ownerId, policyVersion, red }: Heard, now: number) => {
    if (ownerId === null) return null;
    const [policy, calendar] = await Promise.all([rules.policy(policyVersion), rules.calendar()]);
    return { personId: ownerId, notBefore: red ? now : nextWorkingMoment(now, policy.hours, calendar) };
  };

  for (const [kind, path] of KINDS) {
    const name = kind === 'dispute' ? 'Dispute' : 'Task';
    app.post(
      `/${path}/:id/statements`,
      {
        schema: {
          ...{ operationId: `state${name}`, tags: ['statements'] },
          summary: 'Put something down in writing; the owner is told',
          ...{ params: Params, headers: CommandHeaders, body: StatementBody },
          response: {
            200: Written,
            201: Written,
            ...problemsOf(400, 401, 403, 404, 409, 413, 415, 422, 503),
          },
        },
      },
      async (request, reply) => {
        const { actor, params, body } = request;
        const heard = await hear(deps, kind, params.id, actor);
        const speaksFor = speakerOf(heard, body.speaksFor);
        const commandId = deps.commandIdOf(actor.id, params.id, `statement ${idempotencyKeyOf(request)}`);
        const newId = deps.idsFrom(commandId);
        const now = clock();
        const id = newId('stm');
        const written = await deps.statements.write({
          ...{ id, textId: newId('txt'), caseKind: kind, caseId: params.id, text: body.text, speaksFor },
          ...{ bodyHash: deps.bodyHashOf(body), writtenBy: actor.id, byStaff: heard.staff, writtenAt: now },
          ...{ occurredAt: body.occurredAt ?? null, tell: await tell(heard, now) },
        });
        if (written === 'key-reused') throw keyReused();
        if (written === 'full') throw full();
        return reply.code(written === 'again' ? 200 : 201).send({ id });
      },
    );

    app.get(
      `/${path}/:id/statements`,
      {
        schema: {
          ...{ operationId: `list${name}Statements`, tags: ['statements'] },
          summary: 'Statements this person may read, newest first',
          ...{ params: Params, querystring: PageQuery },
          response: { 200: StatementPage, ...problemsOf(400, 401, 403, 404) },
        },
      },
      async (request) => {
        const { actor, params, query } = request;
        const { staff, speakers } = await hear(deps, kind, params.id, actor);
        const only = staff ? null : { speaksFor: speakers, writtenBy: actor.id };
        const { page, texts } = await deps.reads(actor, async (mine) => {
          const found = await mine.statements(kind, params.id, { ...query, only });
          return { page: found, texts: await mine.texts(found.items.map(({ textId }) => textId)) };
        });
        if (staff && page.items.length > 0)
          await audited(deps, request, {
            kind: 'read',
            fields: ['statements'],
            case: { kind, id: params.id },
          });
        return {
          nextCursor: page.nextCursor,
          items: page.items.map(({ textId, writtenBy, ...line }) => ({
            ...{ ...line, text: texts.get(textId) ?? '', writtenBy: staff ? writtenBy : null },
          })),
        };
      },
    );
  }
};

async function hear(deps: ApiDeps, kind: Kind, id: string, actor: Actor): Promise<Heard> {
  if (kind === 'dispute') {
    const { state, view } = await findDispute(deps, id, actor);
    if (!['staff', 'party', 'reporter'].includes(view)) throw notHers();
    const staff = view === 'staff';
    const { owner, policyVersion, grade } = state;
    const speakers = staff ? ['reporter', ...state.parties.map((party) => party.id)] : own(state, actor);
    return { staff, speakers, ownerId: owner.staffId, policyVersion, red: grade === 'red' };
  }
  const { state, region } = await findOther(deps, 'task', id, actor);
  const { owner, policyVersion, reportedBy } = state as Task;
  const reporter = reportedBy === actor.id;
  const staff = !reporter && inScope(scopeOf(actor), { region, members: [] });
  // A body that was asked something may be who is complained about.
  if (reportedBy === null || (!reporter && !staff)) throw notHers();
  return { staff, speakers: ['reporter'], ownerId: owner?.staffId ?? null, policyVersion, red: false };
}

function own(state: Dispute, actor: Actor): string[] {
  const parties = ownParties(state, actor);
  const herself = parties.filter(({ accountId }) => accountId === actor.id);
  const ids = [...new Set([...herself, ...parties])].map(({ id }) => id);
  return state.reportedBy === actor.id ? [...ids, 'reporter'] : ids;
}

function speakerOf({ staff, speakers }: Heard, asked: string | undefined): string {
  if (asked === undefined && !staff) return speakers[0]!;
  if (asked !== undefined && speakers.includes(asked)) return asked;
  throw new Problem({
    ...{ status: 422, code: 'unknown_party', title: 'say whose statement it is' },
    ...{ field: 'speaksFor', expected: 'reporter, or the id of a party' },
  });
}

const notHers = (): Problem =>
  new Problem({ status: 403, code: 'not_permitted', title: 'parties, reporters and staff of the case only' });

const full = (): Problem =>
  new Problem({
    ...{ status: 409, code: 'limit_exceeded', title: 'this person has written as much here as she may' },
    expected: 'fifty statements of one person on one case',
  });
