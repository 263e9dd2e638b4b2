import { describe, expect, test } from 'vitest';
import { bodyRegionsFault } from '../../domain/directory/bodies.ts';
import { dutyEnd, dutyFault } from '../../domain/directory/duty-rules.ts';
import { homeOf } from '../../domain/directory/jurisdiction.ts';
import { leaveFault, overlap, postEnd, postFault, POSTS_MAX } from '../../domain/directory/staff-rules.ts';
import type { Directory, DutyFact, StaffFact } from '../../domain/duty.ts';
import type { DatedPost } from '../../domain/posts.ts';
import type { Actor } from '../../domain/roles.ts';
import { SCOPE_REGIONS_MAX } from '../../domain/scope.ts';
import { MONDAY, REGION } from '../support/street.ts';

const NOW = MONDAY;
const DAY = 24 * 3_600_000;
const OTHER = '110106';
const ADMIN: Actor = { id: 'admin', posts: [{ role: 'administrator', region: REGION.district }] };
const worker: DatedPost = { role: 'grid-worker', region: REGION.grid };

const STAFF: Record<string, Omit<StaffFact, 'id' | 'active'>> = {
  admin: { posts: [{ role: 'administrator', region: REGION.district }] },
  worker: { posts: [worker] },
  second: { posts: [worker] },
  fresh: { posts: [], home: REGION.street },
  stranger: { posts: [], home: OTHER },
  gone: { posts: [worker], leavesAt: NOW - DAY },
};
const on: DutyFact = {
  ...{ staffId: 'worker', region: REGION.grid, role: 'grid-worker', capacity: 'responsible' },
  ...{ from: NOW - DAY, to: null },
};
const world = (more: Partial<Record<string, Omit<StaffFact, 'id' | 'active'>>> = {}): Directory => ({
  version: 1,
  regions: new Set([...Object.values(REGION), OTHER]),
  staff: new Map(
    Object.entries({ ...STAFF, ...more }).map(([id, fact]) => [id, { id, active: true, ...fact! }]),
  ),
  bodies: new Map(
    [
      { id: 'committee', kind: 'committee', regions: [REGION.street] },
      { id: 'housing', kind: 'department', regions: [REGION.district] },
      { id: 'abroad', kind: 'department', regions: [OTHER] },
      { id: 'everywhere', kind: 'police', regions: [] },
    ].map((body) => [body.id, { ...body, categories: [] }]),
  ),
  duties: [on],
});
const of = (id: string, directory = world()): StaffFact => directory.staff.get(id)!;

describe('a post', () => {
  const give = (post: DatedPost, id = 'fresh', actor = ADMIN, directory = world()) =>
    postFault(actor, of(id, directory), post, directory, NOW);

  test('is given in one’s own regions, for a time or without an end', () => {
    expect(give(worker)).toBeNull();
    expect(give({ ...worker, from: NOW, to: NOW + DAY })).toBeNull();
    expect(give({ role: 'mediator', region: REGION.street, bodyId: 'committee' })).toBeNull();
  });

  test.each<[string, DatedPost, string, string]>([
    ['a region that does not exist', { ...worker, region: '110105099' }, 'unknown_region', 'region'],
    ['another district’s region', { ...worker, region: OTHER }, 'outside_jurisdiction', 'region'],
    ['an end before its beginning', { ...worker, from: NOW, to: NOW }, 'invalid_field', 'to'],
    ['a body for a role without one', { ...worker, bodyId: 'housing' }, 'invalid_field', 'bodyId'],
    ['no body', { role: 'body-handler', region: REGION.street }, 'missing_condition', 'bodyId'],
    [
      'a body that does not exist',
      { role: 'body-handler', region: REGION.street, bodyId: 'none' },
      ...(['unknown_body', 'bodyId'] as const),
    ],
    [
      'a body of another district',
      { role: 'body-handler', region: REGION.street, bodyId: 'abroad' },
      ...(['outside_jurisdiction', 'bodyId'] as const),
    ],
    [
      'a body that is there for all',
      { role: 'body-handler', region: REGION.street, bodyId: 'everywhere' },
      ...(['outside_jurisdiction', 'bodyId'] as const),
    ],
    [
      'a department in place of a committee',
      { role: 'mediator', region: REGION.street, bodyId: 'housing' },
      ...(['invalid_field', 'bodyId'] as const),
    ],
  ])('with %s is refused', (_, post, refused, field) => {
    expect(give(post)).toMatchObject({ refused, field });
  });

  test('is not given twice for one time, to who has left, or to somebody of another district', () => {
    expect(give(worker, 'worker')).toMatchObject({ refused: 'overlapping' });
    expect(give(worker, 'gone')).toMatchObject({ refused: 'out_of_order' });
    expect(give(worker, 'stranger')).toMatchObject({ refused: 'outside_jurisdiction' });
    const all = { id: 'all', posts: [{ role: 'administrator' as const, region: '1101' }] };
    expect(give({ ...worker, region: OTHER }, 'stranger', all)).toBeNull();
  });

  test('does not make more regions at a time than the database compares with', () => {
    const streets = Array.from({ length: SCOPE_REGIONS_MAX }, (_, n) => `11010590${n}`);
    const directory = world({
      fresh: { home: REGION.street, posts: streets.map((region) => ({ role: 'dispatcher', region })) },
    });
    const post = { role: 'dispatcher' as const, region: REGION.street };
    expect(give(post, 'fresh', ADMIN, directory)).toMatchObject({
      refused: 'limit_exceeded',
      field: 'region',
    });
    const many = world({
      fresh: { home: REGION.street, posts: Array.from({ length: POSTS_MAX }, () => ({ ...worker, to: 1 })) },
    });
    expect(give(worker, 'fresh', ADMIN, many)).toMatchObject({ refused: 'limit_exceeded', field: 'posts' });
  });

  test('ends now or later, is cancelled where it has not begun, and ends once', () => {
    const end = (post: DatedPost, asked?: number) => {
      const directory = world({ fresh: { home: REGION.street, posts: [post] } });
      return postEnd(ADMIN, of('fresh', directory), 0, asked, directory, NOW);
    };
    expect(end(worker)).toBe(NOW);
    expect(end(worker, NOW + DAY)).toBe(NOW + DAY);
    expect(end({ ...worker, from: NOW + DAY })).toBe(NOW + DAY);
    expect(end(worker, NOW - 1)).toMatchObject({ refused: 'invalid_field' });
    expect(end({ ...worker, from: NOW + DAY }, NOW)).toMatchObject({ refused: 'invalid_field' });
    expect(end({ ...worker, to: NOW })).toMatchObject({ refused: 'out_of_order' });
    expect(end({ ...worker, region: OTHER })).toMatchObject({ refused: 'outside_jurisdiction' });
    expect(postEnd(ADMIN, of('fresh'), 0, undefined, world(), NOW)).toMatchObject({
      ...{ refused: 'unknown_reference', field: 'number' },
    });
  });
});

describe('the last administrator', () => {
  const upper: Actor = { id: 'upper', posts: [{ role: 'administrator', region: '1101' }] };
  const administrator: DatedPost = { role: 'administrator', region: REGION.district };

  test('cannot be removed, deactivated, or given an end', () => {
    const directory = world();
    const admin = of('admin');
    expect(leaveFault(upper, admin, NOW, directory, NOW)).toMatchObject({ refused: 'last_administrator' });
    for (const asked of [undefined, NOW + 30 * DAY])
      expect(postEnd(upper, admin, 0, asked, directory, NOW)).toMatchObject({
        refused: 'last_administrator',
      });
  });

  test.each<[string, Omit<StaffFact, 'id' | 'active'>, boolean]>([
    ['stays for good', { posts: [administrator] }, true],
    ['administers a wider region', { posts: [{ ...administrator, region: '1101' }] }, true],
    ['administers only a part', { posts: [{ ...administrator, region: REGION.street }] }, false],
    ['begins later', { posts: [{ ...administrator, from: NOW + DAY }] }, false],
    ['has an end', { posts: [{ ...administrator, to: NOW + DAY }] }, false],
    ['leaves herself', { posts: [administrator], leavesAt: NOW + DAY }, false],
  ])('may go where another %s', (_, other, may) => {
    const directory = world({ other });
    const fault = leaveFault(upper, of('admin', directory), NOW, directory, NOW);
    expect(fault?.refused).toBe(may ? undefined : 'last_administrator');
  });

  test('nobody deactivates herself, or who has left; a stranger is left alone', () => {
    const directory = world({ other: { posts: [administrator] } });
    const leave = (id: string) => leaveFault(ADMIN, of(id, directory), NOW, directory, NOW);
    expect(leave('admin')).toMatchObject({ refused: 'not_oneself' });
    expect(leave('gone')).toMatchObject({ refused: 'out_of_order' });
    expect(leave('stranger')).toMatchObject({ refused: 'outside_jurisdiction' });
    expect(leave('worker')).toBeNull();
    const beyond = world({ other: { home: REGION.street, posts: [{ ...worker, region: OTHER }] } });
    expect(leaveFault(ADMIN, of('other', beyond), NOW, beyond, NOW)).toMatchObject({
      ...{ refused: 'outside_jurisdiction', field: 'id' },
    });
  });
});

describe('a duty', () => {
  const put = (change: Partial<DutyFact>, withPost = false, directory = world()) =>
    dutyFault(ADMIN, { ...on, from: NOW, to: NOW + DAY, ...change }, withPost, directory, NOW);
  const cover = { staffId: 'second', capacity: 'cover', standsInFor: 'worker' } as const;

  test('holiday cover, with a post that exists or one that comes with it', () => {
    expect(put(cover)).toBeNull();
    expect(put({ ...cover, staffId: 'fresh' }, true)).toBeNull();
    expect(put({ ...cover, staffId: 'fresh' })).toMatchObject({
      refused: 'missing_condition',
      field: 'staffId',
    });
  });

  test.each<[string, Partial<DutyFact>, string, string]>([
    ['in no region', { region: '110105099' }, 'unknown_region', 'region'],
    ['in another district', { region: OTHER }, 'outside_jurisdiction', 'region'],
    ['that ends before it begins', { to: NOW - 1 }, 'invalid_field', 'to'],
    ['in a role of another level', { role: 'dispatcher' }, 'invalid_field', 'role'],
    ['of nobody', { staffId: 'nobody' }, 'unknown_person', 'staffId'],
    ['of who has left', { staffId: 'gone' }, 'out_of_order', 'from'],
    ['of who is on duty already', {}, 'overlapping', 'from'],
    ['beside a responsible worker', { staffId: 'second' }, 'overlapping', 'capacity'],
    ['in place of nobody', { ...cover, standsInFor: 'nobody' }, 'unknown_person', 'standsInFor'],
    ['in place of herself', { ...cover, standsInFor: 'second' }, 'invalid_field', 'standsInFor'],
    [
      'in place of who is not on duty',
      { ...cover, standsInFor: 'fresh' },
      'missing_condition',
      'standsInFor',
    ],
    [
      'in place of somebody, as responsible',
      { ...cover, capacity: 'responsible' },
      'invalid_field',
      'capacity',
    ],
  ])('%s is refused', (_, change, refused, field) => {
    expect(put(change)).toMatchObject({ refused, field });
  });

  test('needs the post for the whole time', () => {
    const short = world({ second: { posts: [{ ...worker, to: NOW + DAY - 1 }] } });
    expect(put(cover, false, short)).toMatchObject({ refused: 'missing_condition' });
    const leaves = world({ second: { posts: [worker], leavesAt: NOW + DAY - 1 } });
    expect(put(cover, false, leaves)).toMatchObject({ refused: 'missing_condition' });
  });

  test('ends now, or is cancelled; what was cancelled is in nobody’s way', () => {
    expect(dutyEnd(ADMIN, on, undefined, NOW)).toBe(NOW);
    expect(dutyEnd(ADMIN, { ...on, from: NOW + DAY }, undefined, NOW)).toBe(NOW + DAY);
    expect(dutyEnd(ADMIN, { ...on, region: OTHER }, undefined, NOW)).toMatchObject({
      refused: 'outside_jurisdiction',
    });
    expect(overlap({ from: 5, to: 5 }, { from: 0, to: 10 })).toBe(false);
    expect(overlap({ from: 0, to: 5 }, { from: 5 })).toBe(false);
    expect(overlap({ to: 6 }, { from: 5 })).toBe(true);
  });
});

test('somebody belongs where it was said, else to the smallest region around her posts', () => {
  expect(homeOf(of('stranger'))).toBe(OTHER);
  expect(homeOf(of('worker'))).toBe(REGION.grid);
  expect(homeOf({ posts: [worker, { role: 'mediator', region: REGION.street }] })).toBe(REGION.street);
  expect(homeOf({ posts: [worker, { role: 'mediator', region: '120105012' }] })).toBeNull();
});

test('a body for all is made only by who administers all', () => {
  expect(bodyRegionsFault(ADMIN, [], world())).toMatchObject({ refused: 'outside_jurisdiction' });
  expect(bodyRegionsFault(ADMIN, [REGION.street, OTHER], world())).toMatchObject({ field: 'regions.1' });
  expect(bodyRegionsFault(ADMIN, [REGION.street], world())).toBeNull();
  const all: Actor = { id: 'all', posts: [{ role: 'administrator', region: '1101' }] };
  expect(bodyRegionsFault(all, [], world())).toBeNull();
});
