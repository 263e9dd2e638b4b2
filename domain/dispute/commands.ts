import type { Category, Difficulty } from '../categories.ts';
import type { DangerFacts, Grade } from '../grading.ts';
import type { TextRef } from '../machine.ts';
import type { MediationKind } from '../policy.ts';
import type { Level, RegionCode } from '../regions.ts';
import type { Instant } from '../working-time.ts';
import type {
  ContactChannel,
  ContactResult,
  MeasureKind,
  OriginReply,
  ReopenGround,
  Route,
  SessionResult,
  SuspensionReason,
} from './events.ts';
import type {
  AgendaKind,
  CommitmentKind,
  PartyKind,
  ProceedingKind,
  Promiser,
  ResolutionKind,
  TaskKind,
  UnresolvedReason,
} from './state.ts';

/** What anybody may claim about danger when a report is taken or graded anew; failed mediations are counted, not claimed. */
export type ClaimedDanger = Partial<Omit<DangerFacts, 'failedMediations'>>;

/** A promise as it is written into an agreement or added by hand. Amounts in fen, dates in ms since the epoch. */
export interface Term {
  kind: CommitmentKind;
  promisedBy: Promiser;
  what: TextRef;
  amountFen?: number;
  dueAt: Instant;
  condition?: TextRef;
}

export interface NewParty {
  side: string;
  kind: PartyKind;
  actsFor?: string[];
  accountId?: string;
  accused?: boolean;
}

/** Proof of agreement reached on the spot by a registered mediator (art. 30: an oral agreement is registered). */
export interface OralRegister {
  partyIds: string[];
  itemIds?: string[];
  terms: Term[];
  register: TextRef;
}

/**
 * What people ask of a dispute, one member an action of the API. Free text arrives as references: it was stored first.
 * `partyId` in party actions names for whom the step is taken: the party herself or staff on her behalf.
 */
export type DisputeCommand =
  | {
      action: 'propose-triage';
      category: Category;
      difficulty: Difficulty;
      danger?: ClaimedDanger;
      note?: TextRef;
    }
  | {
      action: 'triage';
      category: Category;
      difficulty: Difficulty;
      danger?: ClaimedDanger;
      duplicatesChecked: boolean;
      level?: Level;
      region?: RegionCode;
    }
  | {
      action: 'settle-on-spot';
      note: TextRef;
      partiesAgreed: string[];
      reporterTold: boolean;
      asMediation?: { conflictsDisclosed: boolean; register: OralRegister };
    }
  | { action: 'merge'; into: string; reason: TextRef }
  | { action: 'unmerge'; reason: TextRef }
  | { action: 'mark-out-of-scope'; reason: TextRef; reporterTold: boolean }
  | { action: 'transfer'; toBodyId: string; reason: TextRef; reporterTold: boolean }
  | { action: 'link'; disputeId: string; relation: 'same-matter' | 'repeat' | 'related' }
  | { action: 'unlink'; disputeId: string; reason: TextRef }
  | { action: 'record-measure'; kind: MeasureKind; note: TextRef; loweredRisk?: boolean }
  | {
      action: 'record-contact';
      partyId: string;
      channel: ContactChannel;
      result: ContactResult;
      note?: TextRef;
    }
  | { action: 'refer'; bodyId: string; reason: TextRef }
  | { action: 'deliver-notice'; partyIds: string[]; channel: ContactChannel }
  | {
      action: 'consent';
      partyId: string;
      /** Recorded by staff for a party without an account of her own who refused and now asks for mediation herself. */
      atOwnRequest?: boolean;
    }
  | { action: 'refuse'; partyId: string; effectTold: boolean; reason?: TextRef }
  | { action: 'withdraw'; partyId: string; reason?: TextRef }
  | { action: 'replace-respondent'; partyId: string; replacement: NewParty & { id: string } }
  /** From now on she acts herself: through an account of hers, or a tracking code. */
  | { action: 'identify-party'; partyId: string; accountId: string }
  | {
      action: 'accept';
      kind: MediationKind;
      committeeId: string;
      mediatorId?: string;
      conflictsDisclosed?: boolean;
    }
  | {
      action: 'assign-mediator';
      mediatorId: string;
      coMediatorIds?: string[];
      conflictsDisclosed: boolean;
      chosenByParties?: boolean;
    }
  | { action: 'recuse'; mediatorId: string; reason: TextRef; replacementId?: string }
  | {
      action: 'schedule-session';
      at: Instant;
      channel: ContactChannel;
      partyIds: string[];
      joint: boolean;
      closed?: boolean;
      victimAsksJoint?: boolean;
    }
  | {
      action: 'record-session';
      sessionId?: string;
      channel: ContactChannel;
      partyIds: string[];
      joint: boolean;
      victimAsksJoint?: boolean;
      result: SessionResult;
      record: TextRef;
    }
  | { action: 'suspend'; reason: SuspensionReason }
  | { action: 'resume' }
  | {
      action: 'propose-agreement';
      agreementId?: string;
      scope: 'whole' | 'part' | 'trial' | 'supplementary';
      itemIds?: string[];
      partyIds: string[];
      terms: Term[];
    }
  | {
      action: 'sign-agreement';
      agreementId: string;
      partyIds?: string[];
      mediatorSigned?: boolean;
      sealed?: boolean;
    }
  | {
      action: 'record-oral-agreement';
      scope: 'whole' | 'part' | 'trial' | 'supplementary';
      register: OralRegister;
    }
  | { action: 'review-register'; agreementId: string; approved: boolean; note?: TextRef }
  | { action: 'fail-mediation'; reason: TextRef; itemIds?: string[]; routesTold: Route[] }
  | { action: 'escalate'; to?: Level; reason: TextRef; skipReason?: TextRef }
  | { action: 'take-over' }
  | { action: 'hand-down'; to: Level; reason: TextRef }
  | { action: 'return'; reason: TextRef }
  | { action: 'decide-return'; accepted: boolean; ownerLevel?: Level; reason: TextRef }
  | {
      action: 'request-extension';
      clockId: string;
      amount: number;
      reason: TextRef;
      /** Mediation goes on beyond its month only if every party agrees (ministry rule 33). */
      partiesAgree?: boolean;
    }
  | { action: 'decide-extension'; granted: boolean; reason?: TextRef }
  | { action: 'regrade'; danger?: ClaimedDanger; grade?: Grade; reason: TextRef }
  | { action: 'confirm-regrade'; confirmed: boolean; reason?: TextRef }
  | { action: 'urge'; clockId: string }
  | { action: 'supervise'; kind: 'supervision' | 'listed'; clockId?: string; reason: TextRef }
  | { action: 'assign-leader'; leaderId: string }
  | { action: 'set-team'; leadId: string; memberIds: string[] }
  | { action: 'convene-conference'; agenda: AgendaKind; question: TextRef; at: Instant; bodyIds: string[] }
  | {
      action: 'assign-task';
      kind: TaskKind;
      bodyId?: string;
      level?: Level;
      region?: RegionCode;
      what: TextRef;
    }
  | { action: 'add-commitment'; term: Term }
  | { action: 'fulfil-commitment'; commitmentId: string; proof?: TextRef }
  | { action: 'break-commitment'; commitmentId: string; reason: TextRef }
  | { action: 'drop-commitment'; commitmentId: string; reason: TextRef }
  | {
      action: 'record-proceeding';
      proceedingId?: string;
      kind: ProceedingKind;
      body: TextRef;
      reference?: TextRef;
      result?: TextRef;
    }
  | { action: 'apply-confirmation'; agreementId: string; partyIds: string[] }
  | { action: 'record-confirmation'; agreementId: string; result: 'confirmed' | 'dismissed' | 'declined' }
  | { action: 'reply-to-origin'; kind: OriginReply; text: TextRef }
  | {
      action: 'mark-resolved';
      kind: Exclude<ResolutionKind, 'on-spot'>;
      reason: TextRef;
      reporterTold: boolean;
    }
  | {
      action: 'close-unresolved';
      reason: UnresolvedReason;
      note: TextRef;
      routesTold: Route[];
      noDangerLeft: boolean;
    }
  | {
      action: 'record-follow-up';
      performed: 'yes' | 'partly' | 'no' | 'not-applicable';
      satisfied?: boolean;
      note?: TextRef;
    }
  | { action: 'rate'; partyId?: string; score: number }
  | { action: 'object'; reason: TextRef }
  | { action: 'reopen'; ground: ReopenGround; reason: TextRef }
  | { action: 'archive'; dossierComplete: boolean }
  // From the engine itself: what other cases of this dispute have come to.
  | {
      action: 'record-task-outcome';
      taskId: string;
      outcome: 'answered' | 'returned' | 'cancelled' | 'silent';
    }
  | {
      action: 'record-conference-outcome';
      conferenceId: string;
      held: boolean;
      decisions: (Term & { id: string })[];
    }
  | { action: 'record-commitment-unchecked'; commitmentId: string }
  | { action: 'replace-absent' }
  | { action: 'recompute' };

export type DisputeAction = DisputeCommand['action'];

export type CommandOf<A extends DisputeAction> = Extract<DisputeCommand, { action: A }>;
