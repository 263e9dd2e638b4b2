import { setTimeout as sleep } from 'node:timers/promises';

/** How many calls to one key may be under way; further ones wait their turn for so long. */
export interface LaneOptions {
  limit: number;
  wait_ms: number;
}

export interface Lanes {
  /** Runs `work` once there is room for its key. Throws what `full` makes when there was none in time. */
  run<T>(key: string, full: () => Error, work: () => Promise<T>): Promise<T>;
}

interface Lane {
  active: number;
  waiting: (() => void)[];
}

/** Keeps calls to one key below a limit, in the order they came. Keys without calls take no memory. */
export function createLanes({ limit, wait_ms }: LaneOptions): Lanes {
  const lanes = new Map<string, Lane>();

  const enter = async (lane: Lane, full: () => Error): Promise<void> => {
    if (lane.active < limit) {
      lane.active += 1;
      return;
    }
    const gaveUp = new AbortController();
    let turn: () => void = () => undefined;
    const mine = new Promise<'turn'>((resolve) => {
      turn = () => resolve('turn');
      lane.waiting.push(turn);
    });
    const late = sleep(wait_ms, 'late' as const, { signal: gaveUp.signal }).catch(() => 'late' as const);
    const came = await Promise.race([mine, late]);
    gaveUp.abort();
    const place = lane.waiting.indexOf(turn);
    // Not waiting any more: the place was handed over, perhaps just as the patience ended.
    if (came === 'turn' || place < 0) return;
    lane.waiting.splice(place, 1);
    throw full();
  };
  const leave = (key: string, lane: Lane): void => {
    // The place is handed on: whoever waits has it before anybody who comes now.
    const next = lane.waiting.shift();
    if (next !== undefined) next();
    else if (--lane.active === 0) lanes.delete(key);
  };

  return {
    async run(key, full, work) {
      const lane = lanes.get(key) ?? { active: 0, waiting: [] };
      lanes.set(key, lane);
      await enter(lane, full);
      try {
        return await work();
      } finally {
        leave(key, lane);
      }
    },
  };
}
