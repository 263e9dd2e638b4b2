import { contains, type Level, type RegionCode } from './regions.ts';

export const ROLES = [
  'resident',
  'grid-worker',
  'grid-head',
  'community-officer',
  'counter-clerk',
  'mediator',
  'committee-director',
  'dispatcher',
  'duty-officer',
  'body-handler',
  'leader',
  'district-officer',
  'inspector',
  'evaluator',
  'administrator',
] as const;
export type Role = (typeof ROLES)[number];

/** One role somebody holds: where (a region code) and, for people of a body or committee, for which body. */
export interface Post {
  role: Role;
  region: RegionCode;
  bodyId?: string;
}

/** Whoever acts. The engine itself acts as `system`: clocks, handlers, recomputation. */
export interface Actor {
  id: string;
  posts: Post[];
  system?: boolean;
}

/** The roles that answer for a level: who is on duty there and may act as its owner. */
export const ROLES_OF_LEVEL: Record<Level, readonly Role[]> = {
  grid: ['grid-worker', 'grid-head'],
  community: ['community-officer', 'grid-head'],
  street: ['dispatcher', 'duty-officer'],
  district: ['district-officer'],
  city: ['leader'],
};

/** Whether the actor holds one of `roles` over a region that contains `region`. */
export function holds(actor: Actor, roles: readonly Role[], region: RegionCode): boolean {
  return actor.posts.some((post) => roles.includes(post.role) && contains(post.region, region));
}
