import { rank, type Level } from '../../domain/regions.ts';
import { activeParties, mediationActive, type Dispute } from '../../domain/dispute/state.ts';
import type { StaffFact } from '../../domain/duty.ts';
import { holdsAt } from '../../domain/posts.ts';
import type { ReadModel, WorkItem } from '../../ports/handler.ts';
import { dueOf, itemAt } from './item.ts';

/** From asking for consent to the register's review. */
export function mediationWork(state: Dispute, read: ReadModel): WorkItem[] {
  const queue: Level = rank(state.level) < rank('community') ? 'community' : state.level;
  return [...(state.closure === null ? open(state, queue, read) : []), ...reviews(state, queue)];
}

function open(state: Dispute, queue: Level, read: ReadModel): WorkItem[] {
  const { mediation } = state;
  const director = { roles: ['committee-director'] as const };
  if (state.triage !== 'done') return [];
  if (mediation.status === 'none') {
    const active = activeParties(state);
    const sides = new Set(active.map((party) => party.side));
    if (sides.size < 2) return [];
    if (active.some((party) => party.consent !== 'agreed')) return asking(state);
    const detail = { proposed: proposeMediators(state, read) };
    return [
      itemAt(queue, state, { kind: 'accept-mediation', ...director, detail, dueAt: dueOf(state, 'level') }),
    ];
  }
  if (!mediationActive(state)) return [];
  const dueAt = dueOf(state, 'mediation');
  if (mediation.mediatorId === null) {
    const detail = { proposed: proposeMediators(state, read) };
    return [itemAt(queue, state, { kind: 'assign-mediator', ...director, detail, dueAt })];
  }
  const detail = { status: mediation.status };
  return [
    itemAt(queue, state, { kind: 'mediate', assigneeId: mediation.mediatorId, roles: [], dueAt, detail }),
  ];
}

/** Somebody has to tell the parties their rights and ask; once all were told, only their answers are missing. */
function asking(state: Dispute): WorkItem[] {
  const untold = activeParties(state).filter((party) => ['not-asked', 'not-reached'].includes(party.consent));
  if (untold.length === 0) return [];
  const { level, staffId } = state.owner;
  const detail = { partyIds: untold.map((party) => party.id) };
  return [
    itemAt(level, state, { kind: 'ask-consent', assigneeId: staffId, dueAt: dueOf(state, 'level'), detail }),
  ];
}

function reviews(state: Dispute, queue: Level): WorkItem[] {
  if (state.closure?.outcome === 'left') return [];
  return state.agreements
    .filter((agreement) => agreement.form === 'oral' && agreement.effectiveAt !== null && !agreement.reviewed)
    .map((agreement) => {
      const clock = state.clocks.find((c) => c.id === `register-review:${agreement.id}`);
      const who = { roles: ['committee-director'] as const, subject: agreement.id };
      return itemAt(queue, state, { kind: 'review-register', ...who, dueAt: clock?.dueAt ?? null });
    });
}

export interface ProposedMediator {
  mediatorId: string;
  /** Open disputes she already has. */
  load: number;
  experienced: boolean;
}

const PROPOSED_MAX = 3;

/**
 * Mediators of the region without conflict of interest: experienced in the category first, then the least loaded. A
 * proposal with its reasons; a person assigns, and may assign anyone else.
 */
export function proposeMediators(
  state: Dispute,
  { directory, mediatorLoad, now }: ReadModel,
): ProposedMediator[] {
  return [...directory.staff.values()]
    .filter((person) => holdsAt(person, 'mediator', state.region, now) && !conflicted(person, state))
    .map((person) => ({
      mediatorId: person.id,
      load: mediatorLoad.get(person.id) ?? 0,
      experienced: person.skills?.includes(state.category) === true,
    }))
    .sort(
      (a, b) =>
        Number(b.experienced) - Number(a.experienced) ||
        a.load - b.load ||
        a.mediatorId.localeCompare(b.mediatorId),
    )
    .slice(0, PROPOSED_MAX);
}

/** A party, whoever reported it, and whoever was recused cannot mediate it. */
const conflicted = ({ id }: StaffFact, state: Dispute): boolean =>
  state.reportedBy === id ||
  state.mediation.recusedIds.includes(id) ||
  state.parties.some((party) => party.accountId === id);
