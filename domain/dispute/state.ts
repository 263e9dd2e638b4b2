import type { Category, Difficulty } from '../categories.ts';
import type { Clock } from '../clocks.ts';
import type { Owner } from '../duty.ts';
import { NO_DANGER, type DangerFacts, type Grade, type GradeLine } from '../grading.ts';
import type { Clocked, TextRef } from '../machine.ts';
import type { Channel, MediationKind } from '../policy.ts';
import { rank, type Level, type RegionCode } from '../regions.ts';
import type { Instant } from '../working-time.ts';

export const STAGES = ['discovery', 'prevention', 'handling', 'escalation', 'closed'] as const;
export type Stage = (typeof STAGES)[number];

export const PARTY_KINDS = ['party', 'proxy', 'guardian', 'representative'] as const;
export type PartyKind = (typeof PARTY_KINDS)[number];

export type Consent = 'not-asked' | 'asked' | 'agreed' | 'refused' | 'not-reached' | 'withdrawn' | 'replaced';

/** A person in a dispute, by id only: name and contact are kept apart and can be erased without touching the case. */
export interface Party {
  id: string;
  side: string;
  kind: PartyKind;
  /** Whom a proxy, guardian or representative speaks for. */
  actsFor: string[];
  /** The account or `track:<id>` through which this person acts herself; null when staff record her steps for her. */
  accountId: string | null;
  /** A guardian who is complained about: nothing may pass through such a person. */
  accused: boolean;
  consent: Consent;
  noticeDeliveredAt: Instant | null;
  /** How often consent was asked; each asking has its own clock. */
  asked: number;
}

export const ITEM_STATUSES = ['open', 'covered', 'settled', 'ended'] as const;
export type ItemStatus = (typeof ITEM_STATUSES)[number];

export interface Item {
  id: string;
  /** `covered` by an agreement; `settled` otherwise, with the dispute; `ended` without either. */
  status: ItemStatus;
}

export type MediationStatus =
  'none' | 'accepted' | 'assigned' | 'mediating' | 'suspended' | 'agreed' | 'failed' | 'ended';

export interface Mediation {
  round: number;
  status: MediationStatus;
  kind: MediationKind | null;
  committeeId: string | null;
  mediatorId: string | null;
  coMediatorIds: string[];
  sessions: number;
  /** Recused mediators may not come back to this dispute. */
  recusedIds: string[];
}

export const COMMITMENT_KINDS = [
  'term',
  'instalment',
  'deposit',
  'rectification',
  'watch',
  'referral',
  'decision',
] as const;
export type CommitmentKind = (typeof COMMITMENT_KINDS)[number];

export interface Promiser {
  type: 'party' | 'body' | 'staff' | 'outsider';
  id: string;
}

/** Something promised with a date. Amounts in fen. */
export interface Undertaking {
  id: string;
  kind: CommitmentKind;
  promisedBy: Promiser;
  what: TextRef;
  amountFen: number | null;
  /** Due date, or for `watch` the date to look again. */
  dueAt: Instant;
  condition: TextRef | null;
}

export interface Commitment extends Undertaking {
  agreementId: string | null;
  status: 'open' | 'done' | 'broken' | 'dropped';
}

export interface Agreement {
  id: string;
  form: 'written' | 'oral';
  scope: 'whole' | 'part' | 'trial' | 'supplementary';
  itemIds: string[];
  partyIds: string[];
  signedBy: string[];
  mediatorSigned: boolean;
  sealed: boolean;
  terms: Undertaking[];
  effectiveAt: Instant | null;
  confirmation: 'none' | 'applied' | 'confirmed' | 'dismissed' | 'declined';
  /** Oral agreements and on-spot registers are looked at by the director. */
  reviewed: boolean;
}

export const TASK_KINDS = ['whistle', 'stabilise', 'verify', 'answer', 'coordinate', 'visit'] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

/** Who is asked: a body, or the duty owner of a region. */
export interface TaskTarget {
  bodyId: string | null;
  region: RegionCode;
  level: Level;
}

export interface TaskSummary {
  id: string;
  kind: TaskKind;
  target: TaskTarget;
  status: 'open' | 'answered' | 'returned' | 'cancelled';
  silent: boolean;
}

export const AGENDA_KINDS = ['discuss', 'act', 'decide', 'solve'] as const;
export type AgendaKind = (typeof AGENDA_KINDS)[number];

export const PROCEEDING_KINDS = [
  'lawsuit',
  'arbitration',
  'petition',
  'administrative',
  'police',
  'prosecution',
  'other',
] as const;
export type ProceedingKind = (typeof PROCEEDING_KINDS)[number];

export const RESOLUTION_KINDS = [
  'on-spot',
  'prevented',
  'coordinated',
  'agreement',
  'administrative',
  'protective',
  'external',
] as const;
export type ResolutionKind = (typeof RESOLUTION_KINDS)[number];

export const UNRESOLVED_REASONS = ['refused', 'failed', 'withdrawn'] as const;
export type UnresolvedReason = (typeof UNRESOLVED_REASONS)[number];

export type Closure =
  | { outcome: 'resolved'; kind: ResolutionKind; at: Instant; by: string }
  | { outcome: 'unresolved'; kind: UnresolvedReason; at: Instant; by: string }
  | { outcome: 'left'; kind: 'merged' | 'out-of-scope' | 'transferred'; at: Instant; by: string };

export interface Origin {
  channel: Channel;
  system: string | null;
  externalNumber: string | null;
  externalDeadlineAt: Instant | null;
  replied: boolean;
}

/** A level change that the receiver has not yet taken over; until then the sender owns the case. */
export interface PendingTransfer {
  to: Level;
  since: Instant;
}

export interface PendingReturn {
  by: Owner;
  /** Who would own the case again. */
  to: Level;
  count: number;
}

export interface Dispute extends Clocked {
  number: string;
  policyVersion: string;
  calendarVersion: string;
  reportedAt: Instant;
  reportedBy: string;
  title: TextRef;
  narrative: TextRef;
  region: RegionCode;
  placeId: string | null;
  category: Category;
  difficulty: Difficulty | null;
  triage: 'none' | 'proposed' | 'done';
  /** Counts discovery anew after a reopening or unmerging, so that each gets its own clocks. */
  round: number;
  /** How often work has entered a level; each entry has its own clock. */
  levelEntries: number;
  level: Level;
  entryLevel: Level;
  owner: Owner;
  worked: boolean;
  grade: Grade;
  points: number;
  gradeLines: GradeLine[];
  danger: DangerFacts;
  /** How often the dispute became red. */
  reds: number;
  redSince: Instant | null;
  redVisited: boolean;
  calmedBy: string | null;
  calms: number;
  urgent: boolean;
  contacted: boolean;
  origin: Origin;
  applicantConsentsToDisclosure: boolean;
  parties: Party[];
  items: Item[];
  mediation: Mediation;
  failedMediations: number;
  measures: number;
  agreements: Agreement[];
  commitments: Commitment[];
  tasks: TaskSummary[];
  conferences: { id: string; status: 'convened' | 'held' | 'cancelled' }[];
  proceedings: { id: string; kind: ProceedingKind; result: boolean }[];
  pendingTransfer: PendingTransfer | null;
  pendingReturn: PendingReturn | null;
  returns: number;
  handedDownFrom: Level | null;
  /** The level that last passed it upwards: where a return leads. */
  receivedFrom: Level | null;
  pendingExtension: { clockId: string; amount: number; by: string } | null;
  extensionsAsked: number;
  pendingRegrade: { danger: DangerFacts; grade: Grade; by: string; count: number } | null;
  regrades: number;
  leaderId: string | null;
  team: { leadId: string; memberIds: string[] } | null;
  urgedClocks: string[];
  supervisions: number;
  /** Breaches the engine has handed to a level above and nobody there has looked at yet. */
  awaitingSupervision: { key: string; level: Level }[];
  links: { disputeId: string; relation: 'same-matter' | 'repeat' | 'related' }[];
  mergedInto: string | null;
  closure: Closure | null;
  followUps: number;
  archivedAt: Instant | null;
  reopened: number;
  rating: number | null;
  objections: number;
}

/** Where the dispute stands: derived, never stored, so it cannot contradict the rest. */
export function stageOf(state: Dispute): Stage {
  if (state.closure !== null) return 'closed';
  if (rank(state.level) > rank(state.entryLevel)) return 'escalation';
  if (state.triage !== 'done') return 'discovery';
  return state.worked ? 'handling' : 'prevention';
}

export const isOpen = (state: Dispute): boolean => state.closure === null;

export const NO_MEDIATION: Mediation = {
  round: 0,
  status: 'none',
  kind: null,
  committeeId: null,
  mediatorId: null,
  coMediatorIds: [],
  sessions: 0,
  recusedIds: [],
};

/** Mediation that is under way in any form, also suspended. */
export const mediationActive = ({ mediation }: Dispute): boolean =>
  ['accepted', 'assigned', 'mediating', 'suspended'].includes(mediation.status);

export const openCommitments = (state: Dispute): Commitment[] =>
  state.commitments.filter((c) => c.status === 'open');

export const inForce = (state: Dispute): Agreement[] =>
  state.agreements.filter((a) => a.effectiveAt !== null);

export const runningClock = (state: Dispute, kind: string): Clock | undefined =>
  state.clocks.find((clock) => clock.kind === kind && clock.state === 'running');

/** Parties who can still agree: not proxies, and neither refused, withdrawn nor replaced. */
export const activeParties = (state: Dispute): Party[] =>
  state.parties.filter(
    (party) => party.kind === 'party' && !['refused', 'withdrawn', 'replaced'].includes(party.consent),
  );

/** The state before anything was reported. */
export const NO_DISPUTE: Dispute = {
  id: '',
  version: 0,
  clocks: [],
  number: '',
  policyVersion: '',
  calendarVersion: '',
  reportedAt: 0,
  reportedBy: '',
  title: '',
  narrative: '',
  region: '',
  placeId: null,
  category: 'D99',
  difficulty: null,
  triage: 'none',
  round: 0,
  levelEntries: 0,
  level: 'grid',
  entryLevel: 'grid',
  owner: { level: 'grid', region: '', staffId: null, via: 'unstaffed' },
  worked: false,
  grade: 'blue',
  points: 0,
  gradeLines: [],
  danger: NO_DANGER,
  reds: 0,
  redSince: null,
  redVisited: false,
  calmedBy: null,
  calms: 0,
  urgent: false,
  contacted: false,
  origin: { channel: 'grid', system: null, externalNumber: null, externalDeadlineAt: null, replied: false },
  applicantConsentsToDisclosure: false,
  parties: [],
  items: [],
  mediation: NO_MEDIATION,
  failedMediations: 0,
  measures: 0,
  agreements: [],
  commitments: [],
  tasks: [],
  conferences: [],
  proceedings: [],
  pendingTransfer: null,
  pendingReturn: null,
  returns: 0,
  handedDownFrom: null,
  receivedFrom: null,
  pendingExtension: null,
  extensionsAsked: 0,
  pendingRegrade: null,
  regrades: 0,
  leaderId: null,
  team: null,
  urgedClocks: [],
  supervisions: 0,
  awaitingSupervision: [],
  links: [],
  mergedInto: null,
  closure: null,
  followUps: 0,
  archivedAt: null,
  reopened: 0,
  rating: null,
  objections: 0,
};
