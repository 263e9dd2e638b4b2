import type pg from 'pg';
import { report as decideReport, type DisputeReport } from '../domain/dispute/report.ts';
import { relationTo } from '../domain/dispute/repeats.ts';
import { ownerAt } from '../domain/duty.ts';
import { isRefusal, refuse, type Refusal } from '../domain/errors.ts';
import { act, type Clocked, type Context } from '../domain/machine.ts';
import { notYet } from '../domain/occurred.ts';
import { contains, levelOf, lowestCommonAncestor, rank } from '../domain/regions.ts';
import type { Actor } from '../domain/roles.ts';
import { inScope, scopeOf } from '../domain/scope.ts';
import { suggestionsFor, type Candidate } from '../domain/similarity.ts';
import { NO_TASK, taskMachine, type TaskCommand } from '../domain/task/task.ts';
import { isTracked } from '../domain/tracking.ts';
import type { FieldCipher } from '../infra/crypto/field-cipher.ts';
import type { CurrentDirectory } from '../infra/db/directory.ts';
import type { Rules } from '../infra/db/rules.ts';
import { earlierDisputes, type Earlier } from '../infra/db/similar.ts';
import { createIntakeWriter, type NewCase, type NewParty } from '../infra/db/intake-writer.ts';
import { createKnown, type Known } from '../infra/db/known.ts';
import { comparedWords, documentOf } from '../infra/db/search/words.ts';
import type { Recorded } from '../infra/db/store.ts';
import type { CaseChange } from '../infra/db/rows.ts';
import type { Intake, TakeReport, Taken } from '../ports/intake.ts';
import type { Report, ReportTaken } from '../schemas/api/reports.ts';
import { bodyHashOf } from './canonical.ts';
import { commandIdOf, idsFrom } from './ids.ts';
import { codesOf, machineOf } from './machines.ts';

export interface IntakeDeps {
  pool: pg.Pool;
  rules: Rules;
  directory: CurrentDirectory;
  cipher: FieldCipher;
  /** The next file number, for the year of `now`. */
  nextNumber: (now: number) => Promise<string>;
  clock?: () => number;
  /** Which places and accounts there are; asked of the database otherwise. */
  known?: Known;
  /** The relay of this process, if there is one, need not wait for its next look. */
  onCommitted?: () => void;
}

/** What is known of a report before it is decided. */
interface Arrival {
  request: TakeReport;
  commandId: string;
  now: number;
  context: Context;
  earlier: Map<string, Earlier>;
  /** Accounts that a resident named and that are not there. */
  strangers: ReadonlySet<string>;
}

/**
 * Makes the intake. The ids of a report follow from who sends it with which key, so that a repetition, from whichever
 * process, meets the same row and gets the answer of the first time.
 */
export function createIntake(deps: IntakeDeps): Intake {
  const clock = deps.clock ?? Date.now;
  const write = createIntakeWriter(deps.pool);
  const known = deps.known ?? createKnown(deps.pool);
  return {
    async take(request) {
      const { actor, principal, idempotencyKey, report } = request;
      const commandId = commandIdOf(principal, 'reports', idempotencyKey);
      const now = clock();
      const [policy, calendar, directory] = await Promise.all([
        deps.rules.policy(null),
        deps.rules.calendar(),
        deps.directory(),
      ]);
      const early = notYet(report.occurredAt, now) ?? regionFault(report, directory);
      if (early) return { outcome: 'refused', refusal: early };
      const strangers = await strangersIn(report, actor, known);
      if (isRefusal(strangers)) return { outcome: 'refused', refusal: strangers };
      const context: Context = { now, actor, policy, calendar, directory, newId: idsFrom(commandId) };
      const earlier = await earlierDisputes(deps.pool, report.earlierIds ?? []);
      const arrival: Arrival = { request, commandId, now, context, earlier, strangers };
      const made = report.kind === 'dispute' ? await dispute(arrival, deps) : nonDispute(arrival);
      if (isRefusal(made)) return { outcome: 'refused', refusal: made };
      // Other people's cases are suggested to staff only.
      const suggests = report.kind === 'dispute' && (actor.posts.length > 0 || actor.system === true);
      const compare = suggests ? comparedWords(report.title, report.narrative) : null;
      const { recorded, around } = await write({
        ...{ change: made.change, answer: made.taken, ...made.apart, compare },
      });
      if (!recorded.known) deps.onCommitted?.();
      const { category, placeId = null } = report;
      const about = { region: made.change.codes.region, placeId, category, reportedAt: now };
      const possibleDuplicates = suggestionsFor(about, around.filter(suggestibleTo(actor)), policy);
      return outcomeOf(recorded, { ...made.taken, possibleDuplicates });
    },
  };
}

/** Whether a dispute may be named to the reporter: one that she sees as staff do, by her region and not as a party. */
function suggestibleTo(actor: Actor): (candidate: Candidate) => boolean {
  const { regions } = scopeOf(actor);
  return ({ region, parties = [] }) =>
    actor.system === true || (regions.some((own) => contains(own, region)) && !parties.includes(actor.id));
}

/** Before anything is looked up: what else is wrong with a report must not tell who has an account. */
const regionFault = ({ region }: Report, { regions }: Context['directory']): Refusal | null =>
  regions.has(region)
    ? null
    : refuse('unknown_region', 'no such region', 'region', 'a code of the region list');

/**
 * The accounts that are not there. Refuses the first of them, as nobody would ever act through it, and a place that
 * nobody would find. A resident is not told: to her an unknown account is none, so that she cannot ask who has one.
 */
async function strangersIn(
  { placeId, parties = [] }: Report,
  { posts, system = false }: Context['actor'],
  known: Known,
): Promise<ReadonlySet<string> | Refusal> {
  // Principals that follow a code are the system's own.
  const accountIds = parties.flatMap(({ accountId }) =>
    accountId === undefined || isTracked(accountId) ? [] : [accountId],
  );
  const missing = await known.missing({ placeIds: placeId === undefined ? [] : [placeId], accountIds });
  if (missing.placeIds.length > 0)
    return refuse('unknown_reference', 'no such place', 'placeId', 'the id of a place');
  const stranger = parties.findIndex(({ accountId }) => missing.accountIds.includes(accountId ?? ''));
  if (stranger < 0 || (posts.length === 0 && !system)) return new Set(missing.accountIds);
  return refuse(
    'unknown_person',
    'no such account',
    `parties.${stranger}.accountId`,
    'the id of an account, or none',
  );
}

function outcomeOf(recorded: Recorded, taken: ReportTaken): Taken {
  if (!recorded.known) return { outcome: 'taken', taken, again: false };
  if (!recorded.sameBody) return { outcome: 'key-reused' };
  const first = recorded.answer as ReportTaken;
  return { outcome: 'taken', taken: { ...first, possibleDuplicates: taken.possibleDuplicates }, again: true };
}

interface Made {
  change: CaseChange;
  taken: ReportTaken;
  apart: Pick<NewCase, 'texts' | 'parties' | 'search'>;
}

async function dispute(arrival: Arrival, deps: IntakeDeps): Promise<Made | Refusal> {
  const { request, context, now } = arrival;
  const { report } = request;
  const id = context.newId('dsp');
  const texts: { id: string; body: string }[] = [];
  const keep = (body: string): string => {
    const text = { id: context.newId('txt'), body };
    texts.push(text);
    return text.id;
  };
  const region = jurisdictionOf(report, context);
  if (isRefusal(region)) return region;
  const links = linksOf(report, arrival);
  if (isRefusal(links)) return links;
  const people = peopleOf(report, context, arrival.strangers);
  if (isRefusal(people)) return people;
  const title = keep(report.title);
  const narrative = keep(report.narrative);
  // One item unless the report names several: what the quarrel is about, as its title says.
  const itemIds = report.items?.map(keep) ?? [title];
  const repeat = links.some(({ relation }) => relation !== 'related');
  const input: DisputeReport = {
    ...{ id, number: await deps.nextNumber(now), region, category: report.category },
    ...{ title, narrative, channel: report.channel, itemIds, links },
    danger: { ...report.danger, ...(repeat && { repeat }) },
    damageHappeningNow: report.damageHappeningNow ?? false,
    applicantConsentsToDisclosure: report.applicantConsentsToDisclosure ?? false,
    parties: people.map(({ party }) => party),
    ...(request.reportedBy !== undefined && { reportedBy: request.reportedBy }),
    ...(report.placeId !== undefined && { placeId: report.placeId }),
    ...(report.level !== undefined && { level: report.level }),
    ...(report.origin !== undefined && { origin: report.origin }),
  };
  const decided = decideReport(input, context);
  if (isRefusal(decided)) return decided;
  const parties = people.map(({ person }) => ({
    ...person,
    phone: person.phone === null ? null : deps.cipher.seal(person.phone),
    idNumber: person.idNumber === null ? null : deps.cipher.seal(person.idNumber),
    phoneHash: person.phone === null ? null : deps.cipher.hash('phone', person.phone),
    idNumberHash: person.idNumber === null ? null : deps.cipher.hash('id-number', person.idNumber),
  }));
  const taken = people.map(({ party, ref }) => ({ ref, id: party.id, side: party.side }));
  const document = documentOf(report.title, report.narrative, ...(report.items ?? []));
  const search = { placeId: report.placeId ?? null, document };
  return made('dispute', decided, arrival, { texts, parties, search }, { parties: taken, itemIds });
}

/** Across a boundary the lowest common region has the case; across cities it stays where it happened. */
function jurisdictionOf({ region, alsoRegion }: Report, context: Context): string | Refusal {
  const { directory } = context;
  if (alsoRegion === undefined) return region;
  const known = (code: string): boolean => directory.regions.has(code);
  if (!known(alsoRegion))
    return refuse('unknown_region', 'no such region', 'alsoRegion', 'a code of the region list');
  if (!known(region)) return region;
  const shared = lowestCommonAncestor(region, alsoRegion);
  return shared === null || unstaffed(shared, context) ? region : shared;
}

const unstaffed = (region: string, { directory, now }: Context): boolean =>
  ownerAt(directory, region, levelOf(region), now).via === 'unstaffed';

/** Relations to the disputes the reporter named; each must exist. */
function linksOf(
  { earlierIds = [] }: Report,
  { earlier, now, context }: Arrival,
): DisputeReport['links'] | Refusal {
  const own = (id: string): boolean =>
    context.actor.system === true || inScope(scopeOf(context.actor), earlier.get(id)!);
  const missing = earlierIds.findIndex((id) => !earlier.has(id) || !own(id));
  if (missing >= 0) return refuse('unknown_reference', 'no such dispute', `earlierIds.${missing}`);
  return earlierIds.map((disputeId) => ({
    disputeId,
    relation: relationTo(earlier.get(disputeId)!, now, context.policy),
  }));
}

type Person = Omit<NewParty, 'phone' | 'idNumber' | 'phoneHash' | 'idNumberHash'> & {
  phone: string | null;
  idNumber: string | null;
};

function peopleOf({ parties = [] }: Report, { newId, actor }: Context, strangers: ReadonlySet<string>) {
  const ids = new Map(parties.map(({ ref }) => [ref, newId('pty')]));
  if (ids.size < parties.length) {
    return refuse('invalid_field', 'two parties have the same ref', 'parties', 'a ref of its own for each');
  }
  for (const [i, { actsFor = [] }] of parties.entries()) {
    const stranger = actsFor.findIndex((ref) => !ids.has(ref));
    if (stranger >= 0) {
      return refuse(
        'unknown_party',
        'acts for somebody not in this report',
        `parties.${i}.actsFor.${stranger}`,
        'the ref of one of the parties',
      );
    }
  }
  const fault = acrossSides(parties) ?? withoutPaper(parties, actor);
  if (fault) return fault;
  return parties.map(
    ({ ref, side, kind, name, phone, idNumber, accountId: named, actsFor = [], accused = false }) => {
      const accountId = named === undefined || strangers.has(named) ? undefined : named;
      const id = ids.get(ref)!;
      const acts = actsFor.map((other) => ids.get(other)!);
      const party = { id, side, kind, actsFor: acts, accused, ...(accountId !== undefined && { accountId }) };
      const person: Person = {
        ...{ id, side, name, phone: phone ?? null, idNumber: idNumber ?? null },
        accountId: accountId ?? null,
      };
      return { ref, party, person };
    },
  );
}

/** Nobody speaks for the other side, nor stands on both. */
function acrossSides(parties: NonNullable<Report['parties']>): Refusal | null {
  const sideOf = new Map(parties.map(({ ref, side }) => [ref, side]));
  for (const [i, { side, actsFor = [], accountId }] of parties.entries()) {
    const other = actsFor.findIndex((ref) => sideOf.get(ref) !== side);
    if (other >= 0)
      return refuse(
        'conflict_of_interest',
        'nobody speaks for the other side',
        `parties.${i}.actsFor.${other}`,
      );
    const twice =
      accountId !== undefined && parties.some((p) => p.accountId === accountId && p.side !== side);
    if (twice)
      return refuse('conflict_of_interest', 'one person cannot stand on two sides', `parties.${i}.accountId`);
  }
  return null;
}

/**
 * Whoever has an account speaks for herself, unless staff report otherwise, who have seen the paper; and no staff in their own
 * quarrel. An account that is not there counts too: the answer must not tell which there are.
 */
function withoutPaper(parties: NonNullable<Report['parties']>, actor: Actor): Refusal | null {
  const isStaff = actor.posts.length > 0 || actor.system === true;
  const hasOwn = new Set(parties.flatMap(({ ref, accountId }) => (accountId === undefined ? [] : [ref])));
  for (const [i, { ref, actsFor = [], accountId }] of parties.entries()) {
    if (isStaff && accountId !== actor.id) continue;
    const other = actsFor.findIndex((spokenFor) => spokenFor !== ref && hasOwn.has(spokenFor));
    if (other >= 0)
      return refuse(
        'conflict_of_interest',
        'whoever has an account speaks for herself',
        `parties.${i}.actsFor.${other}`,
        'nobody with an account: staff record who speaks for whom',
      );
  }
  return null;
}

/** A need, hazard or opinion is no dispute: it becomes a task that must be answered. */
function nonDispute(arrival: Arrival): Made | Refusal {
  const { request, context, now } = arrival;
  const { report, actor } = request;
  const id = context.newId('tsk');
  const what = context.newId('txt');
  const asked = report.level ?? context.policy.entryLevel[report.channel];
  const lowest = levelOf(report.region);
  const level = rank(asked) < rank(lowest) ? lowest : asked;
  const command: TaskCommand = {
    ...{ action: 'open-task', id, policyVersion: context.policy.version, disputeId: null, kind: 'answer' },
    ...{
      target: { bodyId: null, region: report.region, level },
      what,
      reportedBy: request.reportedBy ?? actor.id,
    },
    ...{
      fromPetition: report.channel === 'petition',
      owner: ownerAt(context.directory, report.region, level, now),
    },
  };
  const decided = act(taskMachine, NO_TASK, command, context);
  if (isRefusal(decided)) return decided;
  const texts = [{ id: what, body: `${report.title}\n\n${report.narrative}` }];
  return made('task', decided, arrival, { texts, parties: [], search: null }, { parties: [], itemIds: [] });
}

function made(
  kind: 'dispute' | 'task',
  { state, events }: { state: Clocked; events: { type: string }[] },
  { request, commandId, now }: Arrival,
  apart: Made['apart'],
  told: Pick<ReportTaken, 'parties' | 'itemIds'>,
): Made {
  const { actor, report } = request;
  const codes = codesOf(kind, state);
  const act_ = {
    ...{ commandId, action: 'report', body: {}, actor, events, hop: 0 },
    bodyHash: bodyHashOf(request.asked ?? report),
    occurredAt: report.occurredAt ?? null,
  };
  const final = machineOf(kind).isFinal(state);
  const change: CaseChange = { kind, id: state.id, acts: [act_], state, codes, final, now };
  const { number, stage, level, grade } = codes;
  const taken = { id: state.id, kind, number, version: state.version, stage, level, grade };
  return { change, taken: { ...taken, ...told, possibleDuplicates: [] }, apart };
}
