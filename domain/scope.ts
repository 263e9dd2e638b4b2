import { contains, type RegionCode } from './regions.ts';
import type { Actor, Role } from './roles.ts';

/** Roles that see every case of their region. Mediators and bodies see what they were given; administrators no case at all. */
export const REGIONAL: readonly Role[] = [
  'grid-worker',
  'grid-head',
  'community-officer',
  'counter-clerk',
  'committee-director',
  'dispatcher',
  'duty-officer',
  'leader',
  'district-officer',
];

/** What a person may see: whole regions, and beside them the cases that name her or one of her bodies as a member. */
export interface Scope {
  personId: string;
  regions: RegionCode[];
  /** As members of a case are written: her id, and `body:<id>` for each body she acts for. */
  names: string[];
  /** Whether she holds a post now: without one, being named as owner or mediator shows nothing. */
  serves: boolean;
}

/** How a body stands among the members of a case. */
export const bodyMember = (bodyId: string): string => `body:${bodyId}`;

/** Regions of one person that do not lie in each other; the database compares with no more (`infra/db/migrations/0003_access.sql`). */
export const SCOPE_REGIONS_MAX = 8;

/** The scope of a person. Regions inside others of hers are left out. */
export function scopeOf(actor: Actor): Scope {
  const held = actor.posts.filter((post) => REGIONAL.includes(post.role)).map((post) => post.region);
  const regions = [...new Set(held)].filter(
    (region) => !held.some((other) => other !== region && contains(other, region)),
  );
  const bodies = actor.posts.flatMap(({ bodyId }) => (bodyId === undefined ? [] : [bodyMember(bodyId)]));
  const names = [actor.id, ...new Set(bodies)];
  return { personId: actor.id, regions, names, serves: actor.posts.length > 0 };
}

/** Whether a case lies in the scope: by its region or because the person is a member of it. */
export function inScope(scope: Scope, found: { region: RegionCode; members: readonly string[] }): boolean {
  return (
    scope.regions.some((region) => contains(region, found.region)) ||
    found.members.some((member) => scope.names.includes(member))
  );
}
