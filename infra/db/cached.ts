import type { Queryable } from './pool.ts';

/**
 * Reads at most once in `fresh_ms`; whoever asks meanwhile shares the answer. A failed read is given to those who wait
 * for it and to nobody else.
 */
export function cached<T>(
  fresh_ms: number,
  read: (on?: Queryable) => Promise<T>,
): (on?: Queryable) => Promise<T> {
  let value: { of: Promise<T>; at: number } | undefined;
  return (on) => {
    if (value === undefined || performance.now() - value.at > fresh_ms) {
      const fresh = { of: read(on), at: performance.now() };
      value = fresh;
      fresh.of.catch(() => {
        if (value === fresh) value = undefined;
      });
    }
    return value.of;
  };
}
