import { isLive, type Clock, type TimeRules, type WantedClock } from '../clocks.ts';
import type { Policy } from '../policy.ts';
import type { Limit } from '../working-time.ts';
import { mediationActive, openCommitments, type Agreement, type Dispute } from './state.ts';

/**
 * Which clocks a dispute wants in a given state. Each obligation has an id of its own, so a clock that has ended is
 * never started again: a reopened case, a new level, a second asking get new clocks and keep the old ones.
 */
export function wantedClocks(state: Dispute, { policy }: TimeRules): WantedClock[] {
  if (isFinal(state)) return [];
  const wanted = state.closure === null ? openClocks(state, policy) : closedClocks(state, policy);
  return [...wanted, ...attention(state, wanted, policy)];
}

/** A dispute that has left or is archived needs nobody any more. */
export const isFinal = (state: Dispute): boolean =>
  state.closure?.outcome === 'left' || state.archivedAt !== null;

function openClocks(state: Dispute, policy: Policy): WantedClock[] {
  const { clocks } = policy;
  const red = state.grade === 'red';
  const wanted: WantedClock[] = [];
  const want = (kind: string, key: string | number, limit: Limit, held = false): void =>
    void wanted.push({ id: `${kind}:${key}`, kind, limit, held });

  if (state.triage !== 'done') {
    if (red) want('triage-red', state.round, clocks.triageRed);
    else want('triage', state.round, clocks.triage);
  }
  if (state.urgent && !state.contacted) want('first-contact', state.round, clocks.firstContact);
  for (const party of state.parties.filter((candidate) => candidate.consent === 'asked')) {
    want('consent', `${party.id}:${party.asked}`, clocks.consent);
  }
  if (mediationActive(state) && state.mediation.kind !== null) {
    const suspended = state.mediation.status === 'suspended';
    const id = `mediation:${state.mediation.round}`;
    const limit = policy.mediation[state.mediation.kind];
    // Labour: 15 days from receipt, then arbitration is open; the others count from acceptance.
    const received = state.mediation.kind === 'labour' && state.mediation.round === 1 && state.reopened === 0;
    wanted.push({
      ...{ id, kind: 'mediation', limit, held: suspended },
      ...(received && { startedAt: state.reportedAt }),
    });
  }
  if (state.pendingTransfer !== null) {
    want('takeover', state.levelEntries, red ? clocks.takeoverRed : clocks.takeover);
  } else if (state.triage === 'done' || triageBroken(state)) {
    want('level', state.levelEntries, levelLimit(state, policy), levelHeld(state));
  }
  if (state.pendingReturn !== null)
    want('return-decision', `${state.levelEntries}-${state.returns}`, clocks.returnDecision);
  if (state.pendingExtension !== null) {
    const extended = state.clocks.find((clock) => clock.id === state.pendingExtension?.clockId);
    want(
      'extension-decision',
      `${state.pendingExtension.clockId}-${extended?.extensions ?? 0}-${state.extensionsAsked}`,
      clocks.extensionDecision,
    );
  }
  if (state.pendingRegrade !== null)
    want('regrade-decision', state.pendingRegrade.count, clocks.regradeDecision);
  if (red && !state.redVisited) want('red-visit', `${state.reds}-${state.calms}`, clocks.redVisit);
  if (red) want('red-persist', state.reds, clocks.redPersist);
  return [...wanted, ...registerReviews(state, policy), ...originClock(state)];
}

function closedClocks(state: Dispute, policy: Policy): WantedClock[] {
  const { clocks } = policy;
  const closure = state.closure!;
  const key = `${state.round}-${state.levelEntries}`;
  const visits: WantedClock[] = [];
  if (closure.outcome === 'resolved') {
    const limits = [clocks.followUp, clocks.followUpAgain];
    // A visit asks whether promises were kept, so it waits until the last of them is due.
    const startedAt = Math.max(closure.at, ...openCommitments(state).map(({ dueAt }) => dueAt));
    limits.slice(state.followUps).forEach((limit, i) => {
      const nth = state.followUps + i + 1;
      visits.push({ id: `follow-up:${key}-${nth}`, kind: 'follow-up', limit, startedAt });
    });
  }
  const reviews = registerReviews(state, policy);
  const settled = visits.length === 0 && reviews.length === 0 && openCommitments(state).length === 0;
  const archive = settled ? [{ id: `archive:${key}`, kind: 'archive', limit: clocks.archive }] : [];
  return [...visits, ...reviews, ...archive, ...originClock(state)];
}

/** Once triage is overdue the case climbs by level clocks like any other, triaged or not. */
const triageBroken = (state: Dispute): boolean =>
  state.clocks.some(
    ({ id, state: at }) => at === 'broken' && /^triage(-red)?:/.test(id) && id.endsWith(`:${state.round}`),
  );

/** Visits after a resolution: soon, and again later. */
export const FOLLOW_UPS = 2;

/** Oral agreements in force at which the director has not looked yet. */
export const unreviewed = (state: Dispute): Agreement[] =>
  state.agreements.filter(
    (agreement) => agreement.form === 'oral' && agreement.effectiveAt !== null && !agreement.reviewed,
  );

const registerReviews = (state: Dispute, policy: Policy): WantedClock[] =>
  unreviewed(state).map(({ id }) => ({
    id: `register-review:${id}`,
    kind: 'register-review',
    limit: policy.clocks.registerReview,
  }));

function originClock(state: Dispute): WantedClock[] {
  const until = state.origin.externalDeadlineAt;
  return until === null || state.origin.replied ? [] : [{ id: 'origin:1', kind: 'origin', limit: { until } }];
}

function levelLimit(state: Dispute, { level }: Policy): Limit {
  if (level.profile === 'level' || state.difficulty === null) return level.byLevel[state.level];
  return level.byDifficulty[state.difficulty];
}

/** The level's clock stops while consent is asked, mediation runs within its limit, or an agreement is performed. */
function levelHeld(state: Dispute): boolean {
  const asking = state.parties.some((party) => party.consent === 'asked');
  const broken = state.clocks.some(
    (c) => c.id === `mediation:${state.mediation.round}` && c.state === 'broken',
  );
  // Only what an agreement promises: otherwise any promise added by hand would stop the clock until its date.
  const performing = openCommitments(state).some(({ agreementId }) => agreementId !== null);
  return asking || (mediationActive(state) && !broken) || performing;
}

/** No live case without a clock: where nothing else ticks, it is looked at again and again until somebody acts. */
function attention(state: Dispute, wanted: WantedClock[], policy: Policy): WantedClock[] {
  const ended = (id: string): boolean => state.clocks.some((clock) => clock.id === id && !isLive(clock));
  const ticking = wanted.some((want) => want.held !== true && !ended(want.id));
  if (ticking) return [];
  const round = state.clocks.filter((clock) => clock.kind === 'attention' && !isLive(clock)).length + 1;
  return [{ id: `attention:${round}`, kind: 'attention', limit: policy.clocks.attention }];
}

/** A clock that a closing, merging or transfer takes away was not met; one whose work was done was. */
export function clockEnding(state: Dispute, clock: Clock): 'met' | 'cancelled' {
  if (clock.kind === 'attention' || clock.kind === 'red-persist') return 'cancelled';
  if (clock.kind === 'red-visit') return state.redVisited ? 'met' : 'cancelled';
  const triage = clock.kind === 'triage' || clock.kind === 'triage-red';
  if (state.closure === null) return triage && state.triage !== 'done' ? 'cancelled' : 'met';
  if (state.closure.outcome === 'left') return 'cancelled';
  return [
    'triage',
    'triage-red',
    'level',
    'mediation',
    'origin',
    'follow-up',
    'archive',
    'register-review',
    'first-contact',
  ].includes(clock.kind)
    ? 'met'
    : 'cancelled';
}
