import type { Context } from '../machine.ts';
import type { Level } from '../regions.ts';
import type { DisputeEvent } from './events.ts';

/** Many acting together: one level up is told, again whenever more are known of; it is not asked to take over. */
export function groupNotice(
  knownBefore: number,
  people: number,
  level: Level,
  { policy }: Pick<Context, 'policy'>,
): DisputeEvent[] {
  const above = policy.ladder[level];
  if (above === null || people < policy.groupActing || people <= knownBefore) return [];
  return [{ type: 'superior-notified', level: above, cause: 'group' }];
}
