import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ownerAt, type Directory, type DutyFact, type StaffFact } from '../../domain/duty.ts';
import { postsAt, type DatedPost } from '../../domain/posts.ts';
import { contains, LEVELS, levelOf, rank, regionAt } from '../../domain/regions.ts';
import { ROLES_OF_LEVEL, type Role } from '../../domain/roles.ts';
import { actorOf, Case, MONDAY, REGION } from '../support/street.ts';

const DAY = 24 * 3_600_000;
const SATURDAY = MONDAY + 5 * DAY;

const person = (id: string, ...posts: DatedPost[]): [string, StaffFact] => [id, { id, posts, active: true }];
const duty = (staffId: string, more: Partial<DutyFact> = {}): DutyFact => ({
  ...{ staffId, region: REGION.grid, role: 'grid-worker', capacity: 'responsible', from: 0, to: null },
  ...more,
});
const directoryOf = (staff: [string, StaffFact][], duties: DutyFact[]): Directory => ({
  ...{
    version: 1,
    regions: new Set(Object.values(REGION)),
    staff: new Map(staff),
    bodies: new Map(),
    duties,
  },
});
const inGrid = (from?: number, to: number | null = null): DatedPost => ({
  ...{ role: 'grid-worker', region: REGION.grid, to },
  ...(from !== undefined && { from }),
});
const owner = (directory: Directory, now: number, level: 'grid' | 'community' = 'grid') =>
  ownerAt(directory, REGION.grid, level, now);

describe('a post with dates', () => {
  const temporary = person('temp', inGrid(MONDAY, SATURDAY))[1];

  test.each([
    ['a moment before it begins', MONDAY - 1, 0],
    ['when it begins', MONDAY, 1],
    ['a moment before it ends', SATURDAY - 1, 1],
    ['when it ends', SATURDAY, 0],
  ])('gives its right only while it is in force: %s', (_, now, count) => {
    expect(postsAt(temporary, now)).toHaveLength(count);
  });

  test('carries no date into what a person may do', () => {
    expect(postsAt(temporary, MONDAY)).toEqual([{ role: 'grid-worker', region: REGION.grid }]);
  });

  test('gives nothing once she has left, and nobody has none', () => {
    expect(postsAt({ ...temporary, leavesAt: MONDAY + DAY }, MONDAY + DAY - 1)).toHaveLength(1);
    expect(postsAt({ ...temporary, leavesAt: MONDAY + DAY }, MONDAY + DAY)).toEqual([]);
    expect(postsAt({ ...temporary, active: false }, MONDAY)).toEqual([]);
    expect(postsAt(undefined, MONDAY)).toEqual([]);
  });
});

describe('who owns what happens in a grid', () => {
  const officer = person('officer', { role: 'community-officer', region: REGION.community });
  const officerDuty = duty('officer', {
    ...{ region: REGION.community, role: 'community-officer', capacity: 'officer' },
  });

  test('holiday cover: the stand-in, for exactly her days, and then the worker herself again', () => {
    const staff = [person('worker', inGrid()), person('cover', inGrid(MONDAY, SATURDAY))];
    const cover = { capacity: 'cover', from: MONDAY, to: SATURDAY, standsInFor: 'worker' } as const;
    const directory = directoryOf(staff, [duty('worker'), duty('cover', cover)]);
    expect(owner(directory, MONDAY - 1)).toMatchObject({ staffId: 'worker', via: 'responsible' });
    expect(owner(directory, MONDAY)).toMatchObject({ staffId: 'cover', via: 'cover' });
    expect(owner(directory, SATURDAY - 1)).toMatchObject({ staffId: 'cover', via: 'cover' });
    expect(owner(directory, SATURDAY)).toMatchObject({ staffId: 'worker', via: 'responsible' });
  });

  test('a stand-in who is not there herself replaces nobody', () => {
    const staff = [person('worker', inGrid()), person('cover', inGrid(MONDAY, MONDAY + DAY))];
    const cover = duty('cover', { capacity: 'cover', from: MONDAY, to: SATURDAY, standsInFor: 'worker' });
    const directory = directoryOf(staff, [duty('worker'), cover]);
    expect(owner(directory, MONDAY + 2 * DAY)).toMatchObject({ staffId: 'worker' });
  });

  test('two who stand in for each other leave nobody without an owner', () => {
    const staff = [person('a', inGrid()), person('b', inGrid())];
    const cover = { capacity: 'cover' } as const;
    const duties = [duty('a', { ...cover, standsInFor: 'b' }), duty('b', { ...cover, standsInFor: 'a' })];
    expect(owner(directoryOf(staff, duties), MONDAY).staffId).not.toBeNull();
  });

  test('cover without a name stands in only where the worker is not on duty', () => {
    const staff = [person('worker', inGrid()), person('cover', inGrid())];
    const duties = [duty('worker', { to: SATURDAY }), duty('cover', { capacity: 'cover' })];
    expect(owner(directoryOf(staff, duties), MONDAY).staffId).toBe('worker');
    expect(owner(directoryOf(staff, duties), SATURDAY).staffId).toBe('cover');
  });

  test('an officer sent down to a community owns there while she is sent, and not a day longer', () => {
    const sent = person(
      'sent',
      { role: 'dispatcher', region: REGION.street },
      { role: 'community-officer', region: REGION.community, from: MONDAY, to: SATURDAY },
    );
    const there = { region: REGION.community, role: 'community-officer', capacity: 'cover' } as const;
    const directory = directoryOf(
      [officer, sent],
      // Her duty is open: it is the post that ends it.
      [officerDuty, duty('sent', { ...there, from: MONDAY, standsInFor: 'officer' })],
    );
    expect(owner(directory, MONDAY, 'community')).toMatchObject({ staffId: 'sent', via: 'cover' });
    expect(owner(directory, SATURDAY, 'community')).toMatchObject({ staffId: 'officer', via: 'officer' });
  });

  test('whoever has left, or whose post ended, owns nothing: the level above does', () => {
    const left: [string, StaffFact] = ['worker', { ...person('worker', inGrid())[1], leavesAt: MONDAY }];
    const gone = directoryOf([left, officer], [duty('worker'), officerDuty]);
    expect(owner(gone, MONDAY - 1)).toMatchObject({ staffId: 'worker' });
    expect(owner(gone, MONDAY)).toMatchObject({ staffId: 'officer', via: 'substitute' });
    const over = directoryOf([person('worker', inGrid(0, MONDAY)), officer], [duty('worker'), officerDuty]);
    expect(owner(over, MONDAY)).toMatchObject({ staffId: 'officer', via: 'substitute' });
  });
});

describe('at every moment every region has an owner, or is said to be unstaffed', () => {
  const time = fc.integer({ min: 0, max: 10 });
  const role = fc.constantFrom<Role[]>(
    'grid-worker',
    'grid-head',
    'community-officer',
    'dispatcher',
    'duty-officer',
    'district-officer',
    'leader',
  );
  const region = fc.constantFrom(...Object.values(REGION));
  const span = fc.record({ from: time, to: fc.option(time) });
  const post = fc
    .tuple(role, region, span)
    .map(([r, at, when]): DatedPost => ({ role: r, region: at, ...when }));
  const ids = ['a', 'b', 'c', 'd'];
  const staff = fc
    .array(
      fc.record({ posts: fc.array(post, { maxLength: 4 }), leavesAt: fc.option(time), active: fc.boolean() }),
      {
        ...{ minLength: ids.length, maxLength: ids.length },
      },
    )
    .map((people) => people.map((one, i): [string, StaffFact] => [ids[i]!, { id: ids[i]!, ...one }]));
  const roster = fc.array(
    fc.record({
      ...{ staffId: fc.constantFrom(...ids), region, role, from: time, to: fc.option(time) },
      capacity: fc.constantFrom('responsible' as const, 'cover' as const, 'officer' as const),
      standsInFor: fc.option(fc.constantFrom(...ids)),
    }),
    { maxLength: 12 },
  );

  test('and whoever owns it serves, and holds the post', () => {
    fc.assert(
      fc.property(
        staff,
        roster,
        region,
        fc.constantFrom(...LEVELS),
        time,
        (people, duties, at, level, now) => {
          const directory = directoryOf(people, duties);
          const found = ownerAt(directory, at, level, now);
          expect(found.region).toBe(regionAt(at, found.level));
          const chain = LEVELS.slice(rank(levelOf(at)));
          const present = duties.filter(
            ({ staffId, role: held, region: where, from, to }) =>
              chain.some((step) => regionAt(at, step) === where && ROLES_OF_LEVEL[step].includes(held)) &&
              from <= now &&
              (to === null || now < to) &&
              postsAt(directory.staff.get(staffId), now).some(
                (p) => p.role === held && contains(p.region, where),
              ),
          );
          expect(found.staffId === null).toBe(found.via === 'unstaffed');
          if (found.staffId === null) expect(present).toEqual([]);
          else expect(present.map(({ staffId }) => staffId)).toContain(found.staffId);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('and nobody who stands in leaves a region without one that had one', () => {
    fc.assert(
      fc.property(
        staff,
        roster,
        region,
        fc.constantFrom(...LEVELS),
        time,
        (people, duties, at, level, now) => {
          const without = duties.map((one) => ({ ...one, standsInFor: null }));
          const staffed = (list: DutyFact[]): boolean =>
            ownerAt(directoryOf(people, list), at, level, now).staffId !== null;
          expect(staffed(duties)).toBe(staffed(without));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('given an owner and a mediator who leave', () => {
  test('then the level keeps the dispute with its clock, and the director assigns another mediator', () => {
    const dispute = new Case().toMediation();
    const clocks = dispute.state.clocks;
    dispute.leaves('community').leaves('mediator').as('system', { action: 'replace-absent' });
    expect(dispute.state.owner).toMatchObject({ level: 'community', staffId: 'street', via: 'substitute' });
    expect(dispute.state.mediation).toMatchObject({ mediatorId: null, status: 'accepted', recusedIds: [] });
    expect(dispute.state.clocks).toEqual(clocks);
    const assign = { action: 'assign-mediator', conflictsDisclosed: true } as const;
    expect(dispute.try('director', { ...assign, mediatorId: 'mediator' })).toMatchObject({
      refused: 'unknown_person',
    });
    dispute.as('director', { ...assign, mediatorId: 'mediator2' });
  });

  test('then also one who goes back to another level gives up what she owned at this one', () => {
    const dispute = new Case().toMediation();
    const { staff } = dispute.directory;
    const community = staff.get('community')!;
    const clerk = { ...community, posts: [{ role: 'dispatcher' as const, region: REGION.street }] };
    dispute.directory = { ...dispute.directory, staff: new Map([...staff, ['community', clerk]]) };
    dispute.as('system', { action: 'replace-absent' });
    expect(dispute.state.owner).toMatchObject({ level: 'community', staffId: 'street', via: 'substitute' });
    const { version } = dispute.state;
    dispute.as('system', { action: 'replace-absent' });
    expect(dispute.state.version).toBe(version);
  });

  test('then nothing happens where everybody still serves, and no person can ask for it', () => {
    const dispute = new Case().toMediation();
    const { version } = dispute.state;
    dispute.as('system', { action: 'replace-absent' });
    expect(dispute.state.version).toBe(version);
    expect(dispute.try('street', { action: 'replace-absent' })).toMatchObject({ refused: 'not_permitted' });
  });

  test('being named in a case is no right any more when the last post has ended', () => {
    const dispute = new Case().toMediation();
    const posts = actorOf('mediator').posts;
    actorOf('mediator').posts = [];
    try {
      expect(dispute.try('mediator', { action: 'suspend', reason: 'appraisal' })).toMatchObject({
        refused: 'not_permitted',
      });
    } finally {
      actorOf('mediator').posts = posts;
    }
    dispute.as('mediator', { action: 'suspend', reason: 'appraisal' });
  });
});
