import { ROUTES } from '../dispute/events.ts';
import { FOLLOW_UPS, unreviewed } from '../dispute/clock-rules.ts';
import { activeParties, mediationActive, openCommitments } from '../dispute/state.ts';
import { is } from '../dispute/who.ts';
import { speaksFor } from './consent.ts';
import { ONE_OF_ITS_PARTIES, partyOf, refuse, type Decider } from './support.ts';
import { reopenedBy } from './outside.ts';

export const markResolved: Decider<'mark-resolved'> = (state, { kind, reason, reporterTold }, { actor }) => {
  if (state.triage !== 'done') return refuse('out_of_order', 'triage comes first');
  if (state.grade === 'red')
    return refuse('missing_condition', 'red ends only by confirmed lowering', 'grade');
  if (state.tasks.some((task) => task.status === 'open')) {
    return refuse('missing_condition', 'a task still waits for its answer', 'tasks');
  }
  if (kind === 'agreement' && !state.agreements.some((a) => a.effectiveAt !== null)) {
    return refuse('missing_condition', 'no agreement is in force', 'kind');
  }
  if (kind === 'prevented' && state.measures === 0) {
    return refuse('missing_condition', 'prevention needs a measure that was taken', 'kind');
  }
  if (kind === 'external' && !state.proceedings.some((p) => p.result)) {
    return refuse('missing_condition', 'no external result is recorded', 'kind');
  }
  if (!reporterTold) return refuse('missing_condition', 'tell the reporter first', 'reporterTold', 'true');
  return [{ type: 'resolved', by: actor.id, kind, reason, toldReporter: true }];
};

export const closeUnresolved: Decider<'close-unresolved'> = (state, command, { actor }) => {
  const { reason, note, routesTold, noDangerLeft } = command;
  const untold = ROUTES.filter((route) => !routesTold.includes(route));
  if (untold.length > 0) {
    return refuse(
      'missing_condition',
      `tell the routes first: ${untold.join(', ')}`,
      'routesTold',
      ROUTES.join(', '),
    );
  }
  if (!noDangerLeft || state.grade === 'red') {
    return refuse('missing_condition', 'a danger is still open', 'noDangerLeft', 'true, and not red');
  }
  if (state.tasks.some((task) => task.status === 'open')) {
    return refuse('missing_condition', 'a task still waits for its answer', 'tasks');
  }
  // A refusal ends mediation with that party only; the others go on.
  if (mediationActive(state)) return refuse('out_of_order', 'mediation between the others still runs');
  const turned = (consent: 'refused' | 'withdrawn') =>
    state.parties.some((party) => party.consent === consent);
  const true_ = {
    refused: turned('refused'),
    withdrawn: turned('withdrawn'),
    failed: state.failedMediations > 0,
  };
  if (!true_[reason]) return refuse('missing_condition', 'this is not what happened here', 'reason');
  return [{ type: 'closed-unresolved', by: actor.id, reason, note, routesTold }];
};

export const recordFollowUp: Decider<'record-follow-up'> = (_state, command, { actor }) => {
  const { performed, satisfied, note } = command;
  return [
    { type: 'follow-up-recorded', by: actor.id, performed, satisfied: satisfied ?? null, note: note ?? null },
  ];
};

export const rate: Decider<'rate'> = (state, { partyId, score }, context) => {
  const { actor } = context;
  if (!Number.isInteger(score) || score < 1 || score > 5)
    return refuse('invalid_field', 'a whole number', 'score', '1 to 5');
  if (partyId !== undefined && !partyOf(state, partyId))
    return refuse('unknown_party', 'no such party in this dispute', 'partyId', ONE_OF_ITS_PARTIES);
  if (partyId !== undefined && !is('counter', state, context) && !speaksFor(state, partyId, context))
    return refuse('not_permitted', 'a party rates for herself', 'partyId', 'your own party');
  return [{ type: 'rated', by: actor.id, partyId: partyId ?? null, score }];
};

export const object: Decider<'object'> = (_state, { reason }, { actor }) => [
  { type: 'objected', by: actor.id, reason },
];

export const reopen: Decider<'reopen'> = (state, { ground, reason }, context) => {
  const broken = state.commitments.some((commitment) => commitment.status === 'broken');
  if (ground === 'broken-commitment' && !broken)
    return refuse('missing_condition', 'no commitment was broken', 'ground');
  const involved = is('party', state, context) || activeParties(state).length > 0;
  return involved
    ? [reopenedBy(state, context, ground, reason)]
    : refuse('missing_condition', 'nobody is left to hear', 'parties');
};

export const archive: Decider<'archive'> = (state, { dossierComplete }, { actor }) => {
  if (openCommitments(state).length > 0)
    return refuse('missing_condition', 'a commitment is still open', 'commitments');
  // By what was done, not by what ticks: a visit that is overdue is still owed.
  const visits = state.closure?.outcome === 'resolved' && state.followUps < FOLLOW_UPS;
  if (visits || unreviewed(state).length > 0)
    return refuse('missing_condition', 'a visit or review is still due', 'clocks');
  if (!dossierComplete)
    return refuse('missing_condition', 'the dossier is not complete', 'dossierComplete', 'true');
  return [{ type: 'archived', by: actor.id }];
};
