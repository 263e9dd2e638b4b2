import type { CaseKind, Clocked } from '../domain/machine.ts';
import type { Calendar } from '../domain/calendar.ts';
import type { Directory } from '../domain/duty.ts';
import type { Policy } from '../domain/policy.ts';
import type { Grade } from '../domain/grading.ts';
import type { Level, RegionCode } from '../domain/regions.ts';
import type { Role } from '../domain/roles.ts';
import type { Instant } from '../domain/working-time.ts';
import type { BusEvent } from '../schemas/events/envelope.ts';

export interface CaseKey {
  kind: CaseKind;
  id: string;
}

/** One thing that waits for somebody. `subject` tells apart items of one kind in one case. */
export interface WorkItem {
  queue: Level;
  kind: string;
  subject: string;
  region: RegionCode;
  /** A person, a body, or whoever holds one of the roles over the region. */
  assigneeId: string | null;
  bodyId: string | null;
  roles: readonly Role[];
  grade: Grade | null;
  dueAt: Instant | null;
  /** What the person sees before opening the case: codes and ids only. */
  detail: object | null;
}

export type Effect =
  /** All that these queues hold for the case from now on: what is missing is opened, what is no longer here is closed. */
  | { type: 'queue'; queues: readonly Level[]; key: CaseKey; disputeId: string | null; items: WorkItem[] }
  | { type: 'notice'; personId: string; kind: string; key: CaseKey; notBefore: Instant }
  | { type: 'command'; key: CaseKey; action: string; body: object };

/** What a handler may look at beside the event: rows at least as new as the event. */
export interface ReadModel {
  now: Instant;
  directory: Directory;
  calendar: Calendar;
  policy: Policy;
  stateOf(key: CaseKey): Clocked | null;
  /** Open disputes each mediator works on. */
  mediatorLoad: ReadonlyMap<string, number>;
}

/** A consumer group: a pure function from event and read model to effects. The shell around it does the rest. */
export interface Handler {
  group: string;
  /** Cases to be read beside the event's own and its dispute's. */
  alsoReads?: (event: BusEvent) => CaseKey[];
  /** Events that can have effects; for the others no row is read. All of them when it is left out. */
  concerns?: (event: BusEvent) => boolean;
  /** Whether the mediators' load is looked at, which costs a query. */
  readsLoad?: boolean;
  /** Cases whose workflow must run; said by the event alone, because it may be asked again after a crash. */
  starts?: (event: BusEvent) => CaseKey[];
  handle(event: BusEvent, read: ReadModel): Effect[];
}
