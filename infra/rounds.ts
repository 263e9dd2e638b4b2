import { setTimeout as sleep } from 'node:timers/promises';

export interface RoundsOptions {
  /** After the start, so that a process that is started again and again comes to it too. */
  first_ms: number;
  every_ms: number;
  /** A round that fails is tried again with the next. */
  onFailure: (error: unknown) => void;
}

/** Does a round of something again and again until it is stopped, which waits for the round in work. */
export function startRounds(
  round: () => Promise<unknown>,
  { first_ms, every_ms, onFailure }: RoundsOptions,
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const run = async (): Promise<void> => {
    for (let wait_ms = first_ms; !stopping.signal.aborted; wait_ms = every_ms) {
      await sleep(wait_ms, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await round().catch(onFailure);
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
