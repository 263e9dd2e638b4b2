import type { CaseKind, Clocked } from '../domain/machine.ts';
import type { RegionCode } from '../domain/regions.ts';
import type { Actor } from '../domain/roles.ts';
import type { Candidate } from '../domain/similarity.ts';
import type { StatementFilter, StatementLine } from './statements.ts';

export interface CaseRecord {
  kind: CaseKind;
  id: string;
  disputeId: string | null;
  version: number;
  state: Clocked;
  region: RegionCode;
  members: string[];
  openedAt: number;
  updatedAt: number;
}

/** What a party is found by: all that is given, exactly, on one and the same party. */
export interface PartySearch {
  phone?: string;
  idNumber?: string;
  name?: string;
}

/** What a list is narrowed by; of several values any one. Each is a filter of its own, and all must hold. */
export interface DisputeCriteria {
  /** Words of title, narrative and items. */
  q?: string;
  stage?: string[];
  level?: string[];
  grade?: string[];
  category?: string[];
  clock?: string[];
  region?: RegionCode;
  placeId?: string;
  ownerId?: string;
  number?: string;
  openedFrom?: number;
  /** Not included, so that two spans can meet. */
  openedTo?: number;
  updatedFrom?: number;
  party?: PartySearch;
}

/**
 * One page of a list. By words, grade, place or party a person finds only what she sees as staff: a party must not find out
 * by trying what she is not shown.
 */
export interface DisputeFilter extends DisputeCriteria {
  sort: 'opened' | 'due';
  limit: number;
  cursor?: string;
}

export interface DisputeLine {
  id: string;
  number: string;
  title: string | null;
  region: string;
  category: string;
  stage: string;
  level: string;
  grade: string;
  ownerId: string | null;
  clockState: string;
  dueAt: number | null;
  openedAt: number;
  updatedAt: number;
  version: number;
  /** Whether the person is a party, and whether she reported it: then she is not shown what staff see. */
  isParty: boolean;
  isReporter: boolean;
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface TimelineEntry {
  version: number;
  type: string;
  recordedAt: number;
  occurredAt: number | null;
  actorId: string;
  data: Record<string, unknown>;
}

export interface WorkLine {
  id: string;
  queue: string;
  kind: string;
  caseKind: string;
  caseId: string;
  disputeId: string | null;
  number: string | null;
  title: string | null;
  region: string;
  grade: string | null;
  assigneeId: string | null;
  bodyId: string | null;
  dueAt: number | null;
  openedAt: number;
  detail: object | null;
}

export interface WorkFilter {
  queue?: string;
  kind?: string;
  mine?: boolean;
  limit: number;
  cursor?: string;
}

export interface NoticeLine {
  id: number;
  kind: string;
  caseId: string;
  notBefore: number;
  status: string;
}

export interface DeadLetterLine {
  id: number;
  group: string;
  topic: string;
  partition: number;
  offset: string;
  key: string;
  eventId: string | null;
  code: string;
  message: string;
  status: string;
  reason: string | null;
  createdAt: number;
}

export interface PartyRecord {
  id: string;
  side: string;
  name: string;
  accountId: string | null;
  /** Masked: the middle digits are not given out here. */
  phone: string | null;
}

/** What others are compared with. */
export interface Matter {
  region: RegionCode;
  placeId: string | null;
  texts: string[];
}

/** A cursor that this server did not give. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}

/** What a person may read, seen through her scope. Lists come from PostgreSQL, never from Temporal's visibility. */
export interface Reads {
  one(kind: CaseKind, id: string): Promise<CaseRecord | null>;
  disputes(filter: DisputeFilter): Promise<Page<DisputeLine>>;
  /** Disputes around a matter that the person sees as staff, to be compared with it; `exceptId` is the matter itself. */
  around(matter: Matter, exceptId: string | null): Promise<Candidate[]>;
  timeline(kind: CaseKind, id: string, after: number, limit: number): Promise<TimelineEntry[]>;
  texts(ids: string[]): Promise<Map<string, string>>;
  parties(disputeId: string): Promise<PartyRecord[]>;
  names(ids: string[]): Promise<Map<string, string>>;
  regionNames(codes: string[]): Promise<Map<string, string>>;
  work(filter: WorkFilter): Promise<Page<WorkLine>>;
  notices(now: number, limit: number): Promise<NoticeLine[]>;
  statements(kind: CaseKind, id: string, filter: StatementFilter): Promise<Page<StatementLine>>;
}

/** Runs reads as one person, all of the same moment. Rows outside her scope are not there, whatever is asked. */
export type ReadsFor = <T>(actor: Actor, work: (reads: Reads) => Promise<T>) => Promise<T>;

/** What the API reads and writes beside cases, and not in anybody's scope. */
export interface Records {
  /** False when the id belongs to a party of another dispute. */
  saveParty(
    disputeId: string,
    party: { id: string; side: string; name: string; phone: string | null },
  ): Promise<boolean>;
  markNoticesRead(personId: string, upTo: number): Promise<number>;
  /** A case as it stands after somebody's act on it. Throws when there is none. */
  stateOf(kind: CaseKind, id: string): Promise<Clocked>;
  /** Members of a case, for hints to whoever is connected; null when there is none. */
  membersOf(kind: CaseKind, id: string): Promise<string[] | null>;
}
