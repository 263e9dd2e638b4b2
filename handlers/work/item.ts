import type { Clocked } from '../../domain/machine.ts';
import { LEVELS, rank, regionAt, type Level, type RegionCode } from '../../domain/regions.ts';
import { ROLES_OF_LEVEL, type Role } from '../../domain/roles.ts';
import type { Instant } from '../../domain/working-time.ts';
import type { Dispute } from '../../domain/dispute/state.ts';
import type { WorkItem } from '../../ports/handler.ts';

/** When the running clock of that kind ends; null when none runs. */
export function dueOf(state: Clocked, ...kinds: string[]): Instant | null {
  const running = state.clocks.filter((clock) => clock.state === 'running' && kinds.includes(clock.kind));
  return running.length === 0 ? null : Math.min(...running.map((clock) => clock.dueAt));
}

/** Levels above this one: whoever may decide over its owner. */
const rolesAbove = (level: Level): Role[] => [
  ...new Set([...LEVELS.slice(rank(level) + 1).flatMap((above) => ROLES_OF_LEVEL[above]), 'leader' as const]),
];

type Asked = Pick<WorkItem, 'kind'> & Partial<Omit<WorkItem, 'kind' | 'queue' | 'region'>>;

/** An item of a dispute in the queue of `level`; whoever answers for that level may take it unless said otherwise. */
export function itemAt(level: Level, state: Dispute, asked: Asked): WorkItem {
  return inQueue(level, state.region, { grade: state.grade, ...asked });
}

/** An item in the queue of `level` for the part of it that contains `region`. */
export function inQueue(level: Level, region: RegionCode, asked: Asked): WorkItem {
  return {
    ...{ queue: level, region: regionAt(region, level), subject: '', assigneeId: null, bodyId: null },
    ...{ roles: ROLES_OF_LEVEL[level], grade: null, dueAt: null, detail: null },
    ...asked,
  };
}

/** An item for whoever decides over the owner: it lies one level up, and any level above may take it. */
export function itemAbove(state: Dispute, to: Level, asked: Asked): WorkItem {
  return itemAt(to, state, { roles: rolesAbove(state.level), ...asked });
}
