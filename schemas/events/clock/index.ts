import type { ClockEvent } from '../../../domain/clocks.ts';
import type { ContractsOf, Differing, None } from '../contract.ts';
import { clockBroken } from './clock-broken.ts';
import { clockCancelled } from './clock-cancelled.ts';
import { clockExtended } from './clock-extended.ts';
import { clockHeld } from './clock-held.ts';
import { clockMet } from './clock-met.ts';
import { clockRecomputed } from './clock-recomputed.ts';
import { clockResumed } from './clock-resumed.ts';
import { clockStarted } from './clock-started.ts';
import { clockWarned } from './clock-warned.ts';

/** The contracts of the clock events, which occur in every kind of case. */
export const CLOCK_EVENTS = {
  'clock-started': clockStarted,
  'clock-held': clockHeld,
  'clock-resumed': clockResumed,
  'clock-warned': clockWarned,
  'clock-met': clockMet,
  'clock-broken': clockBroken,
  'clock-cancelled': clockCancelled,
  'clock-extended': clockExtended,
  'clock-recomputed': clockRecomputed,
} satisfies ContractsOf<ClockEvent>;

/** Compiles only while every schema says exactly what the domain says; an event that differs is named here. */
export type DifferingClockEvents = None<Differing<typeof CLOCK_EVENTS, ClockEvent>>;
