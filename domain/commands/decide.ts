import type { DisputeAction, DisputeCommand } from '../dispute/commands.ts';
import type { Dispute } from '../dispute/state.ts';
import { is, isParty } from '../dispute/who.ts';
import { LIFECYCLE } from '../lifecycle.ts';
import type { Context } from '../machine.ts';
import { isTracked } from '../tracking.ts';
import * as consent from './consent.ts';
import * as discovery from './discovery.ts';
import * as end from './end.ts';
import * as engine from './engine.ts';
import * as level from './level.ts';
import * as measures from './measures.ts';
import * as mediation from './mediation.ts';
import * as outside from './outside.ts';
import { refuse, type Decided, type Decider } from './support.ts';

/** Every action of the table and the function that decides it. */
const DECIDERS: { [A in DisputeAction]: Decider<A> } = {
  'propose-triage': discovery.proposeTriage,
  triage: discovery.triage,
  'settle-on-spot': discovery.settleOnSpot,
  merge: discovery.merge,
  unmerge: discovery.unmerge,
  'mark-out-of-scope': discovery.markOutOfScope,
  transfer: discovery.transfer,
  link: discovery.link,
  unlink: discovery.unlink,
  'record-measure': measures.recordMeasure,
  'record-contact': measures.recordContact,
  refer: measures.refer,
  'deliver-notice': consent.deliverNotice,
  consent: consent.consent,
  refuse: consent.refuseMediation,
  withdraw: consent.withdraw,
  'replace-respondent': consent.replaceRespondent,
  'identify-party': consent.identifyParty,
  accept: mediation.accept,
  'assign-mediator': mediation.assignMediator,
  recuse: mediation.recuse,
  'schedule-session': mediation.scheduleSession,
  'record-session': mediation.recordSession,
  suspend: mediation.suspend,
  resume: mediation.resume,
  'propose-agreement': mediation.proposeAgreement,
  'sign-agreement': mediation.signAgreement,
  'record-oral-agreement': mediation.recordOralAgreement,
  'review-register': mediation.reviewRegister,
  'fail-mediation': mediation.failMediation,
  escalate: level.escalate,
  'take-over': level.takeOver,
  'hand-down': level.handDown,
  return: level.returnCase,
  'decide-return': level.decideReturn,
  'request-extension': level.requestExtension,
  'decide-extension': level.decideExtension,
  regrade: level.regrade,
  'confirm-regrade': level.confirmRegrade,
  urge: level.urge,
  supervise: level.supervise,
  'assign-leader': level.assignLeader,
  'set-team': level.setTeam,
  'convene-conference': level.conveneConference,
  'assign-task': level.assignTask,
  'add-commitment': outside.addCommitment,
  'fulfil-commitment': outside.fulfilCommitment,
  'break-commitment': outside.breakCommitment,
  'drop-commitment': outside.dropCommitment,
  'record-proceeding': outside.recordProceeding,
  'apply-confirmation': outside.applyConfirmation,
  'record-confirmation': outside.recordConfirmation,
  'reply-to-origin': outside.replyToOrigin,
  'mark-resolved': end.markResolved,
  'close-unresolved': end.closeUnresolved,
  'record-follow-up': end.recordFollowUp,
  rate: end.rate,
  object: end.object,
  reopen: end.reopen,
  archive: end.archive,
  'record-task-outcome': engine.recordTaskOutcome,
  'record-conference-outcome': engine.recordConferenceOutcome,
  'record-commitment-unchecked': engine.recordCommitmentUnchecked,
  'replace-absent': engine.replaceAbsent,
  recompute: engine.recompute,
};

export const isDisputeAction = (action: string): action is DisputeAction => Object.hasOwn(DECIDERS, action);

/** Decides a command on an existing dispute: who may, whether the state allows it, then what happens. */
export function decide(state: Dispute, command: DisputeCommand, context: Context): Decided {
  if (!isDisputeAction(command.action)) return refuse('unknown_action', 'no such action', 'action');
  if (state.version === 0) return refuse('out_of_order', 'this dispute has not been reported');
  const rule = LIFECYCLE[command.action];
  if (!rule.who.some((who) => is(who, state, context))) {
    return refuse('not_permitted', 'your role may not do this here', undefined, rule.who.join(', '));
  }
  const obstacle = rule.when(state);
  if (obstacle !== null) return refuse('out_of_order', obstacle, undefined, rule.from);
  const decider = DECIDERS[command.action] as Decider<DisputeAction>;
  return decider(state, command, context);
}

/** What a person may not do although her relation allows it: decide over herself, or speak for a party that she is not. */
function barred(action: DisputeAction, state: Dispute, { actor }: Pick<Context, 'actor'>): boolean {
  switch (action) {
    case 'confirm-regrade':
      return state.pendingRegrade?.by === actor.id;
    case 'decide-extension':
      return state.pendingExtension?.by === actor.id;
    case 'consent':
    case 'refuse':
    case 'withdraw':
      return !isParty(state, actor) && !consent.recordsForParties(state, { actor });
    case 'sign-agreement':
      return isTracked(actor.id);
    default:
      return false;
  }
}

/** What this person may do with the dispute now, by the same table that decides. */
export function allowedActions(state: Dispute, context: Pick<Context, 'actor'>): DisputeAction[] {
  return (Object.keys(LIFECYCLE) as DisputeAction[]).filter((action) => {
    const rule = LIFECYCLE[action];
    return (
      rule.group !== 'engine' &&
      rule.when(state) === null &&
      rule.who.some((who) => is(who, state, context)) &&
      !barred(action, state, context)
    );
  });
}
