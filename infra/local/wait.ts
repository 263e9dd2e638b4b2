import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  deadline_ms: number;
  interval_ms?: number;
}

/**
 * Calls `attempt` until it returns something other than `undefined`, or the deadline passes.
 * Returns `undefined` at the deadline; an error of `attempt` is final.
 */
export async function poll<T>(
  attempt: () => Promise<T | undefined> | T | undefined,
  { deadline_ms, interval_ms = 50 }: WaitOptions,
): Promise<T | undefined> {
  const end = performance.now() + deadline_ms;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (performance.now() >= end) return undefined;
    await sleep(interval_ms);
  }
}

/** True as soon as `condition` holds, false when the deadline passes first. */
export async function waitUntil(
  condition: () => Promise<boolean> | boolean,
  options: WaitOptions,
): Promise<boolean> {
  return (await poll(async () => ((await condition()) ? true : undefined), options)) ?? false;
}

/** Seconds since `start` (a `performance.now()` value), for progress lines: `1.4 s`. */
export function elapsed(start: number): string {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
