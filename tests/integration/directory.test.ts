import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { REGION_ROWS_MAX } from '../../domain/directory/region-list.ts';
import { isRefusal } from '../../domain/errors.ts';
import { createDirectoryDesk } from '../../infra/db/directory-desk.ts';
import { createDirectoryReads } from '../../infra/db/directory-reads.ts';
import { createCurrentDirectory, createDirectorySource } from '../../infra/db/directory.ts';
import { handOver } from '../../infra/handover.ts';
import { createPool } from '../../infra/db/pool.ts';
import { COMMUNITY, DISTRICT, GRID, STREET } from '../../infra/seed/demo-street.ts';
import { seedDemoStreet } from '../../infra/seed/seed.ts';
import type { Stack } from '../../infra/local/stack.ts';
import type { DirectoryDesk, DirectoryReads } from '../../ports/directory-desk.ts';
import { migratedDatabase } from '../support/database.ts';

let stack: Stack;
let pool: pg.Pool;
let desk: DirectoryDesk;
let reads: DirectoryReads;
const NOW = Date.now();
const DAY = 24 * 3_600_000;

beforeAll(async () => {
  stack = await migratedDatabase();
  pool = createPool(stack.databaseUrl, { max: 8 });
  await seedDemoStreet(pool);
  desk = createDirectoryDesk(pool);
  reads = createDirectoryReads(pool);
});
afterAll(async () => {
  await pool.end();
  await stack.stop();
});

const version = async (): Promise<number> =>
  (await pool.query<{ version: number }>('SELECT version FROM directory_version')).rows[0]!.version;
const made = <T>(result: T): Exclude<T, { refused: string }> => {
  expect(isRefusal(result), JSON.stringify(result)).toBe(false);
  return result as Exclude<T, { refused: string }>;
};

describe('the last administrator', () => {
  const by = 'admin-1';
  const administrator = { role: 'administrator', region: DISTRICT } as const;
  let second: string;

  beforeAll(async () => {
    second = made(await desk.addPerson(by, { id: 'admin-2', name: 'two', home: DISTRICT, skills: [] })).id;
    made(await desk.addPost(by, second, { ...administrator, from: NOW, to: null }));
  });

  afterEach(() => pool.query('UPDATE staff SET leaves_at_ms = NULL'));

  test.each(Array.from({ length: 10 }, (_, n) => n))(
    'two who remove each other at once leave one (%i)',
    async () => {
      const removed = await Promise.all([
        desk.deactivate(by, second, undefined),
        desk.deactivate(second, by, undefined),
      ]);
      const refused = removed.filter(isRefusal);
      expect(removed.length - refused.length).toBe(1);
      // The other is no administrator any more by the time she is asked.
      expect(refused[0]?.refused).toMatch(/^(outside_jurisdiction|last_administrator)$/);
      const { rows } = await pool.query('SELECT id FROM staff WHERE leaves_at_ms IS NULL AND id = ANY($1)', [
        [by, second],
      ]);
      expect(rows).toHaveLength(1);
    },
  );

  test('a change made from what somebody else has changed since is refused', async () => {
    const seen = (await reads.person('grid-1'))!.version;
    const changes = await Promise.all(
      ['one', 'two', 'three'].map((name) => desk.changePerson(by, 'grid-1', seen, { name })),
    );
    const refused = changes.filter(isRefusal).map((one) => one.refused);
    expect(refused).toEqual(['stale_version', 'stale_version']);
    expect((await reads.person('grid-1'))!.version).toBe(seen + 1);
  });
});

test('a change is known by the version of the directory, a refusal changes nothing, a place is no part of it', async () => {
  const before = await version();
  const person = made(
    await desk.addPerson('admin-1', { id: 'new-1', name: 'new', home: STREET, skills: [] }),
  );
  expect(await version()).toBe(before + 1);
  expect(isRefusal(await desk.addPost('grid-1', person.id, { role: 'dispatcher', region: STREET }))).toBe(
    true,
  );
  made(await desk.addPlace('admin-1', { id: 'plc-new', name: 'market', region: GRID }));
  expect(await version()).toBe(before + 1);
  made(await desk.addPost('admin-1', person.id, { role: 'dispatcher', region: STREET, from: NOW, to: null }));
  const directory = await createCurrentDirectory(pool, createDirectorySource())();
  expect(directory.version).toBe(before + 2);
  expect(directory.staff.get('new-1')?.posts).toEqual([
    { role: 'dispatcher', region: STREET, from: NOW, to: null },
  ]);
});

test('the largest list of regions is taken in at once, and again without a change', async () => {
  const lines = ['code,name'];
  for (let street = 0; lines.length <= REGION_ROWS_MAX; street += 1) {
    const code = `990101${String(500 + Math.floor(street / 400)).padStart(3, '0')}`;
    if (street % 400 === 0) lines.push(`${code},street`);
    const community = `${code}${String((street % 400) + 1).padStart(3, '0')}`;
    lines.push(`${community},community`);
    for (let grid = 1; grid <= 20; grid += 1) lines.push(`${community}${String(grid).padStart(3, '0')},grid`);
  }
  const list = lines.slice(0, REGION_ROWS_MAX + 1).join('\n');
  const how = { remove: false, dryRun: false };
  expect(await desk.uploadRegions('admin-1', list, how)).toMatchObject({
    added: REGION_ROWS_MAX,
    renamed: 0,
  });
  expect(await desk.uploadRegions('admin-1', list, how)).toMatchObject({
    added: 0,
    unchanged: REGION_ROWS_MAX,
  });
  const seeded = (
    await pool.query<{ code: string; name: string }>(
      "SELECT code, name FROM regions WHERE code < '990101500' ORDER BY code",
    )
  ).rows;
  const only = [
    'code,name',
    ...seeded.filter(({ code }) => code.length > 4).map(({ code, name }) => `${code},${name}`),
  ];
  const removed = await desk.uploadRegions('admin-1', only.join('\n'), { remove: true, dryRun: false });
  expect(removed).toMatchObject({ removed: REGION_ROWS_MAX, added: 0, renamed: 0 });
});

test('a region that anything refers to is never removed', async () => {
  const lines = ['code,name', `${DISTRICT},district`, `${STREET},street`];
  const answer = await desk.uploadRegions('admin-1', lines.join('\n'), { remove: true, dryRun: false });
  expect(answer).toMatchObject({ refused: 'in_use' });
  expect((answer as { expected: string }).expected).toContain(COMMUNITY);
  expect((await reads.regions({ within: COMMUNITY, limit: 10 })).items.length).toBeGreaterThan(1);
});

describe('lists', () => {
  test('are walked page by page without a gap or a double', async () => {
    const walk = async (limit: number): Promise<string[]> => {
      const found: string[] = [];
      for (let cursor: string | undefined; ;) {
        const { items, nextCursor } = await reads.colleagues({ limit, cursor }, Date.now());
        found.push(...items.map(({ id }) => id));
        if (nextCursor === null) return found;
        cursor = nextCursor;
      }
    };
    const all = await walk(200);
    expect(await walk(3)).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
  });

  test('of the tree: what lies directly in a region, and all that lies in it', async () => {
    const codes = async (filter: { parent?: string; within?: string }): Promise<string[]> =>
      (await reads.regions({ ...filter, limit: 200 })).items.map(({ code }) => code);
    expect(await codes({ parent: DISTRICT })).toEqual(['990101001', '990101002']);
    expect(await codes({ parent: GRID })).toEqual([]);
    expect(await codes({ within: COMMUNITY })).toEqual([
      COMMUNITY,
      GRID,
      '990101001001002',
      '990101001001003',
    ]);
  });

  test('of bodies and colleagues: who serves a region, in a category or role, now', async () => {
    const bodies = async (filter: object): Promise<string[]> =>
      (await reads.bodies({ ...filter, limit: 200 })).items.map(({ id }) => id);
    expect(await bodies({ region: GRID, category: 'D14', kind: 'department' })).toEqual([
      ...['city-management', 'housing', 'justice-office'],
    ]);
    const mediators = async (region: string, now = Date.now()): Promise<string[]> =>
      (await reads.colleagues({ region, role: 'mediator', limit: 200 }, now)).items.map(({ id }) => id);
    expect(await mediators(STREET)).toEqual(['court-2', 'mediator-1', 'mediator-3']);
    made(await desk.deactivate('admin-1', 'mediator-1', Date.now() + DAY));
    expect(await mediators(STREET)).toContain('mediator-1');
    expect(await mediators(STREET, Date.now() + 2 * DAY)).not.toContain('mediator-1');
    made(await desk.reactivate('admin-1', 'mediator-1'));
  });
});

const stateOf = (staffId: string, mediatorId: string | null): object => ({
  owner: { staffId, level: staffId.startsWith('grid') ? 'grid' : 'community', via: 'officer' },
  mediation: { mediatorId, coMediatorIds: [] },
});

test('whoever has left gives her open cases away, each asked for once until it moves', async () => {
  const row = (id: string, owner: string, mediator: string | null, final = false): Promise<unknown> =>
    pool.query(
      `INSERT INTO cases (kind, id, version, state, policy_version, region, region_number, stage, level, clock_state,
         owner_id, members, final, opened_at_ms, updated_at_ms)
       VALUES ('dispute', $1, 1, $2, 'p', $3, 1, 'handling', 'grid', 'fine', $4, $5, $6, 0, 0)`,
      [id, stateOf(owner, mediator), GRID, owner, [owner, mediator ?? owner], final],
    );
  await row('d-hers', 'grid-2', null);
  await row('d-mediated', 'community-1', 'mediator-2');
  await row('d-done', 'grid-2', null, true);
  await row('d-other', 'grid-1', 'mediator-1');
  expect(await handOver(pool, Date.now())).toEqual([]);
  const left = made(await desk.deactivate('admin-1', 'grid-2', Date.now() + DAY));
  expect(left.openCases).toBe(1);
  made(await desk.deactivate('admin-1', 'mediator-2', undefined));
  const asked = async (now: number): Promise<string[]> => (await handOver(pool, now)).map(({ id }) => id);
  expect(await asked(Date.now())).toEqual(['d-mediated']);
  expect(await asked(Date.now() + 2 * DAY)).toEqual(['d-hers']);
  expect(await asked(Date.now() + 2 * DAY)).toEqual([]);
  await pool.query(`UPDATE cases SET version = 2 WHERE id = 'd-hers'`);
  expect(await asked(Date.now() + 2 * DAY)).toEqual(['d-hers']);
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*) AS count FROM commands WHERE action = 'replace-absent' AND cause IS NOT NULL AND answer IS NULL`,
  );
  expect(rows[0]!.count).toBe(3);
});
