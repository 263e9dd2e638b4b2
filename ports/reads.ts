import type { CaseKind, Clocked } from '../domain/machine.ts';
import type { RegionCode } from '../domain/regions.ts';
import type { Scope } from '../domain/scope.ts';
import type { Actor } from '../domain/roles.ts';

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

export interface DisputeFilter {
  stage?: string;
  level?: string;
  grade?: string;
  category?: string;
  clock?: string;
  region?: RegionCode;
  ownerId?: string;
  number?: string;
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

/** A cursor that this server did not give. */
export class CursorError extends Error {
  override readonly name = 'CursorError';
}

/** Everything the API reads. Lists come from PostgreSQL, never from Temporal's visibility. */
export interface Reads {
  one(kind: CaseKind, id: string): Promise<CaseRecord | null>;
  disputes(scope: Scope, filter: DisputeFilter): Promise<Page<DisputeLine>>;
  timeline(kind: CaseKind, id: string, after: number, limit: number): Promise<TimelineEntry[]>;
  texts(ids: string[]): Promise<Map<string, string>>;
  parties(disputeId: string): Promise<PartyRecord[]>;
  /** False when the id belongs to a party of another dispute. */
  saveParty(
    disputeId: string,
    party: { id: string; side: string; name: string; phone: string | null },
  ): Promise<boolean>;
  names(ids: string[]): Promise<Map<string, string>>;
  work(actor: Actor, filter: WorkFilter): Promise<Page<WorkLine>>;
  notices(personId: string, now: number, limit: number): Promise<NoticeLine[]>;
  markNoticesRead(personId: string, upTo: number): Promise<number>;
  deadLetters(status: string, limit: number): Promise<DeadLetterLine[]>;
}
