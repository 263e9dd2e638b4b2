import { Type, type Static, type TSchema } from 'typebox';
import type { CommandOf, DisputeAction } from '../../domain/dispute/commands.ts';
import {
  CONTACT_CHANNELS,
  CONTACT_RESULTS,
  MEASURE_KINDS,
  ORIGIN_REPLIES,
  REOPEN_GROUNDS,
  ROUTES,
  SESSION_RESULTS,
  SUSPENSION_REASONS,
} from '../../domain/dispute/events.ts';
import {
  AGENDA_KINDS,
  PROCEEDING_KINDS,
  RESOLUTION_KINDS,
  TASK_KINDS,
  UNRESOLVED_REASONS,
} from '../../domain/dispute/state.ts';
import { MEDIATION_KINDS } from '../../domain/policy.ts';
import {
  AccountId,
  CategoryCode,
  ClaimedDanger,
  ClockId,
  DifficultyCode,
  GradeCode,
  Id,
  Ids,
  Instant,
  LevelCode,
  NARRATIVE_MAX,
  NewParty,
  OneOf,
  OralRegister,
  RegionCode,
  Strict,
  Term,
  Terms,
  Text,
} from '../parts.ts';

/** Actions that only the engine takes; they have no operation in the API. */
export const ENGINE_ACTIONS = [
  'record-task-outcome',
  'record-conference-outcome',
  'record-commitment-unchecked',
  'replace-absent',
  'recompute',
] as const satisfies DisputeAction[];

export type PublicAction = Exclude<DisputeAction, (typeof ENGINE_ACTIONS)[number]>;

const optional = Type.Optional;
const yes = Type.Boolean();
const channel = OneOf(CONTACT_CHANNELS);
const scope = OneOf(['whole', 'part', 'trial', 'supplementary']);
const relation = OneOf(['same-matter', 'repeat', 'related']);
const routesTold = Type.Array(OneOf(ROUTES), { maxItems: ROUTES.length, uniqueItems: true });
const resolutions = OneOf(RESOLUTION_KINDS.filter((kind) => kind !== 'on-spot'));

/** The body of each action: `POST /v1/disputes/{id}/actions/{action}`. One OpenAPI operation is made from each. */
export const ACTION_BODIES = {
  'propose-triage': Strict({
    category: CategoryCode(),
    difficulty: DifficultyCode(),
    danger: optional(ClaimedDanger),
    note: optional(Text()),
  }),
  triage: Strict({
    category: CategoryCode(),
    difficulty: DifficultyCode(),
    danger: optional(ClaimedDanger),
    duplicatesChecked: yes,
    level: optional(LevelCode()),
    region: optional(RegionCode()),
  }),
  'settle-on-spot': Strict({
    note: Text(),
    partiesAgreed: Ids(),
    reporterTold: yes,
    asMediation: optional(Strict({ conflictsDisclosed: yes, register: OralRegister })),
  }),
  merge: Strict({ into: Id(), reason: Text() }),
  unmerge: Strict({ reason: Text() }),
  'mark-out-of-scope': Strict({ reason: Text(), reporterTold: yes }),
  transfer: Strict({ toBodyId: Id(), reason: Text(), reporterTold: yes }),
  link: Strict({ disputeId: Id(), relation }),
  unlink: Strict({ disputeId: Id(), reason: Text() }),
  'record-measure': Strict({ kind: OneOf(MEASURE_KINDS), note: Text(), loweredRisk: optional(yes) }),
  'record-contact': Strict({
    partyId: Id(),
    channel,
    result: OneOf(CONTACT_RESULTS),
    note: optional(Text()),
  }),
  refer: Strict({ bodyId: Id(), reason: Text() }),
  'deliver-notice': Strict({ partyIds: Ids(), channel }),
  consent: Strict({ partyId: Id(), atOwnRequest: optional(yes) }),
  refuse: Strict({ partyId: Id(), effectTold: yes, reason: optional(Text()) }),
  withdraw: Strict({ partyId: Id(), reason: optional(Text()) }),
  'replace-respondent': Strict({ partyId: Id(), replacement: NewParty }),
  'identify-party': Strict({ partyId: Id(), accountId: AccountId() }),
  accept: Strict({
    kind: OneOf(MEDIATION_KINDS),
    committeeId: Id(),
    mediatorId: optional(Id()),
    conflictsDisclosed: optional(yes),
  }),
  'assign-mediator': Strict({
    mediatorId: Id(),
    coMediatorIds: optional(Ids(10)),
    conflictsDisclosed: yes,
    chosenByParties: optional(yes),
  }),
  recuse: Strict({ mediatorId: Id(), reason: Text(), replacementId: optional(Id()) }),
  'schedule-session': Strict({
    at: Instant(),
    channel,
    partyIds: Ids(),
    joint: yes,
    closed: optional(yes),
    victimAsksJoint: optional(yes),
  }),
  'record-session': Strict({
    sessionId: optional(Id()),
    channel,
    partyIds: Ids(),
    joint: yes,
    victimAsksJoint: optional(yes),
    result: OneOf(SESSION_RESULTS),
    record: Text(NARRATIVE_MAX),
  }),
  suspend: Strict({ reason: OneOf(SUSPENSION_REASONS) }),
  resume: Strict({}),
  'propose-agreement': Strict({
    agreementId: optional(Id()),
    scope,
    itemIds: optional(Ids(50)),
    partyIds: Ids(),
    terms: Terms,
  }),
  'sign-agreement': Strict({
    agreementId: Id(),
    partyIds: optional(Ids()),
    mediatorSigned: optional(yes),
    sealed: optional(yes),
  }),
  'record-oral-agreement': Strict({ scope, register: OralRegister }),
  'review-register': Strict({ agreementId: Id(), approved: yes, note: optional(Text()) }),
  'fail-mediation': Strict({ reason: Text(), itemIds: optional(Ids(50)), routesTold }),
  escalate: Strict({ to: optional(LevelCode()), reason: Text(), skipReason: optional(Text()) }),
  'take-over': Strict({}),
  'hand-down': Strict({ to: LevelCode(), reason: Text() }),
  return: Strict({ reason: Text() }),
  'decide-return': Strict({ accepted: yes, ownerLevel: optional(LevelCode()), reason: Text() }),
  'request-extension': Strict({
    clockId: ClockId(),
    amount: Type.Number({ exclusiveMinimum: 0, maximum: 60 }),
    reason: Text(),
    partiesAgree: optional(yes),
  }),
  'decide-extension': Strict({ granted: yes, reason: optional(Text()) }),
  regrade: Strict({ danger: optional(ClaimedDanger), grade: optional(GradeCode()), reason: Text() }),
  'confirm-regrade': Strict({ confirmed: yes, reason: optional(Text()) }),
  urge: Strict({ clockId: ClockId() }),
  supervise: Strict({ kind: OneOf(['supervision', 'listed']), clockId: optional(ClockId()), reason: Text() }),
  'assign-leader': Strict({ leaderId: Id() }),
  'set-team': Strict({ leadId: Id(), memberIds: Ids(50) }),
  'convene-conference': Strict({
    agenda: OneOf(AGENDA_KINDS),
    question: Text(),
    at: Instant(),
    bodyIds: Ids(30),
  }),
  'assign-task': Strict({
    kind: OneOf(TASK_KINDS),
    bodyId: optional(Id()),
    level: optional(LevelCode()),
    region: optional(RegionCode()),
    what: Text(),
  }),
  'add-commitment': Strict({ term: Term }),
  'fulfil-commitment': Strict({ commitmentId: Id(), proof: optional(Text()) }),
  'break-commitment': Strict({ commitmentId: Id(), reason: Text() }),
  'drop-commitment': Strict({ commitmentId: Id(), reason: Text() }),
  'record-proceeding': Strict({
    proceedingId: optional(Id()),
    kind: OneOf(PROCEEDING_KINDS),
    body: Text(),
    reference: optional(Text()),
    result: optional(Text()),
  }),
  'apply-confirmation': Strict({ agreementId: Id(), partyIds: Ids() }),
  'record-confirmation': Strict({ agreementId: Id(), result: OneOf(['confirmed', 'dismissed', 'declined']) }),
  'reply-to-origin': Strict({ kind: OneOf(ORIGIN_REPLIES), text: Text() }),
  'mark-resolved': Strict({ kind: resolutions, reason: Text(), reporterTold: yes }),
  'close-unresolved': Strict({
    reason: OneOf(UNRESOLVED_REASONS),
    note: Text(),
    routesTold,
    noDangerLeft: yes,
  }),
  'record-follow-up': Strict({
    performed: OneOf(['yes', 'partly', 'no', 'not-applicable']),
    satisfied: optional(yes),
    note: optional(Text()),
  }),
  rate: Strict({ partyId: optional(Id()), score: Type.Integer({ minimum: 1, maximum: 5 }) }),
  object: Strict({ reason: Text() }),
  reopen: Strict({ ground: OneOf(REOPEN_GROUNDS), reason: Text() }),
  archive: Strict({ dossierComplete: yes }),
} satisfies Record<PublicAction, TSchema>;

type Body<A extends PublicAction> = Omit<CommandOf<A>, 'action'>;
type Same<X, Y> = [X] extends [Y] ? ([Y] extends [X] ? true : false) : false;

/** Compiles only while every schema says exactly what the core's command says; an action that differs is named here. */
export type DifferingActions = {
  [A in PublicAction]: Same<Static<(typeof ACTION_BODIES)[A]>, Body<A>> extends true ? never : A;
}[PublicAction];
const _schemasMatchCommands: [DifferingActions] extends [never] ? true : DifferingActions = true;
void _schemasMatchCommands;
