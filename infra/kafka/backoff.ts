export interface Backoff {
  first_ms: number;
  max_ms: number;
}

export const DEFAULT_BACKOFF: Backoff = { first_ms: 200, max_ms: 10_000 };

/** Doubles from `first_ms` to `max_ms`; `attempt` counts from 1. */
export function backoffOf(attempt: number, { first_ms, max_ms }: Backoff): number {
  return Math.min(max_ms, first_ms * 2 ** Math.min(attempt - 1, 30));
}
