import type { Directory, DutyFact, StaffFact } from '../duty.ts';
import { refuse, type Refusal } from '../errors.ts';
import type { DatedPost } from '../posts.ts';
import { contains, levelOf, type RegionCode } from '../regions.ts';
import { ROLES_OF_LEVEL, type Actor, type Role } from '../roles.ts';
import type { Instant } from '../working-time.ts';
import { oneselfFault, regionFault } from './jurisdiction.ts';
import { endOf, orderFault, overlap, postFault, servesFault } from './staff-rules.ts';

export const CAPACITY_WORDS = ['responsible', 'cover', 'officer'] as const;

/** Roles that can be on duty in a region: those that answer for its level, and a named leader. */
export const rolesOnDuty = (region: RegionCode): readonly Role[] => [
  ...ROLES_OF_LEVEL[levelOf(region)].filter((role) => role !== 'leader'),
  'leader',
];

/** The post that goes with a duty and ends with it: how a holiday cover gets her rights. */
export const postOf = ({ role, region, from, to }: DutyFact): DatedPost => ({ role, region, from, to });

/**
 * Why somebody cannot be put on the roster; null when she can. `withPost`: she is given the post for the same time.
 */
export function dutyFault(
  actor: Actor,
  duty: DutyFact,
  withPost: boolean,
  directory: Directory,
  now: Instant,
): Refusal | null {
  const { staffId, region, role, standsInFor = null } = duty;
  const fault =
    regionFault(actor, region, directory, 'region') ??
    oneselfFault(actor, staffId, 'staffId') ??
    orderFault(duty);
  if (fault) return fault;
  if (!rolesOnDuty(region).includes(role)) {
    const expected = rolesOnDuty(region).join(', ');
    return refuse('invalid_field', 'this role does not answer for a region of this level', 'role', expected);
  }
  const person = directory.staff.get(staffId);
  if (person === undefined) return refuse('unknown_person', 'no such member of staff', 'staffId');
  return (
    servesFault(person, duty, now) ??
    (standsInFor === null ? null : standInFault(duty, standsInFor, directory)) ??
    overlapFault(duty, directory) ??
    (withPost ? postFault(actor, person, postOf(duty), directory, now) : missingPost(person, duty))
  );
}

function standInFault(duty: DutyFact, standsInFor: string, { staff, duties }: Directory): Refusal | null {
  const field = 'standsInFor';
  if (!staff.has(standsInFor)) return refuse('unknown_person', 'no such member of staff', field);
  if (standsInFor === duty.staffId) return refuse('invalid_field', 'nobody stands in for herself', field);
  if (duty.capacity !== 'cover')
    return refuse('invalid_field', 'whoever stands in is on duty as cover', 'capacity', 'cover');
  const replaces = duties.some(
    (other) => other.staffId === standsInFor && sameDuty(other, duty) && overlap(other, duty),
  );
  return replaces ? null : refuse('missing_condition', 'she is not on duty there at that time', field);
}

const sameDuty = (a: DutyFact, b: DutyFact): boolean => a.region === b.region && a.role === b.role;

function overlapFault(duty: DutyFact, { duties }: Directory): Refusal | null {
  const meeting = duties.filter((other) => sameDuty(other, duty) && overlap(other, duty));
  if (meeting.some(({ staffId }) => staffId === duty.staffId))
    return refuse('overlapping', 'she is on duty there at that time already', 'from');
  // A region has one responsible worker; whoever helps or replaces her is cover.
  const two = duty.capacity === 'responsible' && meeting.some(({ capacity }) => capacity === 'responsible');
  return two
    ? refuse('overlapping', 'somebody else is responsible at that time', 'capacity', 'end her duty, or cover')
    : null;
}

/** A duty without the post would be none: rights come from posts. */
function missingPost({ posts, leavesAt = null }: StaffFact, duty: DutyFact): Refusal | null {
  const end = duty.to ?? Infinity;
  const held = posts.some(
    (post) =>
      post.role === duty.role &&
      contains(post.region, duty.region) &&
      (post.from ?? -Infinity) <= duty.from &&
      end <= Math.min(post.to ?? Infinity, leavesAt ?? Infinity),
  );
  return held
    ? null
    : refuse('missing_condition', 'holds no such post for the whole time', 'staffId', 'a post, or withPost');
}

/** When a duty ends, or why it cannot. */
export const dutyEnd = (
  actor: Actor,
  duty: DutyFact,
  asked: Instant | undefined,
  now: Instant,
): Instant | Refusal =>
  regionFault(actor, duty.region, { regions: new Set([duty.region]) }, 'region') ?? endOf(duty, asked, now);
