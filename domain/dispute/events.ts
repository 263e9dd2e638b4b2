import type { Category, Difficulty } from '../categories.ts';
import type { Owner } from '../duty.ts';
import type { DangerFacts, Grade, GradeLine } from '../grading.ts';
import type { TextRef } from '../machine.ts';
import type { MediationKind } from '../policy.ts';
import type { Level, RegionCode } from '../regions.ts';
import type { Instant } from '../working-time.ts';
import type {
  AgendaKind,
  Agreement,
  Origin,
  Party,
  ProceedingKind,
  ResolutionKind,
  TaskKind,
  TaskTarget,
  Undertaking,
  UnresolvedReason,
} from './state.ts';

/** Why a case changed level or owner: a person decided, or a rule did. */
export type Cause = 'person' | 'clock' | 'red' | 'failed-mediation' | 'silence' | 'group' | 'not-ours';

/** What can happen to a dispute. Each has a JSON Schema and an example in `schemas/events/`. */
export type DisputeEvent =
  // discovery
  | {
      type: 'reported';
      id: string;
      number: string;
      policyVersion: string;
      calendarVersion: string;
      reportedAt: Instant;
      reportedBy: string;
      region: RegionCode;
      placeId: string | null;
      category: Category;
      title: TextRef;
      narrative: TextRef;
      level: Level;
      owner: Owner;
      danger: DangerFacts;
      urgent: boolean;
      origin: Origin;
      applicantConsentsToDisclosure: boolean;
      parties: Party[];
      itemIds: string[];
      links: { disputeId: string; relation: 'same-matter' | 'repeat' | 'related' }[];
    }
  | {
      type: 'triage-proposed';
      by: string;
      category: Category;
      difficulty: Difficulty;
      danger: DangerFacts;
      note: TextRef | null;
    }
  | {
      type: 'triaged';
      by: string;
      category: Category;
      difficulty: Difficulty;
      danger: DangerFacts;
      region: RegionCode;
      level: Level;
      owner: Owner;
      duplicatesChecked: true;
    }
  | { type: 'calmed'; by: string; note: TextRef }
  | { type: 'merged'; by: string; into: string; reason: TextRef }
  | { type: 'unmerged'; by: string; reason: TextRef; owner: Owner }
  | { type: 'marked-out-of-scope'; by: string; reason: TextRef; toldReporter: boolean }
  | { type: 'transferred'; by: string; toBodyId: string; reason: TextRef; toldReporter: boolean }
  | { type: 'linked'; by: string; disputeId: string; relation: 'same-matter' | 'repeat' | 'related' }
  | { type: 'unlinked'; by: string; disputeId: string; reason: TextRef }
  // measures
  | {
      type: 'measure-recorded';
      by: string;
      measureId: string;
      kind: MeasureKind;
      note: TextRef;
      loweredRisk: boolean;
    }
  | {
      type: 'contact-recorded';
      by: string;
      contactId: string;
      partyId: string;
      channel: ContactChannel;
      result: ContactResult;
      note: TextRef | null;
    }
  | { type: 'referred'; by: string; bodyId: string; reason: TextRef }
  // consent
  | { type: 'notice-delivered'; by: string; partyIds: string[]; channel: ContactChannel }
  | { type: 'consented'; by: string; partyId: string }
  | { type: 'refused'; by: string; partyId: string; reason: TextRef | null }
  | { type: 'withdrawn'; by: string; partyId: string; reason: TextRef | null }
  | { type: 'respondent-replaced'; by: string; partyId: string; replacement: Party }
  | { type: 'party-identified'; by: string; partyId: string; accountId: string }
  | { type: 'party-not-reached'; partyId: string }
  // mediation
  | { type: 'mediation-accepted'; by: string; kind: MediationKind; committeeId: string }
  | {
      type: 'mediator-assigned';
      by: string;
      mediatorId: string;
      coMediatorIds: string[];
      chosenByParties: boolean;
    }
  | { type: 'mediator-recused'; by: string; mediatorId: string; reason: TextRef }
  | { type: 'mediator-left'; by: string; mediatorId: string }
  | {
      type: 'session-scheduled';
      by: string;
      sessionId: string;
      at: Instant;
      channel: ContactChannel;
      partyIds: string[];
      joint: boolean;
      closed: boolean;
    }
  | {
      type: 'session-recorded';
      by: string;
      sessionId: string;
      channel: ContactChannel;
      partyIds: string[];
      joint: boolean;
      result: SessionResult;
      record: TextRef;
    }
  | { type: 'mediation-suspended'; by: string; reason: SuspensionReason }
  | { type: 'mediation-resumed'; by: string }
  | { type: 'agreement-proposed'; by: string; agreement: Agreement }
  | {
      type: 'agreement-signed';
      by: string;
      agreementId: string;
      partyIds: string[];
      mediatorSigned: boolean;
      sealed: boolean;
    }
  | {
      type: 'agreement-in-force';
      agreementId: string;
      effectiveAt: Instant;
      itemIds: string[];
      mediationEnds: boolean;
    }
  | { type: 'oral-agreement-recorded'; by: string; agreement: Agreement }
  | { type: 'register-reviewed'; by: string; agreementId: string; approved: boolean; note: TextRef | null }
  | { type: 'mediation-failed'; by: string; reason: TextRef; itemIds: string[]; routesTold: Route[] }
  // level
  | { type: 'escalated'; by: string; from: Level; to: Level; cause: Cause; reason: TextRef | null }
  | { type: 'taken-over'; by: string; level: Level; owner: Owner; automatic: boolean }
  | { type: 'owner-replaced'; by: string; owner: Owner }
  | { type: 'handed-down'; by: string; from: Level; to: Level; owner: Owner; reason: TextRef }
  | { type: 'returned'; by: string; to: Level; reason: TextRef; decider: Owner; count: number }
  | { type: 'return-decided'; by: string; accepted: boolean; owner: Owner; binding: boolean; reason: TextRef }
  | { type: 'extension-requested'; by: string; clockId: string; amount: number; reason: TextRef }
  | {
      type: 'extension-decided';
      by: string;
      clockId: string;
      amount: number;
      granted: boolean;
      reason: TextRef | null;
    }
  | {
      type: 'graded';
      by: string;
      grade: Grade;
      points: number;
      lines: GradeLine[];
      danger: DangerFacts;
      cause: 'intake' | 'triage' | 'danger-tick' | 'facts' | 'raised' | 'lowered';
    }
  | { type: 'lowering-proposed'; by: string; grade: Grade; danger: DangerFacts; reason: TextRef }
  | { type: 'lowering-decided'; by: string; confirmed: boolean; reason: TextRef | null }
  | { type: 'urged'; by: string; clockId: string }
  | {
      type: 'supervised';
      by: string;
      kind: 'supervision' | 'listed';
      clockId: string | null;
      byLevel: Level;
      reason: TextRef | null;
    }
  | { type: 'superior-notified'; level: Level; cause: Cause }
  | { type: 'leader-assigned'; by: string; leaderId: string }
  | { type: 'team-set'; by: string; leadId: string; memberIds: string[] }
  // several bodies
  | {
      type: 'conference-convened';
      by: string;
      conferenceId: string;
      agenda: AgendaKind;
      question: TextRef | null;
      at: Instant | null;
      bodyIds: string[];
      level: Level;
    }
  | { type: 'conference-closed'; conferenceId: string; held: boolean }
  | {
      type: 'task-assigned';
      by: string;
      taskId: string;
      kind: TaskKind;
      target: TaskTarget;
      what: TextRef | null;
    }
  | { type: 'task-closed'; taskId: string; status: 'answered' | 'returned' | 'cancelled' }
  | { type: 'task-silent'; taskId: string }
  // commitments
  | { type: 'commitment-added'; by: string; commitment: Undertaking; agreementId: string | null }
  | { type: 'commitment-fulfilled'; by: string; commitmentId: string; proof: TextRef | null }
  | { type: 'commitment-broken'; by: string; commitmentId: string; reason: TextRef }
  | { type: 'commitment-dropped'; by: string; commitmentId: string; reason: TextRef }
  // outside
  | {
      type: 'proceeding-recorded';
      by: string;
      proceedingId: string;
      kind: ProceedingKind;
      body: TextRef;
      reference: TextRef | null;
      result: TextRef | null;
    }
  | { type: 'confirmation-applied'; by: string; agreementId: string; partyIds: string[] }
  | {
      type: 'confirmation-recorded';
      by: string;
      agreementId: string;
      result: 'confirmed' | 'dismissed' | 'declined';
    }
  | { type: 'origin-replied'; by: string; kind: OriginReply; text: TextRef }
  // end
  | { type: 'resolved'; by: string; kind: ResolutionKind; reason: TextRef; toldReporter: boolean }
  | { type: 'closed-unresolved'; by: string; reason: UnresolvedReason; note: TextRef; routesTold: Route[] }
  | {
      type: 'follow-up-recorded';
      by: string;
      performed: 'yes' | 'partly' | 'no' | 'not-applicable';
      satisfied: boolean | null;
      note: TextRef | null;
    }
  | { type: 'rated'; by: string; partyId: string | null; score: number }
  | { type: 'objected'; by: string; reason: TextRef }
  | { type: 'reopened'; by: string; ground: ReopenGround; reason: TextRef; owner: Owner; level: Level }
  | { type: 'archived'; by: string };

export const MEASURE_KINDS = [
  'visit',
  'legal-explanation',
  'coordination',
  'welfare',
  'counselling',
  'enforcement',
  'protection',
] as const;
export type MeasureKind = (typeof MEASURE_KINDS)[number];

export const CONTACT_CHANNELS = ['visit', 'phone', 'chat', 'counter', 'letter', 'video'] as const;
export type ContactChannel = (typeof CONTACT_CHANNELS)[number];

export const CONTACT_RESULTS = ['reached', 'no-answer', 'willing', 'not-now', 'refuses'] as const;
export type ContactResult = (typeof CONTACT_RESULTS)[number];

export const SESSION_RESULTS = ['progress', 'no-progress', 'agreement', 'failed', 'adjourned'] as const;
export type SessionResult = (typeof SESSION_RESULTS)[number];

export const SUSPENSION_REASONS = ['appraisal', 'party-absent', 'other-proceeding', 'parties-ask'] as const;
export type SuspensionReason = (typeof SUSPENSION_REASONS)[number];

/** The ways that stay open to everyone at any time. */
export const ROUTES = ['arbitration', 'administrative', 'court'] as const;
export type Route = (typeof ROUTES)[number];

export const ORIGIN_REPLIES = [
  'received',
  'signed-for',
  'returned',
  'extended',
  'answered',
  'result',
] as const;
export type OriginReply = (typeof ORIGIN_REPLIES)[number];

export const REOPEN_GROUNDS = ['new-facts', 'broken-commitment', 'not-satisfied'] as const;
export type ReopenGround = (typeof REOPEN_GROUNDS)[number];
