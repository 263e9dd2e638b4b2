/** For how long a process may act on an account, session or key that has changed elsewhere. */
export const KEPT_MS = 5_000;
const KEPT_MAX = 10_000;

export interface Kept<T> {
  /** Reads at most once in `KEPT_MS` a key; whoever asks meanwhile shares the answer. A failure is not kept. */
  get(key: string): Promise<T>;
  /** What this process itself has changed is read anew at once; without a key, everything. */
  forget(key?: string): void;
}

/** Keeps what `read` answers. Beyond `KEPT_MAX` keys the oldest go first: strangers must not be able to fill memory. */
export function kept<T>(read: (key: string) => Promise<T>): Kept<T> {
  const known = new Map<string, { of: Promise<T>; at: number }>();
  return {
    get(key) {
      const found = known.get(key);
      if (found !== undefined && performance.now() - found.at < KEPT_MS) return found.of;
      const fresh = { of: read(key), at: performance.now() };
      known.delete(key);
      known.set(key, fresh);
      if (known.size > KEPT_MAX) known.delete(known.keys().next().value!);
      fresh.of.catch(() => {
        if (known.get(key) === fresh) known.delete(key);
      });
      return fresh.of;
    },
    forget(key) {
      if (key === undefined) known.clear();
      else known.delete(key);
    },
  };
}
