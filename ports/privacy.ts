import type { ConsentSubject, ConsentWay, RestrictedSubject } from '../domain/privacy.ts';
import type { Clocked } from '../domain/machine.ts';
import type { RegionCode } from '../domain/regions.ts';
import type { Actor } from '../domain/roles.ts';
import type { Page, TimelineEntry } from './reads.ts';

/** Protected values of a dispute in clear; null where there is none. */
export interface Revealed {
  /** By the id of a party. */
  parties: Map<string, { phone: string | null; idNumber: string | null }>;
  reporter: { name: string | null; phone: string | null };
}

export interface NewConsent {
  id: string;
  disputeId: string;
  partyId: string;
  subject: ConsentSubject;
  given: boolean;
  how: ConsentWay;
  at: number;
  recordedAt: number;
  recordedBy: string;
  expiresAt: number | null;
}

export interface ConsentLine extends Omit<NewConsent, 'disputeId'> {
  /** Whether it is the last word of this party about this subject, and still holds. */
  stands: boolean;
}

/** What people agreed to about their own data. */
export interface Consents {
  /** Recording the same one again changes nothing. */
  record(consent: NewConsent): Promise<void>;
  /** Newest first; of these parties only, null for all. */
  list(
    disputeId: string,
    partyIds: string[] | null,
    page: { limit: number; cursor?: string },
  ): Promise<Page<ConsentLine>>;
  stands(disputeId: string, partyId: string, subject: ConsentSubject): Promise<boolean>;
  /** What these parties last said about it and whether it still holds; absent for who said nothing. */
  said(disputeId: string, partyIds: string[], subject: ConsentSubject): Promise<Map<string, boolean>>;
  /** Closes a file until the party's consent stands; null opens it again. */
  restrict(
    attachmentId: string,
    to: {
      disputeId: string;
      partyId: string;
      subject: RestrictedSubject;
      setBy: string;
      setAt: number;
    } | null,
  ): Promise<void>;
}

/** One person as cases know her: `reporter` or the id of a party, or what she is found by. */
export type PersonKey =
  | { caseId: string; speaksFor: string }
  | { accountId: string }
  | { idNumber: string }
  | { phone: string; name: string };

export interface CaseOfPerson {
  kind: 'dispute' | 'task';
  id: string;
  region: RegionCode;
  number: string | null;
  state: Clocked;
  /** Parties of it that are this person, and whether she reported it. */
  partyIds: string[];
  isReporter: boolean;
}

/** Everything that is known to be the same person. */
export interface Person {
  cases: CaseOfPerson[];
  /** Accounts and holders of tracking codes that are hers. */
  principals: string[];
  /** Those of them that belong to somebody who serves. */
  staffIds: string[];
}

export interface PersonData {
  account: { id: string; login: string; name: string; active: boolean } | null;
  parties: {
    caseId: string;
    number: string | null;
    partyId: string;
    side: string;
    name: string;
    phone: string | null;
    idNumber: string | null;
  }[];
  /** Cases she reported; their words are read at the case. */
  reports: { caseKind: string; caseId: string; number: string | null }[];
  followers: { caseId: string; speaksFor: string; name: string | null; phone: string | null }[];
  statements: { id: string; caseId: string; text: string | null; writtenAt: number }[];
  attachments: { id: string; caseId: string; name: string; sha256: string; uploadedAt: number }[];
  notices: { id: number; kind: string; caseId: string; notBefore: number; status: string }[];
  consents: {
    caseId: string;
    partyId: string;
    subject: string;
    given: boolean;
    how: string;
    at: number;
    expiresAt: number | null;
  }[];
  sessions: { startedAt: number; renewedAt: number; expiresAt: number; endedAt: number | null }[];
  /** Who was given her protected data, what of it, and when. */
  disclosures: { at: number; by: string; kind: string; caseId: string | null; fields: string[] }[];
}

export interface NewErasure {
  id: string;
  caseKind: 'dispute' | 'task';
  caseId: string;
  speaksFor: string;
  reason: string;
  textIds: string[];
  askedBy: string;
  askedAt: number;
}

export interface ErasureLine extends NewErasure {
  region: RegionCode;
  carriedOutBy: string | null;
  carriedOutAt: number | null;
  counts: Record<string, number> | null;
}

/** What is held about people, and its end. */
export interface Persons {
  find(key: PersonKey): Promise<Person>;
  /** `withWords`: also what she wrote. Lists are cut at `PERSON_ROWS_MAX`. */
  dataOf(person: Person, withWords: boolean): Promise<PersonData>;
  /** Texts of her cases that hold her name or a number of hers: what an erasure may have to name. */
  mentions(person: Person): Promise<string[]>;
  ask(erasure: NewErasure): Promise<void>;
  erasure(id: string): Promise<ErasureLine | null>;
  /** Of these regions, newest first. */
  erasures(regions: RegionCode[], page: { limit: number; cursor?: string }): Promise<Page<ErasureLine>>;
  /** Erases, or what was found when it was done already. Resolves when nothing of her is in the database any more. */
  carryOut(erasure: ErasureLine, person: Person, by: string): Promise<Record<string, number>>;
}

export interface NewInspection {
  id: string;
  inspectorId: string;
  region: RegionCode;
  openedFrom: number;
  openedTo: number;
  until: number;
  drawnBy: string;
  drawnAt: number;
  count: number;
}

export interface InspectionLine extends Omit<NewInspection, 'count'> {
  disputeIds: string[];
}

/** A sampled dispute before it is masked: never given out as it is. */
export interface Dossier {
  region: RegionCode;
  state: Clocked;
  /** Of everybody in it who is no staff. */
  names: string[];
  texts: Record<string, string>;
  entries: TimelineEntry[];
}

/** Samples that inspectors look at. */
export interface Inspections {
  /** Draws by chance; fewer where there are fewer. The same id again gives the sample of the first time. */
  draw(inspection: NewInspection): Promise<InspectionLine>;
  /** Those of one inspector that are open, newest first. */
  list(inspectorId: string, page: { limit: number; cursor?: string }): Promise<Page<InspectionLine>>;
  /** Null unless it is in an open sample of this person. */
  dossier(actor: Actor, inspectionId: string, disputeId: string): Promise<Dossier | null>;
}

/** Everything about people's data that is beside cases. */
export interface Privacy {
  reveal(disputeId: string): Promise<Revealed>;
  /** Keeps why something was revealed, as a text that can be erased; its id stands in the audit log. */
  keepReason(disputeId: string, id: string, reason: string): Promise<void>;
  consents: Consents;
  persons: Persons;
  inspections: Inspections;
}
