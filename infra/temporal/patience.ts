import type { Client } from '@temporalio/client';

export interface Patience {
  /** Milliseconds since the epoch. */
  until: number;
  signal?: AbortSignal;
}

export const patienceOf = (ms: number, signal?: AbortSignal): Patience => ({
  until: Date.now() + ms,
  ...(signal !== undefined && { signal }),
});

/** Temporal did not answer in time. What was asked may be carried out all the same. */
export class LateError extends Error {
  override name = 'LateError';
}

/**
 * One call to Temporal that ends at its deadline. The client's own deadline is not enough: while nothing listens at the
 * address each attempt fails at once, and the client goes on trying for about 16 s whatever the deadline says. Throws
 * `LateError`, or the signal's reason.
 */
export async function within<T>(
  client: Client,
  { until, signal }: Patience,
  call: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const ended = Promise.withResolvers<never>();
  const timer = setTimeout(() => ended.reject(new LateError('no answer in time')), until - Date.now());
  const stop = (): void => ended.reject(signal!.reason as Error);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([client.withDeadline(until, call), ended.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}
