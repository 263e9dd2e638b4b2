import type { Static } from 'typebox';
import { allowedActions } from '../../domain/commands/decide.ts';
import type { Clock, TimeRules } from '../../domain/clocks.ts';
import { ROUTES } from '../../domain/dispute/events.ts';
import { stageOf, type Agreement, type Dispute, type Party } from '../../domain/dispute/state.ts';
import { isParty } from '../../domain/dispute/who.ts';
import type { Actor } from '../../domain/roles.ts';
import { inScope, scopeOf } from '../../domain/scope.ts';
import type { Instant } from '../../domain/working-time.ts';
import type { PartyRecord } from '../../ports/reads.ts';
import type { ActionResult, DisputeView } from '../../schemas/api/views.ts';
import { clockView } from './clocks.ts';

export type View = 'staff' | 'reporter' | 'party';

/** How much a person sees of a dispute; null when nothing at all. */
export function viewOf(state: Dispute, actor: Actor): View | null {
  // A party sees her part and no more, also where her post would show her everything.
  if (isParty(state, actor)) {
    if (state.reportedBy === actor.id) return 'reporter';
    return ownParties(state, actor).length > 0 ? 'party' : null;
  }
  const staff = [state.owner.staffId, state.leaderId, state.team?.leadId, ...(state.team?.memberIds ?? [])];
  const mediators = [state.mediation.mediatorId, ...state.mediation.coMediatorIds];
  // Being named in a case ends with the last post.
  if (actor.posts.length > 0 && [...staff, ...mediators].includes(actor.id)) return 'staff';
  if (inScope(scopeOf(actor), { region: state.region, members: [] })) return 'staff';
  return state.reportedBy === actor.id ? 'reporter' : null;
}

/** The parties this person is or speaks for; a guardian who is the accused speaks for nobody and sees nothing. */
export function ownParties({ parties }: Dispute, actor: Actor): Party[] {
  const self = parties.filter(
    (party) => party.accountId === actor.id && !(party.accused && party.kind === 'guardian'),
  );
  const spokenFor = self.filter((party) => !party.accused).flatMap((party) => party.actsFor);
  return parties.filter((party) => self.includes(party) || spokenFor.includes(party.id));
}

export interface Surroundings extends TimeRules {
  actor: Actor;
  now: Instant;
  texts: ReadonlyMap<string, string>;
  people: PartyRecord[];
  names: ReadonlyMap<string, string>;
  /** Parties who let their name and claim be told to the other sides; absent for none. */
  disclosed?: Party[];
}

/** References of text and names of staff that a view of the dispute needs. */
export function referencesOf(state: Dispute): { texts: string[]; names: string[] } {
  const terms = [...state.agreements.flatMap(({ terms: all }) => all), ...state.commitments];
  const texts = [
    ...[state.title, state.narrative, ...state.items.map(({ id }) => id)],
    ...terms.flatMap(({ what, condition }) => [what, condition]),
  ];
  const names = [state.owner.staffId, state.mediation.mediatorId, state.leaderId];
  return { texts: texts.filter((id) => id !== null), names: names.filter((id) => id !== null) };
}

/** Names of the protected fields that a view of the whole dispute gives, for the audit log. */
export function protectedFields({ parties, agreements, commitments }: Dispute): string[] {
  return [
    ...['title', 'narrative', 'items'],
    ...(parties.length > 0 ? ['party-name', 'party-phone-masked'] : []),
    ...(agreements.length > 0 ? ['agreement-terms'] : []),
    ...(commitments.length > 0 ? ['commitment-texts'] : []),
  ];
}

/** What an action answers: where the dispute stands now, and what this person may do next. */
export function actionResult(
  state: Dispute,
  around: Pick<Surroundings, 'actor' | 'now'> & TimeRules,
): Static<typeof ActionResult> {
  const { mediation } = state;
  const all = viewOf(state, around.actor) === 'staff';
  const clocks = all ? state.clocks : state.clocks.filter(isPublic);
  return {
    ...{ id: state.id, version: state.version, stage: stageOf(state), level: state.level },
    grade: all ? state.grade : null,
    mediation: {
      ...{ status: mediation.status, kind: mediation.kind, mediatorId: mediation.mediatorId },
      sessions: mediation.sessions,
    },
    clocks: clocks.map((clock) => clockView(clock, around.now, around)),
    allowedActions: allowedActions(state, around),
  };
}

/** Clocks a resident is told of: until when somebody owes her the next step. */
const PUBLIC_CLOCKS = [
  'triage',
  'triage-red',
  'first-contact',
  'takeover',
  'level',
  'mediation',
  'follow-up',
];
export const isPublic = ({ kind }: Clock): boolean => PUBLIC_CLOCKS.includes(kind);

/** The dispute as this person may see it. */
export function disputeView(state: Dispute, view: View, around: Surroundings): Static<typeof DisputeView> {
  const { texts, names, actor } = around;
  const text = (id: string | null): string | null => (id === null ? null : (texts.get(id) ?? null));
  const mine = view === 'staff' ? state.parties : ownParties(state, actor);
  const mineIds = mine.map(({ id }) => id);
  const agreements = state.agreements.filter(
    ({ partyIds }) => view === 'staff' || partyIds.some((id) => mineIds.includes(id)),
  );
  const agreementIds = agreements.map(({ id }) => id);
  const commitments = state.commitments.filter(
    ({ agreementId }) => view === 'staff' || (agreementId !== null && agreementIds.includes(agreementId)),
  );
  const { staffId } = state.owner;
  const ownSides = mine.map(({ side }) => side);
  const disclosed =
    view === 'party' ? (around.disclosed ?? []).filter(({ side }) => !ownSides.includes(side)) : [];
  return {
    ...actionResult(state, around),
    ...{ number: state.number, view, category: state.category, difficulty: state.difficulty },
    ...{ region: state.region, reportedAt: state.reportedAt, routes: [...ROUTES] },
    // Title and narrative are the reporter's, who is never shown; the claim goes out only as far as the applicant agrees.
    title: view === 'party' ? null : text(state.title),
    narrative: view === 'party' ? null : text(state.narrative),
    owner: { ...state.owner, name: staffId === null ? null : (names.get(staffId) ?? null) },
    parties: mine.map((party) => partyView(party, around.people)),
    disclosed: disclosed.map(({ id, side }) => ({
      ...{ id, side, name: around.people.find((person) => person.id === id)?.name ?? null },
    })),
    items: state.items.map((item) => ({
      ...{ ...item, what: view === 'party' && disclosed.length === 0 ? null : text(item.id) },
    })),
    agreements: agreements.map((agreement) => agreementView(agreement, text)),
    commitments: commitments.map((c) => ({ ...c, what: text(c.what), condition: text(c.condition) })),
    closure: state.closure === null ? null : { ...state.closure, by: undefined },
    staff: view === 'staff' ? staffView(state) : null,
  };
}

function partyView(party: Party, people: PartyRecord[]): Record<string, unknown> {
  const person = people.find(({ id }) => id === party.id);
  return { ...party, name: person?.name ?? null, phone: person?.phone ?? null };
}

const agreementView = (
  agreement: Agreement,
  text: (id: string | null) => string | null,
): Record<string, unknown> => ({
  ...agreement,
  terms: agreement.terms.map((term) => ({ ...term, what: text(term.what), condition: text(term.condition) })),
});

/** What only those at work on the dispute need. */
function staffView(state: Dispute): Record<string, unknown> {
  const { points, gradeLines, danger, urgent, triage, entryLevel, origin, tasks, conferences, proceedings } =
    state;
  const { pendingTransfer, pendingReturn, pendingExtension, pendingRegrade, leaderId, team, links } = state;
  const { mergedInto, reopened, rating, objections, reportedBy, placeId, failedMediations, measures } = state;
  const { applicantConsentsToDisclosure, awaitingSupervision, archivedAt, policyVersion } = state;
  return {
    ...{ points, gradeLines, danger, urgent, triage, entryLevel, origin, tasks, conferences, proceedings },
    ...{ pendingTransfer, pendingReturn, pendingExtension, pendingRegrade, leaderId, team, links },
    ...{ mergedInto, reopened, rating, objections, reportedBy, placeId, failedMediations, measures },
    ...{ applicantConsentsToDisclosure, awaitingSupervision, archivedAt, policyVersion },
  };
}
