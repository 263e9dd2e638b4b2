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

/** What a person may see: whole regions, and beside them the cases she is a member of and the tasks of her bodies. */
export interface Scope {
  personId: string;
  regions: RegionCode[];
  bodyIds: string[];
}

/** The scope of a person. Regions inside others of hers are left out. */
export function scopeOf(actor: Actor): Scope {
  const held = actor.posts.filter((post) => REGIONAL.includes(post.role)).map((post) => post.region);
  const regions = [...new Set(held)].filter(
    (region) => !held.some((other) => other !== region && contains(other, region)),
  );
  const bodyIds = actor.posts.flatMap((post) =>
    post.role === 'body-handler' && post.bodyId !== undefined ? [post.bodyId] : [],
  );
  return { personId: actor.id, regions, bodyIds: [...new Set(bodyIds)] };
}

/** Whether a case lies in the scope: by its region or because the person is a member of it. */
export function inScope(scope: Scope, found: { region: RegionCode; members: readonly string[] }): boolean {
  return (
    scope.regions.some((region) => contains(region, found.region)) || found.members.includes(scope.personId)
  );
}
