import type { Directory, StaffFact } from '../duty.ts';
import { isRefusal, refuse, type Refusal } from '../errors.ts';
import { isInForce, isServing, postsAt, type DatedPost } from '../posts.ts';
import { contains, type RegionCode } from '../regions.ts';
import type { Actor, Role } from '../roles.ts';
import { SCOPE_REGIONS_MAX, scopeOf } from '../scope.ts';
import type { Instant } from '../working-time.ts';
import { administersBody, beyondFault, oneselfFault, regionFault, strangerFault } from './jurisdiction.ts';

/** Posts of one person, ended ones too. */
export const POSTS_MAX = 100;

/** Roles somebody has in a body, and the kind that body must have; null for any. */
const IN_BODY: Partial<Record<Role, { needed: boolean; kind: string | null }>> = {
  mediator: { needed: false, kind: 'committee' },
  'committee-director': { needed: true, kind: 'committee' },
  'body-handler': { needed: true, kind: null },
};

export interface Span {
  from?: Instant;
  to?: Instant | null;
}

const isEmpty = ({ from = -Infinity, to }: Span): boolean => to !== undefined && to !== null && to <= from;

/** Whether two times meet; one that ends when the other begins does not, and one that was cancelled never does. */
export const overlap = (a: Span, b: Span): boolean =>
  !isEmpty(a) &&
  !isEmpty(b) &&
  (a.from ?? -Infinity) < (b.to ?? Infinity) &&
  (b.from ?? -Infinity) < (a.to ?? Infinity);

export const orderFault = ({ from, to = null }: Span, field = 'to'): Refusal | null =>
  from !== undefined && to !== null && to <= from
    ? refuse('invalid_field', 'ends before it begins', field, 'a time after the beginning')
    : null;

/**
 * When something ends that was asked to end at `asked`, or now: what has not begun is cancelled, which is a time of no
 * length. What has been cannot be changed any more.
 */
export function endOf(
  { from = -Infinity, to = null }: Span,
  asked: Instant | undefined,
  now: Instant,
): Instant | Refusal {
  if (to !== null && to <= now) return refuse('out_of_order', 'has ended already');
  if (asked === undefined) return Math.max(now, from);
  if (asked < now) return refuse('invalid_field', 'lies in the past', 'to', 'now or later');
  return asked < from ? refuse('invalid_field', 'ends before it begins', 'to', 'a later time') : asked;
}

/** Why a post cannot be given; null when it can. */
export function postFault(
  actor: Actor,
  person: StaffFact,
  post: DatedPost,
  directory: Directory,
  now: Instant,
): Refusal | null {
  return (
    strangerFault(actor, person, directory) ??
    regionFault(actor, post.region, directory, 'region') ??
    oneselfFault(actor, person.id, 'id') ??
    orderFault(post) ??
    servesFault(person, post, now) ??
    bodyFault(actor, post, directory) ??
    sameFault(person, post) ??
    scopeFault(person, post, now)
  );
}

/** Nobody is given something for a time in which she has already left. */
export function servesFault(
  { active, leavesAt = null }: StaffFact,
  span: Span,
  now: Instant,
): Refusal | null {
  const begins = Math.max(span.from ?? now, now);
  if (active && (leavesAt === null || begins < leavesAt)) return null;
  return refuse('out_of_order', 'no longer serves at that time', 'from', 'a time before she leaves');
}

function bodyFault(actor: Actor, { role, bodyId }: DatedPost, directory: Directory): Refusal | null {
  const rule = IN_BODY[role];
  if (bodyId === undefined) {
    return rule?.needed === true
      ? refuse('missing_condition', 'this role is held in a body', 'bodyId', 'a body')
      : null;
  }
  if (rule === undefined) return refuse('invalid_field', 'this role is held in no body', 'bodyId', 'none');
  const body = directory.bodies.get(bodyId);
  if (body === undefined) return refuse('unknown_body', 'no such body', 'bodyId');
  if (rule.kind !== null && body.kind !== rule.kind)
    return refuse('invalid_field', 'this role is not held in such a body', 'bodyId', `a ${rule.kind}`);
  // Whoever handles for a body sees all it is asked, wherever that is.
  return administersBody(actor, body, directory)
    ? null
    : refuse('outside_jurisdiction', 'this body serves regions you do not administer', 'bodyId');
}

function sameFault({ posts }: StaffFact, post: DatedPost): Refusal | null {
  if (posts.length >= POSTS_MAX)
    return refuse('limit_exceeded', `at most ${POSTS_MAX} posts, ended ones too`, 'posts');
  const same = posts.some(
    (other) =>
      other.role === post.role &&
      other.region === post.region &&
      other.bodyId === post.bodyId &&
      overlap(other, post),
  );
  return same ? refuse('overlapping', 'she holds this post at that time already', 'from') : null;
}

/** Her scope must fit into what the database compares with, at every moment. */
function scopeFault(person: StaffFact, post: DatedPost, now: Instant): Refusal | null {
  const after = { ...person, posts: [...person.posts, post] };
  const begins = after.posts.map(({ from }) => Math.max(from ?? now, now));
  const crowded = begins.some(
    (at) => scopeOf({ id: person.id, posts: postsAt(after, at) }).regions.length > SCOPE_REGIONS_MAX,
  );
  return crowded
    ? refuse('limit_exceeded', `at most ${SCOPE_REGIONS_MAX} separate regions at a time`, 'region')
    : null;
}

/** When the post at that place of her list ends, or why it cannot. `index` counts from 0. */
export function postEnd(
  actor: Actor,
  person: StaffFact,
  index: number,
  asked: Instant | undefined,
  directory: Directory,
  now: Instant,
): Instant | Refusal {
  const post = person.posts[index];
  if (post === undefined) return refuse('unknown_reference', 'no such post', 'number');
  // Ending a post needs the post's region and not the person's: a district can end what was given in it.
  const outside = regionFault(actor, post.region, { regions: new Set([post.region]) }, 'region');
  if (outside) return outside;
  const to = endOf(post, asked, now);
  if (isRefusal(to)) return to;
  const posts = person.posts.map((other, i) => (i === index ? { ...other, to } : other));
  return lastFault(directory, { ...person, posts }, [post], now) ?? to;
}

/** Why somebody cannot leave then. */
export function leaveFault(
  actor: Actor,
  person: StaffFact,
  at: Instant,
  directory: Directory,
  now: Instant,
): Refusal | null {
  const stranger = strangerFault(actor, person, directory);
  if (stranger) return stranger;
  if (person.id === actor.id)
    return refuse('not_oneself', 'nobody deactivates herself', 'id', 'another administrator does it');
  if (!isServing(person, now)) return refuse('out_of_order', 'has left already', 'id');
  return (
    beyondFault(actor, person, now) ?? lastFault(directory, { ...person, leavesAt: at }, person.posts, now)
  );
}

/** Whether somebody administers that region now and for as long as can be seen. */
const standing = (person: StaffFact, region: RegionCode, now: Instant): boolean =>
  person.active &&
  (person.leavesAt ?? null) === null &&
  person.posts.some(
    (post) =>
      post.role === 'administrator' &&
      (post.to ?? null) === null &&
      isInForce(post, now) &&
      contains(post.region, region),
  );

/** Every region that has a standing administrator keeps one: otherwise nobody could ever appoint another. */
function lastFault(
  directory: Directory,
  after: StaffFact,
  lost: readonly DatedPost[],
  now: Instant,
): Refusal | null {
  const before = directory.staff.get(after.id);
  const left = [...directory.staff.values()].filter(({ id }) => id !== after.id);
  const bare = lost.some(
    ({ role, region }) =>
      role === 'administrator' &&
      before !== undefined &&
      standing(before, region, now) &&
      ![...left, after].some((person) => standing(person, region, now)),
  );
  return bare
    ? refuse('last_administrator', 'the last administrator of this region', 'id', 'appoint another first')
    : null;
}
