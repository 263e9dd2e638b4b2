import type { Calendar, Instant } from './working-time.ts';
import type { Policy } from './policy.ts';
import { dueAt, measure, pointAt, type Due, type Limit } from './working-time.ts';

/** A limit in one of the working-time units, or an absolute end that somebody outside has set. */
export type ClockLimit = Limit | { until: Instant };

export type ClockState = 'running' | 'held' | 'met' | 'broken' | 'cancelled';

/**
 * One running obligation. Times are milliseconds since the epoch; `heldMs` is counted in the clock's own unit, so a
 * pause over a weekend costs a working-time clock nothing.
 */
export interface Clock {
  id: string;
  kind: string;
  limit: ClockLimit;
  startedAt: Instant;
  heldMs: number;
  heldSince: Instant | null;
  dueAt: Instant;
  /** The deadline lies past the loaded calendar and will be recomputed when the year is known. */
  provisional: boolean;
  /** Next unfired warning point, or null when none is left. */
  warnAt: Instant | null;
  warned: number[];
  state: ClockState;
  endedAt: Instant | null;
  /** Number of extensions granted; the limit already contains them. */
  extensions: number;
}

export type ClockEvent =
  | {
      type: 'clock-started';
      clockId: string;
      kind: string;
      limit: ClockLimit;
      startedAt: Instant;
      dueAt: Instant;
      provisional: boolean;
      warnAt: Instant | null;
    }
  | { type: 'clock-held'; clockId: string; since: Instant }
  | {
      type: 'clock-resumed';
      clockId: string;
      heldMs: number;
      dueAt: Instant;
      provisional: boolean;
      warnAt: Instant | null;
    }
  | {
      type: 'clock-warned';
      clockId: string;
      kind: string;
      fraction: number;
      warnedAt: Instant;
      dueAt: Instant;
      warnAt: Instant | null;
    }
  | { type: 'clock-met'; clockId: string; kind: string; metAt: Instant; dueAt: Instant }
  | { type: 'clock-broken'; clockId: string; kind: string; brokenAt: Instant }
  | { type: 'clock-cancelled'; clockId: string; kind: string; cancelledAt: Instant }
  | {
      type: 'clock-extended';
      clockId: string;
      limit: ClockLimit;
      dueAt: Instant;
      provisional: boolean;
      warnAt: Instant | null;
    }
  | {
      type: 'clock-recomputed';
      clockId: string;
      dueAt: Instant;
      provisional: boolean;
      warnAt: Instant | null;
    };

export const CLOCK_EVENT_TYPES = [
  'clock-started',
  'clock-held',
  'clock-resumed',
  'clock-warned',
  'clock-met',
  'clock-broken',
  'clock-cancelled',
  'clock-extended',
  'clock-recomputed',
] as const satisfies ClockEvent['type'][];

export const isClockEvent = (event: { type: string }): event is ClockEvent =>
  (CLOCK_EVENT_TYPES as readonly string[]).includes(event.type);

/** What the arithmetic needs beside the clock itself. */
export interface TimeRules {
  policy: Policy;
  calendar: Calendar;
}

/** A clock the rules of a case want to be ticking now. `endsAs` says what its disappearance means; the default is met. */
export interface WantedClock {
  id: string;
  kind: string;
  limit: ClockLimit;
  startedAt?: Instant;
  held?: boolean;
}

export const isLive = (clock: Clock): boolean => clock.state === 'running' || clock.state === 'held';

/** Folds one clock event into the list of clocks. */
export function evolveClocks(clocks: Clock[], event: ClockEvent): Clock[] {
  if (event.type === 'clock-started') {
    const { clockId: id, kind, limit, startedAt, dueAt: due, provisional, warnAt } = event;
    const started = { id, kind, limit, startedAt, dueAt: due, provisional, warnAt };
    return [
      ...clocks,
      { ...started, heldMs: 0, heldSince: null, warned: [], state: 'running', endedAt: null, extensions: 0 },
    ];
  }
  return clocks.map((clock) => (clock.id === event.clockId ? evolveClock(clock, event) : clock));
}

function evolveClock(clock: Clock, event: Exclude<ClockEvent, { type: 'clock-started' }>): Clock {
  switch (event.type) {
    case 'clock-held':
      return { ...clock, state: 'held', heldSince: event.since };
    case 'clock-resumed': {
      const { heldMs, dueAt: due, provisional, warnAt } = event;
      return { ...clock, state: 'running', heldSince: null, heldMs, dueAt: due, provisional, warnAt };
    }
    case 'clock-warned':
      return { ...clock, warned: [...clock.warned, event.fraction], warnAt: event.warnAt };
    case 'clock-met':
      return { ...clock, state: 'met', endedAt: event.metAt, heldSince: null, warnAt: null };
    case 'clock-broken':
      return { ...clock, state: 'broken', endedAt: event.brokenAt, warnAt: null };
    case 'clock-cancelled':
      return { ...clock, state: 'cancelled', endedAt: event.cancelledAt, heldSince: null, warnAt: null };
    case 'clock-extended': {
      const { limit, dueAt: due, provisional, warnAt } = event;
      return { ...clock, limit, dueAt: due, provisional, warnAt, extensions: clock.extensions + 1 };
    }
    case 'clock-recomputed':
      return { ...clock, dueAt: event.dueAt, provisional: event.provisional, warnAt: event.warnAt };
  }
}

/** The moment the running clock next needs attention: its next warning or its deadline; null when it needs none. */
export function nextMarkAt(clock: Clock): Instant | null {
  if (clock.state !== 'running') return null;
  return clock.warnAt === null ? clock.dueAt : Math.min(clock.warnAt, clock.dueAt);
}

/** The earliest mark of all clocks: when the case must be woken; null when nothing is ticking. */
export function nextWakeAt(clocks: Clock[]): Instant | null {
  const marks = clocks.map(nextMarkAt).filter((at) => at !== null);
  return marks.length === 0 ? null : Math.min(...marks);
}

/** The clock whose mark is due at `now`, earliest first; undefined when none is. */
export function dueClock(clocks: Clock[], now: Instant): Clock | undefined {
  return clocks
    .filter((clock) => (nextMarkAt(clock) ?? Infinity) <= now)
    .sort((a, b) => nextMarkAt(a)! - nextMarkAt(b)! || a.id.localeCompare(b.id))[0];
}

/** The event for the due mark of a clock. The recorded time is the mark's own, however late the wake-up came. */
export function fireMark(clock: Clock, rules: TimeRules): ClockEvent {
  const at = nextMarkAt(clock);
  if (at === null) throw new Error('only a running clock has a mark');
  if (at >= clock.dueAt)
    return { type: 'clock-broken', clockId: clock.id, kind: clock.kind, brokenAt: clock.dueAt };
  const fraction = rules.policy.warnings.find((point) => !clock.warned.includes(point))!;
  const warned = [...clock.warned, fraction];
  const warnAt = warningAt({ ...clock, warned }, rules);
  return {
    type: 'clock-warned',
    clockId: clock.id,
    kind: clock.kind,
    fraction,
    warnedAt: at,
    dueAt: clock.dueAt,
    warnAt,
  };
}

/**
 * The clock events that bring the clocks in line with what the rules want now: start what is wanted and not there,
 * hold and resume, and end what is no longer wanted as `ending` says. A broken clock that is still wanted stays broken.
 */
export function reconcileClocks(
  clocks: Clock[],
  wanted: WantedClock[],
  now: Instant,
  rules: TimeRules,
  ending: (clock: Clock) => 'met' | 'cancelled' = () => 'met',
): ClockEvent[] {
  const events: ClockEvent[] = [];
  for (const clock of clocks.filter(isLive)) {
    const want = wanted.find((candidate) => candidate.id === clock.id);
    if (want === undefined) events.push(endClock(clock, ending(clock), now));
    else if (want.held === true && clock.state === 'running')
      events.push({ type: 'clock-held', clockId: clock.id, since: now });
    else if (want.held !== true && clock.state === 'held') events.push(resumeClock(clock, now, rules));
  }
  for (const want of wanted.filter((candidate) => !clocks.some((clock) => clock.id === candidate.id))) {
    events.push(startClock(want, want.startedAt ?? now, rules));
    if (want.held === true) events.push({ type: 'clock-held', clockId: want.id, since: now });
  }
  return events;
}

/** Adds `amount` in the clock's own unit; only for limits, not for ends set from outside. */
export function extendClock(clock: Clock, amount: number, now: Instant, rules: TimeRules): ClockEvent {
  if ('until' in clock.limit) throw new Error('an external deadline cannot be extended here');
  const extended = { ...clock, limit: { ...clock.limit, amount: clock.limit.amount + amount } };
  return {
    type: 'clock-extended',
    clockId: clock.id,
    limit: extended.limit,
    ...deadlineOf(extended, now, rules),
  };
}

/** Recomputes live clocks with a newer calendar; only changed deadlines give events, and past breaches stay. */
export function recomputeClocks(clocks: Clock[], now: Instant, rules: TimeRules): ClockEvent[] {
  return clocks.filter(isLive).flatMap((clock) => {
    const { dueAt: due, provisional, warnAt } = deadlineOf(clock, now, rules);
    if (due === clock.dueAt && provisional === clock.provisional) return [];
    return [{ type: 'clock-recomputed' as const, clockId: clock.id, dueAt: due, provisional, warnAt }];
  });
}

/** How much of the budget is used at `now`, between 0 and 1 (ended clocks: at their end). */
export function usedFraction(clock: Clock, now: Instant, rules: TimeRules): number {
  const at = Math.min(clock.endedAt ?? clock.heldSince ?? now, clock.dueAt);
  const unit = 'until' in clock.limit ? 'clock-hour' : clock.limit.unit;
  const { hours } = rules.policy;
  const total = measure(clock.startedAt, clock.dueAt, unit, hours, rules.calendar) - clock.heldMs;
  const used = measure(clock.startedAt, at, unit, hours, rules.calendar) - clock.heldMs;
  return total <= 0 ? 1 : Math.min(1, Math.max(0, used / total));
}

function startClock(want: WantedClock, startedAt: Instant, rules: TimeRules): ClockEvent {
  const fresh = { limit: want.limit, startedAt, heldMs: 0, warned: [] as number[] };
  const { at, provisional } = deadline(fresh, rules);
  const warnAt = warningAt({ ...fresh, dueAt: at }, rules);
  return {
    type: 'clock-started',
    clockId: want.id,
    kind: want.kind,
    limit: want.limit,
    startedAt,
    dueAt: at,
    provisional,
    warnAt,
  };
}

function endClock(clock: Clock, how: 'met' | 'cancelled', now: Instant): ClockEvent {
  const { id: clockId, kind } = clock;
  return how === 'met'
    ? { type: 'clock-met', clockId, kind, metAt: now, dueAt: clock.dueAt }
    : { type: 'clock-cancelled', clockId, kind, cancelledAt: now };
}

function resumeClock(clock: Clock, now: Instant, rules: TimeRules): ClockEvent {
  const heldMs = clock.heldMs + heldSince(clock, now, rules);
  const { at, provisional } = deadline({ ...clock, heldMs }, rules);
  const warnAt = warningAt({ ...clock, heldMs, dueAt: at }, rules);
  return { type: 'clock-resumed', clockId: clock.id, heldMs, dueAt: at, provisional, warnAt };
}

function heldSince(clock: Clock, now: Instant, rules: TimeRules): number {
  if (clock.heldSince === null || 'until' in clock.limit) return 0;
  return measure(clock.heldSince, now, clock.limit.unit, rules.policy.hours, rules.calendar);
}

function deadlineOf(
  clock: Clock,
  now: Instant,
  rules: TimeRules,
): { dueAt: Instant; provisional: boolean; warnAt: Instant | null } {
  const heldMs = clock.heldMs + heldSince(clock, now, rules);
  const { at, provisional } = deadline({ ...clock, heldMs }, rules);
  return { dueAt: at, provisional, warnAt: warningAt({ ...clock, heldMs, dueAt: at }, rules) };
}

function deadline(
  clock: Pick<Clock, 'limit' | 'startedAt' | 'heldMs'>,
  { policy, calendar }: TimeRules,
): Due {
  if ('until' in clock.limit) return { at: clock.limit.until, provisional: false };
  return dueAt(clock.startedAt, clock.limit, clock.heldMs, policy.hours, calendar);
}

function warningAt(
  clock: Pick<Clock, 'limit' | 'startedAt' | 'heldMs' | 'warned' | 'dueAt'>,
  { policy, calendar }: TimeRules,
): Instant | null {
  const fraction = policy.warnings.find((point) => !clock.warned.includes(point));
  if (fraction === undefined) return null;
  if ('until' in clock.limit)
    return Math.round(clock.startedAt + (clock.limit.until - clock.startedAt) * fraction);
  return pointAt(clock.startedAt, clock.limit, clock.heldMs, fraction, policy.hours, calendar).at;
}
