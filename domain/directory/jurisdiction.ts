import type { BodyFact, Directory, StaffFact } from '../duty.ts';
import { refuse, type Refusal } from '../errors.ts';
import { levelOf, lowestCommonAncestor, rank, type RegionCode } from '../regions.ts';
import { holds, type Actor } from '../roles.ts';
import type { Instant } from '../working-time.ts';

/**
 * Where somebody belongs: as it was said, else the smallest region that contains all her posts. Null for whoever has no
 * post, or posts in several cities: only an administrator of everything may touch her.
 */
export function homeOf({ home, posts }: Pick<StaffFact, 'home' | 'posts'>): RegionCode | null {
  if (home !== undefined && home !== null) return home;
  const [first, ...others] = posts.map(({ region }) => region);
  return others.reduce<RegionCode | null>(
    (all, region) => (all === null ? null : lowestCommonAncestor(all, region)),
    first ?? null,
  );
}

/** Whether she administers that region. */
export const administers = (actor: Actor, region: RegionCode): boolean =>
  holds(actor, ['administrator'], region);

/** Whether she administers a district or more: accounts that belong to no member of staff are hers to decide over. */
export const administersDistrict = ({ posts }: Actor): boolean =>
  posts.some(({ role, region }) => role === 'administrator' && rank(levelOf(region)) >= rank('district'));

/** Whether there is no region that she does not administer. */
export const administersAll = (actor: Actor, { regions }: Pick<Directory, 'regions'>): boolean =>
  [...regions].every((region) => administers(actor, region));

/** Whether the whole of a body lies in her regions; one that is there for all belongs to whoever administers all. */
export const administersBody = (
  actor: Actor,
  { regions }: Pick<BodyFact, 'regions'>,
  directory: Directory,
): boolean =>
  regions.length === 0
    ? administersAll(actor, directory)
    : regions.every((region) => administers(actor, region));

const OUTSIDE = 'lies outside the regions you administer';
const HERS = 'a region of yours';

/** Refuses what is done to somebody of another administrator's regions. */
export function strangerFault(actor: Actor, person: StaffFact, directory: Directory): Refusal | null {
  const home = homeOf(person);
  const hers = home === null ? administersAll(actor, directory) : administers(actor, home);
  return hers ? null : refuse('outside_jurisdiction', 'this person belongs elsewhere');
}

/** Refuses what is done to somebody who holds, or will hold, a post outside the regions of the administrator. */
export function beyondFault(actor: Actor, { posts }: StaffFact, now: Instant): Refusal | null {
  const beyond = posts.some(({ to, region }) => (to ?? Infinity) > now && !administers(actor, region));
  const expected = 'that post is ended there first';
  return beyond
    ? refuse('outside_jurisdiction', 'holds a post outside the regions you administer', 'id', expected)
    : null;
}

/** Refuses what gives rights to herself: an administrator who could would open every case of her regions. */
export const oneselfFault = (actor: Actor, staffId: string, field: string): Refusal | null =>
  staffId === actor.id
    ? refuse('not_oneself', 'nobody gives herself posts or duties', field, 'another administrator does it')
    : null;

/** Refuses a region that does not exist or is not hers to administer. */
export function regionFault(
  actor: Actor,
  region: RegionCode,
  { regions }: Pick<Directory, 'regions'>,
  field: string,
): Refusal | null {
  if (!regions.has(region))
    return refuse('unknown_region', 'no such region', field, 'a code of the region list');
  return administers(actor, region) ? null : refuse('outside_jurisdiction', OUTSIDE, field, HERS);
}
