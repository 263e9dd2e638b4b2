import { isLive } from './clocks.ts';
import type { DisputeAction } from './dispute/commands.ts';
import { mediationActive, openCommitments, type Dispute } from './dispute/state.ts';
import type { Who } from './dispute/who.ts';

export const ACTION_GROUPS = [
  'discovery',
  'measures',
  'consent',
  'mediation',
  'level',
  'bodies',
  'commitments',
  'outside',
  'end',
  'engine',
] as const;
export type ActionGroup = (typeof ACTION_GROUPS)[number];

/**
 * One line of the lifecycle: who may do what, when, and where it leads. `when` answers null, or why it is not possible
 * now. The diagram in docs/lifecycle.md is generated from this table; allowedActions and decide read the same lines.
 */
export interface ActionRule {
  group: ActionGroup;
  who: readonly Who[];
  /** The states it starts from and leads to, as drawn. */
  from: string;
  to: string;
  condition: string;
  when: (state: Dispute) => string | null;
}

const open = (s: Dispute): string | null => (s.closure === null ? null : 'the dispute is closed');
const closed = (s: Dispute): string | null =>
  s.closure !== null && s.closure.outcome !== 'left' ? null : 'the dispute is not closed';
const present = (s: Dispute): string | null =>
  s.closure?.outcome === 'left' ? 'the dispute has left' : null;
const both =
  (...tests: ((s: Dispute) => string | null)[]) =>
  (s: Dispute) =>
    tests.map((t) => t(s)).find((r) => r !== null) ?? null;
const need = (test: (s: Dispute) => boolean, otherwise: string) => (s: Dispute) =>
  test(s) ? null : otherwise;

const triaged = need((s) => s.triage === 'done', 'triage comes first');
const untriaged = need((s) => s.triage !== 'done', 'triage is done');
const mediating = need(
  (s) => ['assigned', 'mediating'].includes(s.mediation.status),
  'no mediator is at work',
);
const notRed = need((s) => s.grade !== 'red', 'red ends only by confirmed lowering');
const settled = need((s) => s.pendingTransfer === null, 'a transfer to another level waits to be taken over');

const STAFF_OF_CASE: Who[] = [
  'owner',
  'grid',
  'community',
  'street',
  'mediator',
  'counter',
  'above',
  'member',
];
const AT_WORK: Who[] = ['owner', 'mediator', 'above'];
const FOR_PARTY: Who[] = ['party', 'owner', 'mediator', 'counter', 'above', 'director'];

export const LIFECYCLE: Record<DisputeAction, ActionRule> = {
  'propose-triage': {
    group: 'discovery',
    who: ['grid', 'owner'],
    from: 'reported',
    to: 'reported',
    condition: 'a proposal to confirm',
    when: both(open, untriaged),
  },
  triage: {
    group: 'discovery',
    who: ['community', 'street', 'district', 'above'],
    from: 'reported',
    to: 'triaged',
    condition: 'category, grade, difficulty, duplicates looked at; orange and red by the street',
    when: both(open, untriaged),
  },
  'settle-on-spot': {
    group: 'discovery',
    who: ['grid', 'community', 'street', 'counter', 'mediator', 'owner'],
    from: 'any open',
    to: 'resolved',
    condition: 'each party said yes; red is only calmed',
    when: open,
  },
  merge: {
    group: 'discovery',
    who: ['community', 'street', 'district', 'above'],
    from: 'reported, triaged',
    to: 'merged',
    condition: 'reason; the reporter is told',
    when: both(
      open,
      need((s) => !s.worked, 'work has begun: link it instead'),
      notRed,
    ),
  },
  unmerge: {
    group: 'discovery',
    who: ['community', 'street', 'district', 'above'],
    from: 'merged',
    to: 'reported, triaged',
    condition: 'reason',
    when: need((s) => s.mergedInto !== null, 'the dispute is not merged'),
  },
  'mark-out-of-scope': {
    group: 'discovery',
    who: ['community', 'street', 'district', 'above'],
    from: 'reported, triaged',
    to: 'out of scope',
    condition: 'reason; the reporter is told',
    when: both(
      open,
      need((s) => !s.worked, 'work has begun'),
      notRed,
    ),
  },
  transfer: {
    group: 'discovery',
    who: ['community', 'street', 'district', 'above'],
    from: 'reported, triaged',
    to: 'transferred',
    condition: 'reason; the reporter is told where it went',
    when: both(
      open,
      need((s) => !s.worked, 'work has begun'),
      notRed,
    ),
  },
  link: {
    group: 'discovery',
    who: ['owner', 'community', 'street', 'above'],
    from: 'any',
    to: 'same',
    condition: 'same matter, repeat or related',
    when: present,
  },
  unlink: {
    group: 'discovery',
    who: ['owner', 'community', 'street', 'above'],
    from: 'any',
    to: 'same',
    condition: 'reason; a grade that the link raised stays until it is lowered',
    when: both(
      present,
      need((s) => s.links.length > 0, 'the dispute is linked to none'),
    ),
  },
  'record-measure': {
    group: 'measures',
    who: STAFF_OF_CASE,
    from: 'any open',
    to: 'same',
    condition: 'beside mediation, at any level',
    when: open,
  },
  'record-contact': {
    group: 'measures',
    who: STAFF_OF_CASE,
    from: 'any open',
    to: 'same',
    condition: 'reached or not',
    when: open,
  },
  refer: {
    group: 'measures',
    who: AT_WORK,
    from: 'any open',
    to: 'same',
    condition: 'police always on possible crime [25]',
    when: open,
  },
  'deliver-notice': {
    group: 'consent',
    who: [...AT_WORK, 'director', 'counter'],
    from: 'any open',
    to: 'consent asked',
    condition: 'rights and obligations told',
    when: both(open, triaged),
  },
  consent: {
    group: 'consent',
    who: FOR_PARTY,
    from: 'any open',
    to: 'agreed',
    condition: 'each party for herself, asked or unasked; after a refusal at her own request only',
    when: open,
  },
  refuse: {
    group: 'consent',
    who: FOR_PARTY,
    from: 'any open',
    to: 'refused by that party',
    condition: 'told its effect, clearly refuses',
    when: open,
  },
  withdraw: {
    group: 'consent',
    who: FOR_PARTY,
    from: 'any open',
    to: 'withdrawn by that party',
    condition: 'at any moment',
    when: open,
  },
  'replace-respondent': {
    group: 'consent',
    who: [...AT_WORK, 'director'],
    from: 'any open',
    to: 'same',
    condition: 'the other side never answered',
    when: open,
  },
  'identify-party': {
    group: 'consent',
    who: [...AT_WORK, 'director', 'counter'],
    from: 'any',
    to: 'same',
    condition: 'an account or a tracking code of her own',
    when: () => null,
  },
  accept: {
    group: 'mediation',
    who: ['director', 'owner', 'above'],
    from: 'triaged',
    to: 'accepted',
    condition: 'starts the mediation clock',
    when: both(
      open,
      triaged,
      need((s) => !mediationActive(s), 'mediation already runs'),
    ),
  },
  'assign-mediator': {
    group: 'mediation',
    who: ['director', 'owner', 'above', 'party'],
    from: 'accepted',
    to: 'assigned',
    condition: 'conflicts disclosed; or the parties choose',
    when: both(open, need(mediationActive, 'not accepted')),
  },
  recuse: {
    group: 'mediation',
    who: ['director', 'mediator', 'party', 'above'],
    from: 'assigned, mediating',
    to: 'accepted, assigned',
    condition: 'the file stays',
    when: both(
      open,
      need((s) => s.mediation.mediatorId !== null, 'no mediator'),
    ),
  },
  'schedule-session': {
    group: 'mediation',
    who: ['mediator', 'director'],
    from: 'assigned, mediating',
    to: 'same',
    condition: 'no joint session in domestic violence unless the victim asks',
    when: both(open, mediating),
  },
  'record-session': {
    group: 'mediation',
    who: ['mediator', 'director'],
    from: 'assigned, mediating',
    to: 'mediating',
    condition: 'every side has agreed',
    when: both(open, mediating),
  },
  suspend: {
    group: 'mediation',
    who: ['mediator', 'director'],
    from: 'assigned, mediating',
    to: 'suspended',
    condition: 'appraisal, a party absent',
    when: both(open, mediating),
  },
  resume: {
    group: 'mediation',
    who: ['mediator', 'director'],
    from: 'suspended',
    to: 'mediating',
    condition: 'its clock goes on',
    when: both(
      open,
      need((s) => s.mediation.status === 'suspended', 'not suspended'),
    ),
  },
  'propose-agreement': {
    group: 'mediation',
    who: ['mediator', 'director'],
    from: 'assigned, mediating',
    to: 'same',
    condition: 'items and parties named',
    when: both(open, mediating),
  },
  'sign-agreement': {
    group: 'mediation',
    who: ['mediator', 'director', 'party'],
    from: 'mediating',
    to: 'agreed',
    condition: 'all sign, mediator signs, seal [29]',
    when: both(
      open,
      need((s) => s.agreements.some((a) => a.effectiveAt === null), 'no draft to sign'),
    ),
  },
  'record-oral-agreement': {
    group: 'mediation',
    who: ['mediator', 'director'],
    from: 'assigned, mediating',
    to: 'agreed',
    condition: 'in force when reached, registered [30]',
    when: both(open, mediating),
  },
  'review-register': {
    group: 'mediation',
    who: ['director', 'above'],
    from: 'any',
    to: 'same',
    condition: 'oral registers within 3 working days',
    when: both(
      present,
      need((s) => s.agreements.some((a) => a.form === 'oral' && !a.reviewed), 'nothing to review'),
    ),
  },
  'fail-mediation': {
    group: 'mediation',
    who: ['mediator', 'director'],
    from: 'assigned, mediating, suspended',
    to: 'mediation failed',
    condition: 'routes told: arbitration, administrative, court [26]',
    when: both(open, need(mediationActive, 'no mediation runs')),
  },
  escalate: {
    group: 'level',
    who: [...AT_WORK, 'grid', 'community'],
    from: 'any open',
    to: 'escalation',
    condition: 'skipping a level needs a reason',
    when: both(open, settled),
  },
  'take-over': {
    group: 'level',
    who: ['receiver'],
    from: 'escalated',
    to: 'escalation',
    condition: 'within 4 working hours',
    when: both(
      open,
      need((s) => s.pendingTransfer !== null, 'nothing to take over'),
    ),
  },
  'hand-down': {
    group: 'level',
    who: ['owner', 'above'],
    from: 'handling, escalation',
    to: 'handling, escalation',
    condition: 'to the entry level or below: handling',
    when: both(
      open,
      settled,
      triaged,
      need((s) => s.level !== 'grid', 'there is no level below'),
    ),
  },
  return: {
    group: 'level',
    who: ['owner'],
    from: 'taken over, handed down',
    to: 'same',
    condition: '"not ours"; owns until decided',
    when: both(
      open,
      settled,
      need((s) => s.pendingReturn === null, 'a return already waits for a decision'),
      need((s) => s.levelEntries > 1, 'the first receiver may not pass it on'),
      need((s) => s.returns < 2, 'the second return was decided, which binds'),
    ),
  },
  'decide-return': {
    group: 'level',
    who: ['above'],
    from: 'returned',
    to: 'same or other owner',
    condition: 'the common superior; binding the second time',
    when: both(
      open,
      need((s) => s.pendingReturn !== null, 'nothing was returned'),
    ),
  },
  'request-extension': {
    group: 'level',
    who: AT_WORK,
    from: 'any open',
    to: 'same',
    condition: 'asked for, decided and shown',
    when: both(
      open,
      need((s) => s.pendingExtension === null, 'an extension already waits for a decision'),
    ),
  },
  'decide-extension': {
    group: 'level',
    who: ['leader', 'above'],
    from: 'extension asked',
    to: 'same',
    condition: 'a leader or the level above',
    when: both(
      open,
      need((s) => s.pendingExtension !== null, 'no extension was asked for'),
    ),
  },
  regrade: {
    group: 'level',
    who: STAFF_OF_CASE,
    from: 'any open',
    to: 'same',
    condition: 'anyone may raise; lowering waits for a second person',
    when: open,
  },
  'confirm-regrade': {
    group: 'level',
    who: ['leader', 'above'],
    from: 'lowering proposed',
    to: 'same',
    condition: 'a second person',
    when: both(
      open,
      need((s) => s.pendingRegrade !== null, 'no lowering was proposed'),
    ),
  },
  urge: {
    group: 'level',
    who: ['party', 'above', 'owner', 'counter'],
    from: 'any open',
    to: 'same',
    condition: 'once per clock',
    when: both(
      open,
      need((s) => s.clocks.some((c) => isLive(c) && !s.urgedClocks.includes(c.id)), 'every clock was urged'),
    ),
  },
  supervise: {
    group: 'level',
    who: ['above', 'leader'],
    from: 'any open',
    to: 'same',
    condition: 'a broken clock',
    when: open,
  },
  'assign-leader': {
    group: 'level',
    who: ['street', 'district', 'leader', 'above'],
    from: 'any open',
    to: 'same',
    condition: 'a named leader is accountable',
    when: open,
  },
  'set-team': {
    group: 'level',
    who: ['owner', 'above'],
    from: 'any open',
    to: 'same',
    condition: 'a lead and members of any body',
    when: open,
  },
  'convene-conference': {
    group: 'bodies',
    who: ['community', 'street', 'district', 'leader', 'above'],
    from: 'any open',
    to: 'same',
    condition: 'community or above',
    when: open,
  },
  'assign-task': {
    group: 'bodies',
    who: ['owner', 'community', 'street', 'above'],
    from: 'any open',
    to: 'same',
    condition: 'up, down or sideways; the owner keeps the case',
    when: open,
  },
  'add-commitment': {
    group: 'commitments',
    who: AT_WORK,
    from: 'any',
    to: 'same',
    condition: 'a date',
    when: present,
  },
  'fulfil-commitment': {
    group: 'commitments',
    who: STAFF_OF_CASE,
    from: 'any',
    to: 'same',
    condition: 'an open commitment',
    when: need((s) => openCommitments(s).length > 0, 'no open commitment'),
  },
  'break-commitment': {
    group: 'commitments',
    who: STAFF_OF_CASE,
    from: 'any',
    to: 'same',
    condition: 'an open commitment; breach reopens a closed case',
    when: need((s) => openCommitments(s).length > 0, 'no open commitment'),
  },
  'drop-commitment': {
    group: 'commitments',
    who: AT_WORK,
    from: 'any',
    to: 'same',
    condition: 'an open commitment; reason',
    when: need((s) => openCommitments(s).length > 0, 'no open commitment'),
  },
  'record-proceeding': {
    group: 'outside',
    who: [...STAFF_OF_CASE, 'party'],
    from: 'any',
    to: 'same',
    condition: 'never blocks, never closes',
    when: () => null,
  },
  'apply-confirmation': {
    group: 'outside',
    who: [...AT_WORK, 'director'],
    from: 'any',
    to: 'same',
    condition: 'both parties, within 30 days of effect [33]; never marriage, adoption, parentage, title',
    when: both(
      need((s) => s.category !== 'D01', 'never for marriage, adoption or parentage'),
      need(
        (s) => s.agreements.some((a) => a.effectiveAt !== null && a.confirmation === 'none'),
        'no agreement in force awaits confirmation',
      ),
    ),
  },
  'record-confirmation': {
    group: 'outside',
    who: [...AT_WORK, 'director'],
    from: 'any',
    to: 'same',
    condition: 'the court has answered',
    when: need(
      (s) => s.agreements.some((a) => a.confirmation === 'applied'),
      'no confirmation was applied for',
    ),
  },
  'reply-to-origin': {
    group: 'outside',
    who: [...AT_WORK, 'counter'],
    from: 'any',
    to: 'same',
    condition: 'came from another system',
    when: need((s) => s.origin.system !== null, 'the dispute did not come from another system'),
  },
  'mark-resolved': {
    group: 'end',
    who: ['owner'],
    from: 'any open',
    to: 'resolved',
    condition: 'no task awaiting an answer; reporter told; red never',
    when: both(open, settled, triaged, notRed),
  },
  'close-unresolved': {
    group: 'end',
    who: ['owner'],
    from: 'any open',
    to: 'closed unresolved',
    condition: 'refused, failed or withdrawn; routes given; no danger left',
    when: both(
      open,
      settled,
      notRed,
      need((s) => !mediationActive(s), 'mediation between the others still runs'),
    ),
  },
  'record-follow-up': {
    group: 'end',
    who: [...STAFF_OF_CASE, 'director'],
    from: 'closed',
    to: 'closed',
    condition: 'performance and satisfaction',
    when: closed,
  },
  rate: {
    group: 'end',
    who: ['party', 'counter'],
    from: 'closed',
    to: 'closed',
    condition: '1 to 5',
    when: closed,
  },
  object: {
    group: 'end',
    who: ['party', 'counter', 'owner'],
    from: 'any',
    to: 'same',
    condition: 'heard at any time',
    when: () => null,
  },
  reopen: {
    group: 'end',
    who: ['party', 'owner', 'above'],
    from: 'closed, archived, out of scope, transferred',
    to: 'open',
    condition: 'new facts, broken commitment, not satisfied',
    when: need(
      (s) => s.closure !== null && s.mergedInto === null,
      'the dispute is not closed; a merged one is unmerged',
    ),
  },
  archive: {
    group: 'end',
    who: ['owner', 'above', 'director'],
    from: 'closed',
    to: 'archived',
    condition: 'visits done, no open commitment, dossier complete',
    when: both(
      closed,
      need((s) => s.archivedAt === null, 'already archived'),
    ),
  },
  'record-task-outcome': {
    group: 'engine',
    who: ['system'],
    from: 'any',
    to: 'same',
    condition: 'a task was answered, returned or fell silent',
    when: () => null,
  },
  'record-conference-outcome': {
    group: 'engine',
    who: ['system'],
    from: 'any',
    to: 'same',
    condition: 'decisions become commitments',
    when: () => null,
  },
  'record-commitment-unchecked': {
    group: 'engine',
    who: ['system'],
    from: 'any',
    to: 'same',
    condition: 'nobody has looked',
    when: () => null,
  },
  'replace-absent': {
    group: 'engine',
    who: ['system'],
    from: 'any',
    to: 'same',
    condition: 'the owner or a mediator no longer holds the post',
    when: () => null,
  },
  recompute: {
    group: 'engine',
    who: ['system'],
    from: 'any',
    to: 'same',
    condition: 'a new calendar year',
    when: () => null,
  },
};
