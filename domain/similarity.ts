import { DAY_MS } from './calendar.ts';
import type { Category } from './categories.ts';
import type { Policy } from './policy.ts';
import type { RegionCode } from './regions.ts';
import type { Instant } from './working-time.ts';

/** What a report is compared by. Only the dispute: who reported it or is a party plays no part, nobody is ever scored. */
export interface Compared {
  region: RegionCode;
  placeId: string | null;
  category: Category;
  reportedAt: Instant;
}

/** An earlier dispute beside it. */
export interface Candidate {
  id: string;
  number: string;
  region: RegionCode;
  placeId: string | null;
  category: string;
  reportedAt: Instant;
  /** Accounts of its parties, where whoever compares does not see the case first. */
  parties?: string[];
  /** Null while it is open. */
  closedAt: Instant | null;
  /** How much of the words of one is in the other, 0 to 1 (`overlap`). */
  overlap: number;
}

export const REASONS = ['same-place', 'same-grid', 'same-category', 'near-in-time', 'similar-text'] as const;
export type Reason = (typeof REASONS)[number];

/** At most so many points each; a suggestion says how it came to its sum. [ours] */
export const POINTS: Record<Reason, number> = {
  'same-place': 35,
  'same-grid': 10,
  'same-category': 20,
  'near-in-time': 15,
  'similar-text': 40,
};

/** Less is not suggested: neither grid, category and time alone, nor a few words alone. */
export const SUGGESTED_FROM = 50;
export const SUGGESTIONS_MAX = 5;

export interface Suggestion {
  id: string;
  number: string;
  score: number;
  reasons: { reason: Reason; points: number }[];
}

type Window = Pick<Policy, 'repeatWithinDays'>;

/**
 * Disputes that may be about the same matter, the likeliest first: open ones, and ones closed within `repeatWithinDays`.
 * Suggestions only; a person decides.
 */
export function suggestionsFor(
  report: Compared,
  candidates: readonly Candidate[],
  window: Window,
): Suggestion[] {
  const earliest = report.reportedAt - window.repeatWithinDays * DAY_MS;
  return candidates
    .filter(({ closedAt }) => closedAt === null || closedAt >= earliest)
    .map((candidate) => compared(report, candidate, window))
    .filter(({ score }) => score >= SUGGESTED_FROM)
    .toSorted((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1))
    .slice(0, SUGGESTIONS_MAX);
}

function compared(report: Compared, other: Candidate, { repeatWithinDays }: Window): Suggestion {
  const apart_ms = Math.abs(report.reportedAt - other.reportedAt);
  const shares: Record<Reason, number> = {
    'same-place': Number(report.placeId !== null && report.placeId === other.placeId),
    'same-grid': Number(report.region === other.region),
    'same-category': Number(report.category === other.category),
    'near-in-time': Math.max(0, 1 - apart_ms / (repeatWithinDays * DAY_MS)),
    'similar-text': Math.min(1, Math.max(0, other.overlap)),
  };
  const reasons = REASONS.map((reason) => ({ reason, points: Math.round(POINTS[reason] * shares[reason]) }));
  const score = reasons.reduce((sum, { points }) => sum + points, 0);
  return {
    ...{ id: other.id, number: other.number, score },
    reasons: reasons.filter(({ points }) => points > 0),
  };
}
