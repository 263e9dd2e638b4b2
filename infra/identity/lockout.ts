import { NOW_MS } from './now.ts';

export interface Lockout {
  /** The column that counts wrong tries. */
  failures: string;
  /** So many in a row lock. */
  max: number;
  lock_ms: number;
}

/**
 * Assignments of an UPDATE that counts a try before the secret is looked at, and is taken back when it is right: a hundred
 * guesses at once are five guesses. A lock that has run out begins a new count.
 */
export const counted = ({ failures, max, lock_ms }: Lockout): string => `
    ${failures} = CASE WHEN locked_until_ms IS NULL THEN ${failures} + 1 ELSE 1 END,
    locked_until_ms = CASE WHEN locked_until_ms IS NULL AND ${failures} + 1 >= ${max}
      THEN ${NOW_MS} + ${lock_ms} END`;

/** Assignments that take the count back. */
export const uncounted = ({ failures }: Pick<Lockout, 'failures'>): string =>
  `${failures} = 0, locked_until_ms = NULL`;

/** Conditions of a row that may be tried: not locked, and its one-time secret not run out. */
export const TRIABLE = `(locked_until_ms IS NULL OR locked_until_ms <= ${NOW_MS})
    AND (one_time_until_ms IS NULL OR one_time_until_ms > ${NOW_MS})`;
