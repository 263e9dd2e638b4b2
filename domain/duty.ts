import type { Category } from './categories.ts';
import { contains, LEVELS, levelOf, rank, regionAt, type Level, type RegionCode } from './regions.ts';
import { holdsAt, postsAt, type DatedPost } from './posts.ts';
import { ROLES_OF_LEVEL, type Role } from './roles.ts';
import type { Instant } from './working-time.ts';

/** A member of staff as the rules need to know her: no name, no contact. */
export interface StaffFact {
  id: string;
  posts: DatedPost[];
  active: boolean;
  /** From this moment on she serves no longer. */
  leavesAt?: Instant | null;
  /** The region she belongs to, for whoever administers it; it gives no right. */
  home?: RegionCode | null;
  /** Categories a mediator is experienced in; empty for all-round. */
  skills?: Category[];
}

/** Whoever can be tasked. */
export interface BodyFact {
  id: string;
  kind: string;
  regions: RegionCode[];
  categories: string[];
}

/** One line of the duty roster: who stands where, in which capacity, and until when. */
export interface DutyFact {
  staffId: string;
  region: RegionCode;
  role: Role;
  /** `responsible`: the full-time worker; `cover`: stands in when that worker is away; `officer`: the level's duty officer. */
  capacity: 'responsible' | 'cover' | 'officer';
  from: Instant;
  to: Instant | null;
  /** Whose place she takes during that time; null or absent for whoever has the duty in her own name. */
  standsInFor?: string | null;
}

/** Whoever is responsible now. `staffId` is null only where a level is wholly unstaffed; its region still owns it. */
export interface Owner {
  level: Level;
  region: RegionCode;
  staffId: string | null;
  via: 'responsible' | 'cover' | 'officer' | 'substitute' | 'named' | 'unstaffed';
}

/** A snapshot of who exists and who is on duty: facts the pure core decides with. */
export interface Directory {
  version: number;
  regions: ReadonlySet<RegionCode>;
  staff: ReadonlyMap<string, StaffFact>;
  bodies: ReadonlyMap<string, BodyFact>;
  duties: readonly DutyFact[];
}

const CAPACITIES = ['responsible', 'cover', 'officer'] as const;

/**
 * The owner of a case at a level, now: the responsible worker, else cover, else the level's duty officer, else the
 * duty officer of the next level up that has one, and where no level above has one, of the next below. Whoever has a
 * stand-in is away while the stand-in is there. Nothing is ever without an owner.
 */
export function ownerAt(directory: Directory, region: RegionCode, level: Level, now: Instant): Owner {
  const lowest = rank(levelOf(region));
  const own: Level = LEVELS[Math.max(rank(level), lowest)]!;
  const upThenDown = [...LEVELS.slice(rank(own)), ...LEVELS.slice(lowest, rank(own)).reverse()];
  for (const candidate of upThenDown) {
    const at = regionAt(region, candidate);
    const duty = onDuty(directory, at, candidate, now);
    if (duty) {
      const via = candidate === own ? duty.capacity : 'substitute';
      return { level: own, region: regionAt(region, own), staffId: duty.staffId, via };
    }
  }
  return { level: own, region: regionAt(region, own), staffId: null, via: 'unstaffed' };
}

const ANY_LEVEL = LEVELS.flatMap((level) => ROLES_OF_LEVEL[level]);

/**
 * Whether the named owner no longer holds a post that answers for her level there; for one who owns it in place of
 * another level, a post of any level will do.
 */
export function ownerIsAbsent(
  directory: Directory,
  { staffId, level, via }: Pick<Owner, 'staffId' | 'level' | 'via'>,
  region: RegionCode,
  now: Instant,
): boolean {
  if (staffId === null) return false;
  const roles = via === 'substitute' ? ANY_LEVEL : ROLES_OF_LEVEL[level];
  return !roles.some((role) => holdsAt(directory.staff.get(staffId), role, region, now));
}

export const mediatorIsAbsent = (directory: Directory, staffId: string, now: Instant): boolean =>
  !postsAt(directory.staff.get(staffId), now).some(({ role }) => role === 'mediator');

/** The body of that kind for the smallest region around `region`; one without regions is there for all. Null: none. */
export function bodyFor(directory: Directory, kind: string, region: RegionCode): BodyFact | null {
  const reach = ({ regions }: BodyFact): number =>
    Math.max(
      ...(regions.length === 0 ? [''] : regions).map((own) => (contains(own, region) ? own.length : -1)),
    );
  const near = [...directory.bodies.values()].filter((body) => body.kind === kind && reach(body) >= 0);
  near.sort((a, b) => reach(b) - reach(a) || (a.id < b.id ? -1 : 1));
  return near[0] ?? null;
}

/** The named leader of the smallest region that has one on duty, from the street up. */
export function leaderFor(directory: Directory, region: RegionCode, now: Instant): string | null {
  const leaders = directory.duties.filter(
    (duty) => duty.role === 'leader' && contains(duty.region, region) && isOn(directory, duty, now),
  );
  leaders.sort((a, b) => b.region.length - a.region.length);
  return leaders[0]?.staffId ?? null;
}

/** Everybody on duty in exactly this region at that moment, first whoever comes first as its owner. */
export function dutiesAt(
  directory: Directory,
  region: RegionCode,
  roles: readonly Role[],
  now: Instant,
): DutyFact[] {
  const present = directory.duties.filter(
    (duty) => duty.region === region && roles.includes(duty.role) && isOn(directory, duty, now),
  );
  const replaced = (duty: DutyFact): boolean =>
    present.some(({ standsInFor, role }) => standsInFor === duty.staffId && role === duty.role);
  const there = present.filter((duty) => !replaced(duty));
  // Two who stand in for each other would leave nobody.
  return CAPACITIES.flatMap((capacity) =>
    (there.length > 0 ? there : present).filter((duty) => duty.capacity === capacity),
  );
}

const onDuty = (directory: Directory, region: RegionCode, level: Level, now: Instant): DutyFact | undefined =>
  dutiesAt(directory, region, ROLES_OF_LEVEL[level], now)[0];

/** A duty needs the post: whoever no longer holds it is on duty no longer. */
function isOn(directory: Directory, duty: DutyFact, now: Instant): boolean {
  const inTime = duty.from <= now && (duty.to === null || now < duty.to);
  return inTime && holdsAt(directory.staff.get(duty.staffId), duty.role, duty.region, now);
}
