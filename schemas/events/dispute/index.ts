import type { DisputeEvent } from '../../../domain/dispute/events.ts';
import type { ContractsOf, Differing, None } from '../contract.ts';
import { agreementInForce } from './agreement-in-force.ts';
import { agreementProposed } from './agreement-proposed.ts';
import { agreementSigned } from './agreement-signed.ts';
import { archived } from './archived.ts';
import { calmed } from './calmed.ts';
import { closedUnresolved } from './closed-unresolved.ts';
import { commitmentAdded } from './commitment-added.ts';
import { commitmentBroken } from './commitment-broken.ts';
import { commitmentDropped } from './commitment-dropped.ts';
import { commitmentFulfilled } from './commitment-fulfilled.ts';
import { conferenceClosed } from './conference-closed.ts';
import { conferenceConvened } from './conference-convened.ts';
import { confirmationApplied } from './confirmation-applied.ts';
import { confirmationRecorded } from './confirmation-recorded.ts';
import { consented } from './consented.ts';
import { contactRecorded } from './contact-recorded.ts';
import { escalated } from './escalated.ts';
import { extensionDecided } from './extension-decided.ts';
import { extensionRequested } from './extension-requested.ts';
import { followUpRecorded } from './follow-up-recorded.ts';
import { graded } from './graded.ts';
import { handedDown } from './handed-down.ts';
import { leaderAssigned } from './leader-assigned.ts';
import { linked } from './linked.ts';
import { loweringDecided } from './lowering-decided.ts';
import { loweringProposed } from './lowering-proposed.ts';
import { markedOutOfScope } from './marked-out-of-scope.ts';
import { measureRecorded } from './measure-recorded.ts';
import { mediationAccepted } from './mediation-accepted.ts';
import { mediationFailed } from './mediation-failed.ts';
import { mediationResumed } from './mediation-resumed.ts';
import { mediationSuspended } from './mediation-suspended.ts';
import { mediatorAssigned } from './mediator-assigned.ts';
import { mediatorLeft } from './mediator-left.ts';
import { mediatorRecused } from './mediator-recused.ts';
import { merged } from './merged.ts';
import { noticeDelivered } from './notice-delivered.ts';
import { objected } from './objected.ts';
import { oralAgreementRecorded } from './oral-agreement-recorded.ts';
import { originReplied } from './origin-replied.ts';
import { ownerReplaced } from './owner-replaced.ts';
import { partyIdentified } from './party-identified.ts';
import { partyNotReached } from './party-not-reached.ts';
import { proceedingRecorded } from './proceeding-recorded.ts';
import { rated } from './rated.ts';
import { referred } from './referred.ts';
import { refused } from './refused.ts';
import { registerReviewed } from './register-reviewed.ts';
import { reopened } from './reopened.ts';
import { reported } from './reported.ts';
import { resolved } from './resolved.ts';
import { respondentReplaced } from './respondent-replaced.ts';
import { returnDecided } from './return-decided.ts';
import { returned } from './returned.ts';
import { sessionRecorded } from './session-recorded.ts';
import { sessionScheduled } from './session-scheduled.ts';
import { superiorNotified } from './superior-notified.ts';
import { supervised } from './supervised.ts';
import { takenOver } from './taken-over.ts';
import { taskAssigned } from './task-assigned.ts';
import { taskClosed } from './task-closed.ts';
import { taskSilent } from './task-silent.ts';
import { teamSet } from './team-set.ts';
import { transferred } from './transferred.ts';
import { triageProposed } from './triage-proposed.ts';
import { triaged } from './triaged.ts';
import { unlinked } from './unlinked.ts';
import { unmerged } from './unmerged.ts';
import { urged } from './urged.ts';
import { withdrawn } from './withdrawn.ts';

/** The contracts of what can happen to a dispute, clocks aside. */
export const DISPUTE_EVENTS = {
  reported,
  'triage-proposed': triageProposed,
  triaged,
  calmed,
  merged,
  unmerged,
  'marked-out-of-scope': markedOutOfScope,
  transferred,
  linked,
  unlinked,
  'measure-recorded': measureRecorded,
  'contact-recorded': contactRecorded,
  referred,
  'notice-delivered': noticeDelivered,
  consented,
  refused,
  withdrawn,
  'respondent-replaced': respondentReplaced,
  'party-identified': partyIdentified,
  'party-not-reached': partyNotReached,
  'mediation-accepted': mediationAccepted,
  'mediator-assigned': mediatorAssigned,
  'mediator-recused': mediatorRecused,
  'mediator-left': mediatorLeft,
  'session-scheduled': sessionScheduled,
  'session-recorded': sessionRecorded,
  'mediation-suspended': mediationSuspended,
  'mediation-resumed': mediationResumed,
  'agreement-proposed': agreementProposed,
  'agreement-signed': agreementSigned,
  'agreement-in-force': agreementInForce,
  'oral-agreement-recorded': oralAgreementRecorded,
  'register-reviewed': registerReviewed,
  'mediation-failed': mediationFailed,
  escalated,
  'taken-over': takenOver,
  'owner-replaced': ownerReplaced,
  'handed-down': handedDown,
  returned,
  'return-decided': returnDecided,
  'extension-requested': extensionRequested,
  'extension-decided': extensionDecided,
  graded,
  'lowering-proposed': loweringProposed,
  'lowering-decided': loweringDecided,
  urged,
  supervised,
  'superior-notified': superiorNotified,
  'leader-assigned': leaderAssigned,
  'team-set': teamSet,
  'conference-convened': conferenceConvened,
  'conference-closed': conferenceClosed,
  'task-assigned': taskAssigned,
  'task-closed': taskClosed,
  'task-silent': taskSilent,
  'commitment-added': commitmentAdded,
  'commitment-fulfilled': commitmentFulfilled,
  'commitment-broken': commitmentBroken,
  'commitment-dropped': commitmentDropped,
  'proceeding-recorded': proceedingRecorded,
  'confirmation-applied': confirmationApplied,
  'confirmation-recorded': confirmationRecorded,
  'origin-replied': originReplied,
  resolved,
  'closed-unresolved': closedUnresolved,
  'follow-up-recorded': followUpRecorded,
  rated,
  objected,
  reopened,
  archived,
} satisfies ContractsOf<DisputeEvent>;

/** Compiles only while every schema says exactly what the domain says; an event that differs is named here. */
export type DifferingDisputeEvents = None<Differing<typeof DISPUTE_EVENTS, DisputeEvent>>;
