import {
  dueClock,
  evolveClocks,
  fireMark,
  isClockEvent,
  nextWakeAt,
  reconcileClocks,
  type Clock,
  type ClockEvent,
  type TimeRules,
  type WantedClock,
} from './clocks.ts';
import type { Directory } from './duty.ts';
import { isRefusal, type Refusal } from './errors.ts';
import type { Actor } from './roles.ts';
import type { Instant } from './working-time.ts';

export const CASE_KINDS = ['dispute', 'task', 'conference', 'commitment'] as const;
export type CaseKind = (typeof CASE_KINDS)[number];

/** A reference to free text. The core never sees the text itself, so neither events nor histories can leak it. */
export type TextRef = string;

/** Everything a decision may look at beside the state and the command. */
export interface Context extends TimeRules {
  now: Instant;
  actor: Actor;
  directory: Directory;
  /** Ids that are the same when the same command is decided again. */
  newId: (prefix: string) => string;
}

export type Decision<E> = (E | ClockEvent)[] | Refusal;

/** What all kinds of case have in common: an identity, a version that counts events, and clocks. */
export interface Clocked {
  id: string;
  version: number;
  clocks: Clock[];
}

/** One kind of case. The kinds differ only here; workflow, store and handlers treat them alike. */
export interface Machine<S extends Clocked, E extends { type: string }, C extends { action: string }> {
  kind: CaseKind;
  /** The state before the first event. */
  initial: S;
  evolve(state: S, event: E, at: Instant): S;
  decide(state: S, command: C, context: Context): E[] | Refusal;
  /** The clocks that should be live in this state. */
  clocks(state: S, context: TimeRules): WantedClock[];
  /** What a clock's disappearance means; met unless said otherwise. */
  clockEnding?(state: S, clock: Clock): 'met' | 'cancelled';
  /** What follows when a clock runs out. */
  broken(state: S, clock: Clock, context: Context): E[];
  isFinal(state: S): boolean;
}

/** Folds one event recorded `at` that time; the version counts every event, clock events included. */
export function fold<S extends Clocked, E extends { type: string }, C extends { action: string }>(
  machine: Machine<S, E, C>,
  state: S,
  event: E | ClockEvent,
  at: Instant,
): S {
  const next: S = isClockEvent(event)
    ? { ...state, clocks: evolveClocks(state.clocks, event) }
    : machine.evolve(state, event, at);
  return { ...next, version: state.version + 1 };
}

export interface Outcome<S, E> {
  state: S;
  events: (E | ClockEvent)[];
}

/** Carries out a command: its events, and the clock events that follow from the state it leads to. */
export function act<S extends Clocked, E extends { type: string }, C extends { action: string }>(
  machine: Machine<S, E, C>,
  state: S,
  command: C,
  context: Context,
): Outcome<S, E> | Refusal {
  const decided = machine.decide(state, command, context);
  return isRefusal(decided) ? decided : settle(machine, state, decided, context);
}

/**
 * Lets time act: fires the earliest due mark of the case, with what follows from it, or returns null when none is due.
 * A breach is recorded at its deadline; what follows from it begins now, so that nobody is late for something that
 * an outage kept from her. One mark a call, so that each is stored under a fixed id of its own.
 */
export function tick<S extends Clocked, E extends { type: string }, C extends { action: string }>(
  machine: Machine<S, E, C>,
  state: S,
  context: Context,
): (Outcome<S, E> & { mark: string }) | null {
  const clock = dueClock(state.clocks, context.now);
  if (clock === undefined) return null;
  const mark = fireMark(clock, context);
  const after = fold(machine, state, mark, context.now);
  const breach = mark.type === 'clock-broken';
  const follow = breach ? machine.broken(after, { ...clock, state: 'broken' }, context) : [];
  const settled = settle(machine, after, follow, context);
  const name = mark.type === 'clock-warned' ? `warned-${mark.fraction}` : 'broken';
  return { state: settled.state, events: [mark, ...settled.events], mark: `${clock.id}:${name}` };
}

/** When the case must be woken next, in milliseconds since the epoch; null when nothing ticks. */
export const wakeAt = (state: Clocked): Instant | null => nextWakeAt(state.clocks);

function settle<S extends Clocked, E extends { type: string }, C extends { action: string }>(
  machine: Machine<S, E, C>,
  before: S,
  decided: (E | ClockEvent)[],
  context: Context,
): Outcome<S, E> {
  let state = before;
  for (const event of decided) state = fold(machine, state, event, context.now);
  const wanted = machine.clocks(state, context);
  const ending = (clock: Clock): 'met' | 'cancelled' => machine.clockEnding?.(state, clock) ?? 'met';
  const ticking = reconcileClocks(state.clocks, wanted, context.now, context, ending);
  for (const event of ticking) state = fold(machine, state, event, context.now);
  return { state, events: [...decided, ...ticking] };
}
