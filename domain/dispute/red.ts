import { bodyFor, ownerAt, type Directory } from '../duty.ts';
import type { DangerFacts, Grade } from '../grading.ts';
import type { Context } from '../machine.ts';
import { levelOf, rank, type RegionCode } from '../regions.ts';
import type { DisputeEvent } from './events.ts';
import type { Dispute } from './state.ts';

/**
 * Who is asked to act at once when a dispute is or becomes red: community and grid, and the police where there is a
 * possible crime or danger (Law of People's Mediation art. 25), suspected abuse of a minor always.
 */
export function calledOut(region: RegionCode, danger: DangerFacts, context: Context): DisputeEvent[] {
  const near = (['community', 'grid'] as const)
    .filter((level) => rank(levelOf(region)) <= rank(level))
    .map((level) => ({ bodyId: null, region, level }));
  const targets = [...near, ...police(region, danger, context.directory)];
  return targets.map((target) => ({
    type: 'task-assigned',
    by: 'system:rule',
    taskId: context.newId('tsk'),
    kind: 'stabilise',
    target,
    what: null,
  }));
}

function police(region: RegionCode, danger: DangerFacts, directory: Directory) {
  const called = danger.violence || danger.weapon || danger.minorOrDomesticViolence;
  const body = called ? bodyFor(directory, 'police', region) : null;
  return body === null ? [] : [{ bodyId: body.id, region, level: 'street' as const }];
}

/**
 * What follows a grading that makes an open dispute red: the tasks above, and below the street the street's duty officer
 * owns it at once, without waiting to take over. Empty when it was red already or is not red now.
 */
export function becameRed(
  before: Dispute,
  grade: Grade,
  danger: DangerFacts,
  context: Context,
): DisputeEvent[] {
  if (grade !== 'red' || before.grade === 'red') return [];
  return [...toStreet(before, context), ...calledOut(before.region, danger, context)];
}

function toStreet({ level: from, region }: Dispute, { directory, now }: Context): DisputeEvent[] {
  if (rank(from) >= rank('street')) return [];
  const by = 'system:rule';
  const owner = ownerAt(directory, region, 'street', now);
  return [
    { type: 'escalated', by, from, to: owner.level, cause: 'red', reason: null },
    { type: 'taken-over', by, level: owner.level, owner, automatic: true },
  ];
}
