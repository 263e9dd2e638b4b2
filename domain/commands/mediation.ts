import type { DisputeEvent } from '../dispute/events.ts';
import { ROUTES } from '../dispute/events.ts';
import { activeParties, type Agreement, type Dispute } from '../dispute/state.ts';
import { is } from '../dispute/who.ts';
import { isRefusal, type Refusal } from '../errors.ts';
import type { Context } from '../machine.ts';
import { postsAt } from '../posts.ts';
import { levelAbove } from '../regions.ts';
import { isTracked } from '../tracking.ts';
import { inForce, oralAgreement } from './discovery.ts';
import {
  partyOf,
  raised,
  refuse,
  undertakings,
  unknownItems,
  unknownParties,
  type Decider,
} from './support.ts';

export const accept: Decider<'accept'> = (state, command, context) => {
  const { kind, committeeId, mediatorId } = command;
  if (!context.directory.bodies.has(committeeId))
    return refuse('unknown_body', 'no such committee', 'committeeId');
  const sides = new Set(activeParties(state).map((party) => party.side));
  if (sides.size < 2)
    return refuse('missing_condition', 'mediation needs two sides that have not refused', 'parties');
  const accepted: DisputeEvent = { type: 'mediation-accepted', by: context.actor.id, kind, committeeId };
  if (mediatorId === undefined) return [accepted];
  const fault = unfit(state, mediatorId, command.conflictsDisclosed ?? false, context);
  if (fault) return fault;
  const assigned = { by: context.actor.id, mediatorId, coMediatorIds: [], chosenByParties: false };
  return [accepted, { type: 'mediator-assigned', ...assigned }];
};

export const assignMediator: Decider<'assign-mediator'> = (state, command, context) => {
  const { mediatorId, coMediatorIds = [], conflictsDisclosed, chosenByParties = false } = command;
  const chooser = !(['director', 'owner', 'above'] as const).some((who) => is(who, state, context));
  if (chooser && state.mediation.mediatorId !== null)
    return refuse('not_permitted', 'a party chooses before a mediator is at work, and may ask for recusal');
  for (const id of [mediatorId, ...coMediatorIds]) {
    const fault = unfit(state, id, conflictsDisclosed, context);
    if (fault) return fault;
  }
  return [{ type: 'mediator-assigned', by: context.actor.id, mediatorId, coMediatorIds, chosenByParties }];
};

export const recuse: Decider<'recuse'> = (state, { mediatorId, reason, replacementId }, context) => {
  const { mediation } = state;
  if (![mediation.mediatorId, ...mediation.coMediatorIds].includes(mediatorId)) {
    return refuse('unknown_person', 'not a mediator of this dispute', 'mediatorId');
  }
  const recused: DisputeEvent = { type: 'mediator-recused', by: context.actor.id, mediatorId, reason };
  if (replacementId === undefined) return [recused];
  // A party may ask for another mediator; who it is, is not hers alone to say.
  if (!(['director', 'owner', 'above', 'mediator'] as const).some((who) => is(who, state, context)))
    return refuse('not_permitted', 'the director names the replacement', 'replacementId');
  if (replacementId === mediatorId)
    return refuse('conflict_of_interest', 'the recused mediator cannot stay', 'replacementId');
  const fault = unfit(state, replacementId, true, context);
  if (fault) return fault;
  const others = mediation.coMediatorIds.filter((id) => id !== mediatorId && id !== replacementId);
  // The replacement takes the place that became free: beside the lead when a co-mediator leaves.
  const places =
    mediation.mediatorId === null || mediation.mediatorId === mediatorId
      ? { mediatorId: replacementId, coMediatorIds: others }
      : { mediatorId: mediation.mediatorId, coMediatorIds: [...others, replacementId] };
  const assigned = { by: context.actor.id, ...places, chosenByParties: false };
  return [recused, { type: 'mediator-assigned', ...assigned }];
};

export const scheduleSession: Decider<'schedule-session'> = (state, command, { actor, newId, now }) => {
  const fault = sessionFault(state, command);
  if (fault) return fault;
  if (command.at < now) return refuse('invalid_field', 'the time lies in the past', 'at', 'a later time');
  const { at, channel, partyIds, joint, closed = false } = command;
  return [
    {
      type: 'session-scheduled',
      by: actor.id,
      sessionId: newId('ses'),
      at,
      channel,
      partyIds,
      joint,
      closed,
    },
  ];
};

export const recordSession: Decider<'record-session'> = (state, command, { actor, newId }) => {
  const fault = sessionFault(state, command);
  if (fault) return fault;
  const notAgreed = command.partyIds.findIndex((id) => partyOf(state, id)?.consent !== 'agreed');
  if (notAgreed >= 0) {
    return refuse(
      'missing_condition',
      'this party has not agreed to mediation',
      `partyIds.${notAgreed}`,
      'consent first',
    );
  }
  const { channel, partyIds, joint, result, record } = command;
  return [
    {
      type: 'session-recorded',
      by: actor.id,
      sessionId: command.sessionId ?? newId('ses'),
      channel,
      partyIds,
      joint,
      result,
      record,
    },
  ];
};

export const suspend: Decider<'suspend'> = (_state, { reason }, { actor }) => [
  { type: 'mediation-suspended', by: actor.id, reason },
];

export const resume: Decider<'resume'> = (_state, _command, { actor }) => [
  { type: 'mediation-resumed', by: actor.id },
];

export const proposeAgreement: Decider<'propose-agreement'> = (state, command, context) => {
  const itemIds = command.itemIds ?? state.items.map((item) => item.id);
  const fault = agreeing(state, command.partyIds, 'partyIds') ?? unknownItems(state, itemIds, 'itemIds');
  if (fault) return fault;
  const earlier = state.agreements.find((agreement) => agreement.id === command.agreementId);
  if (command.agreementId !== undefined && earlier === undefined) {
    return refuse('unknown_agreement', 'no such agreement', 'agreementId');
  }
  if (earlier?.effectiveAt != null)
    return refuse('out_of_order', 'this agreement is already in force', 'agreementId');
  const terms = undertakings(state, command.terms, 'terms', context);
  if (isRefusal(terms)) return terms;
  const agreement: Agreement = {
    ...{
      id: earlier?.id ?? context.newId('agr'),
      form: 'written',
      scope: command.scope,
      itemIds,
      partyIds: command.partyIds,
    },
    ...{
      signedBy: [],
      mediatorSigned: false,
      sealed: false,
      terms,
      effectiveAt: null,
      confirmation: 'none',
      reviewed: true,
    },
  };
  return [{ type: 'agreement-proposed', by: context.actor.id, agreement }];
};

export const signAgreement: Decider<'sign-agreement'> = (state, command, context) => {
  const { agreementId, partyIds = [], mediatorSigned = false, sealed = false } = command;
  const { actor, now } = context;
  const agreement = state.agreements.find((candidate) => candidate.id === agreementId);
  if (!agreement) return refuse('unknown_agreement', 'no such agreement', 'agreementId');
  // A PIN proves that she has a slip of paper: enough to be heard, not to be bound.
  if (isTracked(actor.id))
    return refuse(
      'not_permitted',
      'a tracking code is no signature',
      undefined,
      'on paper, recorded by the mediator',
    );
  if (agreement.effectiveAt !== null)
    return refuse('out_of_order', 'this agreement is already in force', 'agreementId');
  const outsider = partyIds.findIndex((id) => !agreement.partyIds.includes(id));
  if (outsider >= 0)
    return refuse(
      'unknown_party',
      'not a party of this agreement',
      `partyIds.${outsider}`,
      'a party it names',
    );
  // Who has refused or withdrawn since the draft is not bound by somebody else's pen.
  const turnedAway = agreeing(state, agreement.partyIds, 'agreementId');
  if (turnedAway) return turnedAway;
  const own = (id: string): boolean => partyOf(state, id)?.accountId === actor.id;
  // By what she is in this dispute: a party may hold a post elsewhere.
  const staff = is('mediator', state, context) || is('director', state, context);
  if (!staff && (mediatorSigned || sealed || !partyIds.every(own))) {
    return refuse('not_permitted', 'a party signs for herself only', 'partyIds', 'your own party');
  }
  const signed: DisputeEvent = {
    type: 'agreement-signed',
    by: actor.id,
    agreementId,
    partyIds,
    mediatorSigned,
    sealed,
  };
  const signatures = new Set([...agreement.signedBy, ...partyIds]);
  const complete =
    agreement.partyIds.every((id) => signatures.has(id)) &&
    (agreement.mediatorSigned || mediatorSigned) &&
    (agreement.sealed || sealed);
  return complete ? [signed, ...inForce(state, agreement, now, actor.id)] : [signed];
};

export const recordOralAgreement: Decider<'record-oral-agreement'> = (state, { scope, register }, context) =>
  agreeing(state, register.partyIds, 'register.partyIds') ??
  oralAgreement(state, register, scope, context, 'register');

export const reviewRegister: Decider<'review-register'> = (
  state,
  { agreementId, approved, note },
  { actor },
) => {
  const agreement = state.agreements.find(
    (candidate) => candidate.id === agreementId && candidate.form === 'oral',
  );
  if (!agreement) return refuse('unknown_agreement', 'no such oral agreement', 'agreementId');
  if (agreement.reviewed) return refuse('out_of_order', 'already reviewed', 'agreementId');
  return [{ type: 'register-reviewed', by: actor.id, agreementId, approved, note: note ?? null }];
};

export const failMediation: Decider<'fail-mediation'> = (state, { reason, itemIds, routesTold }, context) => {
  const { actor, policy } = context;
  const untold = ROUTES.filter((route) => !routesTold.includes(route));
  if (untold.length > 0) {
    return refuse(
      'missing_condition',
      `tell the routes first: ${untold.join(', ')}`,
      'routesTold',
      ROUTES.join(', '),
    );
  }
  const items = itemIds ?? state.items.filter((item) => item.status === 'open').map((item) => item.id);
  const unknown = unknownItems(state, items, 'itemIds');
  if (unknown) return unknown;
  const failed: DisputeEvent = { type: 'mediation-failed', by: actor.id, reason, itemIds: items, routesTold };
  // The other items are still being mediated: nothing has failed yet but these.
  if (state.items.some((item) => item.status === 'open' && !items.includes(item.id))) return [failed];
  const danger = { ...state.danger, failedMediations: state.failedMediations + 1 };
  const graded = raised(state, danger, 'facts', context);
  // A dispute that has just become red is already with the street.
  if (graded.some((event) => event.type === 'taken-over')) return [failed, ...graded];
  const covered = state.items.some((item) => item.status === 'covered');
  const to = policy.ladder[state.level] ?? levelAbove(state.level);
  if (covered || to === null || state.pendingTransfer !== null) return [failed, ...graded];
  const escalated = { by: actor.id, from: state.level, to, cause: 'failed-mediation' as const, reason: null };
  return [failed, ...graded, { type: 'escalated', ...escalated }];
};

function unfit(
  state: Dispute,
  mediatorId: string,
  disclosed: boolean,
  { directory, now }: Context,
): Refusal | null {
  const held = postsAt(directory.staff.get(mediatorId), now);
  const mediates = held.some((post) => post.role === 'mediator');
  if (!mediates) return refuse('unknown_person', 'no active mediator with this id', 'mediatorId');
  const involved = state.parties.some((party) => party.accountId === mediatorId);
  if (!disclosed || involved || state.mediation.recusedIds.includes(mediatorId)) {
    return refuse('conflict_of_interest', 'a mediator without conflict of interest is needed', 'mediatorId');
  }
  return null;
}

function agreeing(state: Dispute, partyIds: string[], field: string): Refusal | null {
  const unknown = unknownParties(state, partyIds, field);
  if (unknown) return unknown;
  if (new Set(partyIds.map((id) => partyOf(state, id)?.side)).size < 2) {
    return refuse('missing_condition', 'an agreement needs parties of two sides', field);
  }
  const silent = partyIds.findIndex((id) => partyOf(state, id)?.consent !== 'agreed');
  return silent < 0
    ? null
    : refuse(
        'missing_condition',
        'this party has not agreed to mediation',
        `${field}.${silent}`,
        'consent first',
      );
}

function sessionFault(
  state: Dispute,
  command: { partyIds: string[]; joint: boolean; victimAsksJoint?: boolean },
): Refusal | null {
  const unknown = unknownParties(state, command.partyIds, 'partyIds');
  if (unknown) return unknown;
  const guarded = state.danger.minorOrDomesticViolence && state.category === 'D01';
  if (guarded && command.joint && command.victimAsksJoint !== true) {
    return refuse(
      'missing_condition',
      'no joint session in domestic violence unless the victim asks',
      'joint',
      'false',
    );
  }
  return null;
}
