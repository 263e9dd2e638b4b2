import type { RegionCode } from './regions.ts';
import { holds, type Actor, type Role } from './roles.ts';

/** Whose a work item can be: a person's, a body's, or of whoever holds one of the roles over the region. */
export interface Holder {
  region: RegionCode;
  assigneeId: string | null;
  bodyId: string | null;
  roles: readonly Role[];
}

/** Whether such an item stands in this person's list; the list itself asks the same of the database. */
export function mayTake(actor: Actor, { region, assigneeId, bodyId, roles }: Holder): boolean {
  if (assigneeId === actor.id) return actor.posts.length > 0;
  if (bodyId === null) return holds(actor, roles, region);
  return actor.posts.some((post) => post.role === 'body-handler' && post.bodyId === bodyId);
}
