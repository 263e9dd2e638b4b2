import type { Category } from './categories.ts';
import { contains, LEVELS, levelOf, rank, regionAt, type Level, type RegionCode } from './regions.ts';
import { ROLES_OF_LEVEL, type Post, type Role } from './roles.ts';
import type { Instant } from './working-time.ts';

/** A member of staff as the rules need to know her: no name, no contact. */
export interface StaffFact {
  id: string;
  posts: Post[];
  active: boolean;
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
 * duty officer of the next level up that has one, and where no level above has one, of the next below. Nothing is ever
 * without an owner.
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

function onDuty(directory: Directory, region: RegionCode, level: Level, now: Instant): DutyFact | undefined {
  const present = directory.duties.filter(
    (duty) =>
      duty.region === region && ROLES_OF_LEVEL[level].includes(duty.role) && isOn(directory, duty, now),
  );
  for (const capacity of CAPACITIES) {
    const found = present.find((duty) => duty.capacity === capacity);
    if (found) return found;
  }
  return undefined;
}

function isOn(directory: Directory, duty: DutyFact, now: Instant): boolean {
  const active = directory.staff.get(duty.staffId)?.active === true;
  return active && duty.from <= now && (duty.to === null || now < duty.to);
}
