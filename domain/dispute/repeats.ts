import { DAY_MS } from '../calendar.ts';
import type { Policy } from '../policy.ts';
import type { Instant } from '../working-time.ts';

/** An earlier dispute about the same matter, as far as its relation to a new report depends on it. */
export interface EarlierDispute {
  status: 'open' | 'closed';
  closedAt: Instant | null;
}

/**
 * How a new report relates to an earlier dispute about the same matter: still open, it is that matter; closed within
 * `repeatWithinDays` (24 hours each, the last moment included), it has come back; closed longer ago, it is only related.
 * Closed at an unknown time counts as long ago: a repeat adds to the grade and must not rest on a guess.
 */
export function relationTo(
  earlier: EarlierDispute,
  now: Instant,
  { repeatWithinDays }: Pick<Policy, 'repeatWithinDays'>,
): 'same-matter' | 'repeat' | 'related' {
  if (earlier.status === 'open') return 'same-matter';
  if (earlier.closedAt === null) return 'related';
  return now - earlier.closedAt <= repeatWithinDays * DAY_MS ? 'repeat' : 'related';
}
