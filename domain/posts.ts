import { contains, type RegionCode } from './regions.ts';
import type { Post, Role } from './roles.ts';
import type { Instant } from './working-time.ts';

/**
 * A post with the time it is held for: from `from` on, and before `to`. Without them it was always held and has no end.
 * Temporary staff, an officer sent down to a community (下沉干部) and holiday cover are posts with an end.
 */
export interface DatedPost extends Post {
  from?: Instant;
  to?: Instant | null;
}

/** Somebody who serves: with which posts, and until when. */
export interface Serving {
  posts: readonly DatedPost[];
  active: boolean;
  /** From this moment on she holds no post at all; null while nobody has said so. */
  leavesAt?: Instant | null;
}

/** Whether she serves at that moment, with or without a post. */
export const isServing = ({ active, leavesAt = null }: Serving, now: Instant): boolean =>
  active && (leavesAt === null || now < leavesAt);

/** Whether a post is held at that moment. */
export const isInForce = ({ from = -Infinity, to = null }: DatedPost, now: Instant): boolean =>
  from <= now && (to === null || now < to);

/** The posts somebody holds at that moment, without their dates: what her rights are made of. None for nobody. */
export function postsAt(person: Serving | undefined, now: Instant): Post[] {
  if (person === undefined || !isServing(person, now)) return [];
  return person.posts
    .filter((post) => isInForce(post, now))
    .map(({ role, region, bodyId }) => ({ role, region, ...(bodyId !== undefined && { bodyId }) }));
}

/** Whether somebody holds that role over a region at that moment. */
export const holdsAt = (person: Serving | undefined, role: Role, region: RegionCode, now: Instant): boolean =>
  postsAt(person, now).some((post) => post.role === role && contains(post.region, region));
