import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { openCommitments, type Dispute } from '../../domain/dispute/state.ts';
import { isAtWork, mayHandlePerson } from '../../domain/privacy.ts';
import { holds, ROLES_OF_LEVEL, type Actor } from '../../domain/roles.ts';
import type { Task } from '../../domain/task/task.ts';
import { isTracked } from '../../domain/tracking.ts';
import type { CaseOfPerson, ErasureLine, Person, PersonKey } from '../../ports/privacy.ts';
import {
  ErasureAsked,
  ErasureBody,
  ErasurePage,
  ErasureView,
  PageQuery,
  PersonBody,
  PersonDataView,
} from '../../schemas/api/privacy.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { Id } from '../../schemas/parts.ts';
import { CommandHeaders, idempotencyKeyOf } from '../act.ts';
import { audited } from '../audited.ts';
import type { ApiDeps } from '../deps.ts';
import { revealLimit } from '../plugins/reveal-limit.ts';
import { notFound, Problem } from '../problem.ts';

/** What is held about a person, and its erasure: what one person asks for, another one carries out. */
export const persons: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { privacy, clock = Date.now } = deps;
  const limit = revealLimit(app);

  app.get(
    '/me/data',
    {
      schema: {
        ...{ operationId: 'getMyData', tags: ['privacy'], summary: 'Everything that is held about me' },
        description: 'By account or tracking code, and of nobody else.',
        response: { 200: PersonDataView, ...problemsOf(401, 403) },
      },
    },
    async ({ actor }) => {
      const person = await privacy.persons.find({ accountId: actor.id });
      // What staff wrote down about somebody with the same phone may be another person: only what she proved to be hers.
      const own = provenOf(person, actor.id);
      return { ...(await privacy.persons.dataOf(own, true)), elsewhere: 0 };
    },
  );

  app.post(
    '/persons/data',
    {
      schema: {
        ...{ operationId: 'exportPersonData', tags: ['privacy'] },
        summary: 'What is held about a person, to be given to her',
        description:
          'For whoever works on the dispute, with what she wrote; for an administrator of its region without.',
        ...{ body: PersonBody },
        response: { 200: PersonDataView, ...problemsOf(400, 401, 403, 404, 413, 415, 422, 429, 503) },
      },
    },
    async (request) => {
      const { actor, body } = request;
      const person = await privacy.persons.find(keyOf(body));
      const mine = person.cases.filter((one) => mayHandle(one, actor));
      // The case that is named must be hers: a case of somebody else would tell who stands in it.
      if (!mine.some(({ id }) => id === (body.caseId ?? id))) throw notFound();
      await limit(request);
      await recorded(deps, request, 'export', mine);
      const worked = mine.every((one) => worksOn(one, actor));
      const data = await privacy.persons.dataOf(inThese(person, mine), worked);
      const elsewhere = person.cases.length - mine.length;
      // An account belongs to no case: whoever administers accounts may give it out, others have no use for it.
      const administers = mine.every(({ region }) => holds(actor, ['administrator'], region));
      return { ...data, elsewhere, ...(!administers && { account: null, sessions: [] }) };
    },
  );

  app.post(
    '/erasures',
    {
      schema: {
        ...{ operationId: 'askErasure', tags: ['privacy'], summary: 'Ask that a person be erased' },
        description:
          'What she wrote goes by itself; title, narrative and others’ words go when textIds names them. 409 names the cases that hold it up.',
        ...{ headers: CommandHeaders, body: ErasureBody },
        response: { 201: ErasureAsked, ...problemsOf(400, 401, 403, 404, 409, 413, 415, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor, body } = request;
      const person = await privacy.persons.find(body);
      const of = person.cases.find(({ id }) => id === body.caseId);
      if (of === undefined || !mayHandle(of, actor)) throw notFound();
      refuseHeld(person, actor);
      const textIds = body.textIds ?? [];
      const id = deps.idsFrom(deps.commandIdOf(actor.id, of.id, `erasure ${idempotencyKeyOf(request)}`))(
        'ers',
      );
      await audited(deps, request, {
        ...{ kind: 'erase', fields: ['ask'], case: { kind: of.kind, id: of.id } },
        detail: { erasureId: id, speaksFor: body.speaksFor, reason: body.reason, texts: textIds.length },
      });
      await privacy.persons.ask({
        ...{ id, caseKind: of.kind, caseId: of.id, speaksFor: body.speaksFor, reason: body.reason, textIds },
        ...{ askedBy: actor.id, askedAt: clock() },
      });
      const mentions = (await privacy.persons.mentions(person)).filter((text) => !textIds.includes(text));
      return reply.code(201).send({ id, mentions });
    },
  );

  app.get(
    '/erasures',
    {
      schema: {
        ...{
          operationId: 'listErasures',
          tags: ['privacy'],
          summary: 'Erasures of my regions, newest first',
        },
        ...{ querystring: PageQuery, response: { 200: ErasurePage, ...problemsOf(400, 401, 403) } },
      },
    },
    async ({ actor, query }) => {
      const { items, nextCursor } = await privacy.persons.erasures(administered(actor), query);
      const views: Static<typeof ErasureView>[] = [];
      // One after the other: a page of them at once would take every connection.
      for (const erasure of items) views.push(erasureView(erasure, await reachOf(deps, erasure)));
      return { items: views, nextCursor };
    },
  );

  app.post(
    '/erasures/:id/carry-out',
    {
      // There is nothing to say beside the path.
      preValidation: async (request) => {
        request.body ??= {};
      },
      schema: {
        ...{ operationId: 'carryOutErasure', tags: ['privacy'] },
        summary: 'Erase the person: by an administrator who did not ask for it',
        description: 'Asked again it erases what has come since, and answers as before.',
        ...{ params: Type.Object({ id: Id() }), body: Type.Object({}, { additionalProperties: false }) },
        response: { 200: ErasureView, ...problemsOf(400, 401, 403, 404, 409, 413, 415, 503) },
      },
    },
    async (request) => {
      const { actor } = request;
      const erasure = await privacy.persons.erasure(request.params.id);
      if (erasure === null || !holds(actor, ['administrator'], erasure.region)) throw notFound();
      if (erasure.askedBy === actor.id) throw twoPersons();
      const { caseId, speaksFor } = erasure;
      const person = await privacy.persons.find({ caseId, speaksFor });
      const beyond = person.cases.find(({ region }) => !holds(actor, ['administrator'], region));
      if (beyond !== undefined || person.principals.includes(actor.id)) throw beyondRegion();
      refuseHeld(person, actor);
      await audited(deps, request, {
        ...{ kind: 'erase', fields: ['carry-out'], case: { kind: erasure.caseKind, id: caseId } },
        detail: { erasureId: erasure.id, speaksFor, cases: person.cases.length },
      });
      await privacy.persons.carryOut(erasure, person, actor.id);
      return erasureView((await privacy.persons.erasure(erasure.id))!, null);
    },
  );
};

function keyOf({ caseId, speaksFor, idNumber, phone, name }: Static<typeof PersonBody>): PersonKey {
  const ways = [
    caseId !== undefined && speaksFor !== undefined,
    idNumber !== undefined,
    phone !== undefined && name !== undefined,
  ];
  const given = [caseId, speaksFor, idNumber, phone, name].filter((part) => part !== undefined).length;
  if (given === (ways[1] ? 1 : 2)) {
    if (ways[0]) return { caseId: caseId!, speaksFor: speaksFor! };
    if (ways[1]) return { idNumber: idNumber! };
    if (ways[2]) return { phone: phone!, name: name! };
  }
  throw new Problem({
    ...{ status: 422, code: 'invalid_field', title: 'say whose data in one way' },
    expected: 'caseId and speaksFor, or idNumber, or phone and name',
  });
}

/** As far as her account or code itself proves it: what the engine found by names and numbers is left out. */
function provenOf(person: Person, id: string): Person {
  const cases = person.cases.map((one) => {
    const { parties = [], reportedBy } = one.state as Partial<Dispute>;
    const own = parties.filter(({ accountId }) => accountId === id).map((party) => party.id);
    return { ...one, partyIds: own, isReporter: reportedBy === id };
  });
  return {
    cases: cases.filter(({ partyIds, isReporter }) => partyIds.length > 0 || isReporter),
    principals: [id],
    staffIds: person.staffIds.filter((staff) => staff === id),
  };
}

/** Of her, what these cases hold. */
const inThese = ({ principals, staffIds }: Person, cases: CaseOfPerson[]): Person => ({
  cases,
  principals,
  staffIds,
});

function worksOn({ kind, state, region }: CaseOfPerson, actor: Actor): boolean {
  if (kind === 'dispute') return isAtWork(state as Dispute, actor);
  const { target, reportedBy } = state as Task;
  return reportedBy !== actor.id && holds(actor, ROLES_OF_LEVEL[target.level], region);
}

function mayHandle(one: CaseOfPerson, actor: Actor): boolean {
  if (worksOn(one, actor)) return true;
  if (one.kind === 'dispute') return mayHandlePerson(one.state as Dispute, actor);
  return (one.state as Task).reportedBy !== actor.id && holds(actor, ['administrator'], one.region);
}

/** A row for each case, with whose data it was: she can be told of it. */
async function recorded(
  deps: ApiDeps,
  request: FastifyRequest,
  kind: 'export',
  cases: CaseOfPerson[],
): Promise<void> {
  for (const { kind: caseKind, id, partyIds, isReporter } of cases) {
    const fields = partyIds.map((party) => `party:${party}.data`);
    await audited(deps, request, {
      ...{ kind, fields: isReporter ? [...fields, 'reporter.data'] : fields },
      case: { kind: caseKind, id },
    });
  }
}

/** Why a case holds an erasure up; null when it does not. */
function heldBy({ kind, state }: CaseOfPerson): string | null {
  if (kind === 'task') return (state as Task).status === 'open' ? 'is not answered' : null;
  const dispute = state as Dispute;
  if (dispute.closure === null) return 'is open';
  return openCommitments(dispute).length > 0 ? 'has a promise that is not kept yet' : null;
}

/** Throws a problem that names the cases this person may know of; of others it says only that there are some. */
function refuseHeld({ cases }: Person, actor: Actor): void {
  const held = cases.flatMap((one) => {
    const why = heldBy(one);
    return why === null ? [] : [{ one, why }];
  });
  if (held.length === 0) return;
  const known = held.filter(({ one }) => mayHandle(one, actor));
  throw new Problem({
    ...{ status: 409, code: 'legal_hold', title: 'what is still needed cannot be erased' },
    expected: 'these cases over first',
    faults: [
      ...known.map(({ one, why }) => ({ field: one.id, message: why })),
      ...(known.length < held.length
        ? [{ field: 'elsewhere', message: 'a case elsewhere is not over' }]
        : []),
    ],
  });
}

const administered = ({ posts }: Actor): string[] =>
  posts.filter(({ role }) => role === 'administrator').map(({ region }) => region);

type Reach = Static<typeof ErasureView>['reach'];

/** What whoever carries it out has to know before; null when it is done. */
async function reachOf(
  { privacy }: ApiDeps,
  { caseId, speaksFor, carriedOutAt }: ErasureLine,
): Promise<Reach> {
  if (carriedOutAt !== null) return null;
  const { cases, principals, staffIds } = await privacy.persons.find({ caseId, speaksFor });
  return {
    cases: cases.length,
    parties: cases.reduce((sum, { partyIds }) => sum + partyIds.length, 0),
    accounts: principals.filter((id) => !isTracked(id) && !staffIds.includes(id)).length,
  };
}

const erasureView = (
  { region: _, textIds, ...erasure }: ErasureLine,
  reach: Reach,
): Static<typeof ErasureView> => ({
  ...{ ...erasure, reach },
  reason: erasure.reason as 'asked',
  texts: textIds.length,
});

const twoPersons = (): Problem =>
  new Problem({
    ...{ status: 409, code: 'not_oneself', title: 'another person than who asked for it carries it out' },
    expected: 'another administrator',
  });

const beyondRegion = (): Problem =>
  new Problem({
    ...{
      status: 403,
      code: 'not_permitted',
      title: 'this person has cases beyond your regions, or is yourself',
    },
    expected: 'an administrator of a region around all of them',
  });
