import { refuse, type Refusal } from './errors.ts';

/** A clock elsewhere may be so far ahead of ours; what comes later has not happened yet. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/** Refuses a time at which something is said to have happened that has not come yet. */
export function notYet(occurredAt: number | null | undefined, now: number): Refusal | null {
  if (typeof occurredAt !== 'number' || occurredAt <= now + CLOCK_SKEW_MS) return null;
  return refuse('invalid_field', 'this lies in the future', 'occurredAt', 'a time that has come');
}
