import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scopeOf } from '../../domain/scope.ts';
import type { Actor, Post } from '../../domain/roles.ts';
import { createPool } from '../../infra/db/pool.ts';
import { createReaderPool, createScoped, READER, type Scoped } from '../../infra/db/scoped.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { migratedDatabase } from '../support/database.ts';

const STREET = '990101001';
const COMMUNITY = '990101001001';
const GRID = '990101001001001';
const ELSEWHERE = '990101002001001';

let stack: Stack;
let owner: pg.Pool;
let readers: pg.Pool;
let scoped: Scoped;

beforeAll(async () => {
  stack = await migratedDatabase();
  owner = createPool(stack.databaseUrl);
  readers = createReaderPool(stack.databaseUrl, {});
  scoped = createScoped(readers);
  await addCase('dispute', 'here', { region: GRID, members: ['ann'] });
  await addCase('dispute', 'there', { region: ELSEWHERE, members: ['bob'] });
  const asked = { region: GRID, members: ['body:housing'], shownTexts: ['what'], disputeId: 'here' };
  await addCase('task', 'asked', asked);
  await owner.query(`
    INSERT INTO texts (id, case_id, body, recorded_at_ms) VALUES
      ('title', 'here', 'x', 0), ('what', 'here', 'x', 0), ('elsewhere', 'there', 'x', 0);
    INSERT INTO events (case_kind, case_id, version, event_id, type, data, recorded_at_ms, actor_id, command_id) VALUES
      ('dispute', 'here', 1, 'e1', 'reported', '{}', 0, 'a', 'c1'), ('task', 'asked', 1, 'e2', 'opened', '{}', 0, 'a', 'c2');
    INSERT INTO parties (id, dispute_id, side, name) VALUES ('p1', 'here', 'A', 'x'), ('p2', 'there', 'A', 'x');
    INSERT INTO notices (event_id, person_id, channel, kind, case_id, not_before_ms) VALUES
      ('e1', 'ann', 'app', 'x', 'here', 0), ('e1', 'bob', 'app', 'x', 'here', 0);
    INSERT INTO work_items (id, queue, region, region_number, kind, case_kind, case_id, subject, roles, opened_at_ms,
        opened_by_event, assignee_id, body_id) VALUES
      ('w1', 'grid', '${GRID}', ${GRID}, 'x', 'dispute', 'here', '1', '{grid-worker}', 0, 'e1', NULL, NULL),
      ('w2', 'grid', '${GRID}', ${GRID}, 'x', 'dispute', 'here', '2', '{}', 0, 'e1', 'ann', NULL),
      ('w3', 'grid', '${GRID}', ${GRID}, 'x', 'task', 'asked', '3', '{}', 0, 'e1', NULL, 'housing')`);
});
afterAll(async () => {
  await readers.end();
  await owner.end();
  await stack.stop();
});

interface NewCase {
  region: string;
  members: string[];
  shownTexts?: string[];
  disputeId?: string;
}

const addCase = (kind: string, id: string, { region, members, shownTexts = [], disputeId = id }: NewCase) =>
  owner.query(
    `INSERT INTO cases (kind, id, version, state, policy_version, dispute_id, number, region, region_number, stage, level,
       clock_state, members, shown_texts, final, opened_at_ms, updated_at_ms)
     VALUES ($1, $2, 1, '{}', 'p', $3, $4, $5, $6, 'discovery', 'grid', 'fine', $7, $8, false, 0, 0)`,
    [kind, id, disputeId, `number-of-${id}`, region, region.padEnd(15, '0'), members, shownTexts],
  );

const person = (id: string, ...posts: Post[]): Actor => ({ id, posts });

/** Ids of everything the person sees, table by table. */
async function seen(actor: Actor): Promise<Record<string, string[]>> {
  const tables = {
    cases: 'id',
    events: 'event_id',
    texts: 'id',
    parties: 'id',
    work_items: 'id',
    notices: 'person_id',
  };
  return scoped(scopeOf(actor), async (db) => {
    const found: Record<string, string[]> = {};
    for (const [table, column] of Object.entries(tables)) {
      const { rows } = await db.query<{ id: string }>(`SELECT ${column} AS id FROM ${table} ORDER BY 1`);
      found[table] = rows.map(({ id }) => id);
    }
    return found;
  });
}

const NOTHING = { cases: [], events: [], texts: [], parties: [], work_items: [], notices: [] };

describe('given cases of two streets', () => {
  test('when a grid worker reads, then she sees her grid, whole, and nothing else', async () => {
    expect(await seen(person('w', { role: 'grid-worker', region: GRID }))).toEqual({
      ...{ cases: ['asked', 'here'], events: ['e1', 'e2'], texts: ['title', 'what'], parties: ['p1'] },
      ...{ work_items: ['w1', 'w2', 'w3'], notices: [] },
    });
  });

  test('when her street or community reads, then it sees the same', async () => {
    const grid = await seen(person('w', { role: 'grid-worker', region: GRID }));
    expect(await seen(person('s', { role: 'dispatcher', region: STREET }))).toEqual(grid);
    expect(await seen(person('c', { role: 'community-officer', region: COMMUNITY }))).toEqual(grid);
  });

  test('when somebody of the other street reads, then only that street’s case is there', async () => {
    const { cases, parties, texts } = await seen(person('s', { role: 'dispatcher', region: '990101002' }));
    expect({ cases, parties, texts }).toEqual({ cases: ['there'], parties: ['p2'], texts: ['elsewhere'] });
  });

  test('when a person with two regions reads, then she sees both', async () => {
    const both = person('m', { role: 'leader', region: GRID }, { role: 'leader', region: ELSEWHERE });
    expect((await seen(both)).cases).toEqual(['asked', 'here', 'there']);
  });

  test('when a party reads, then she sees her own case, her work and her notices', async () => {
    expect(await seen(person('ann'))).toEqual({
      ...{ cases: ['here'], events: ['e1'], texts: ['title', 'what'], parties: ['p1'] },
      ...{ work_items: ['w2'], notices: ['ann'] },
    });
  });

  test('when a body that is asked something reads, then it sees its task and what it is asked, not the dispute', async () => {
    const body = person('h', { role: 'body-handler', region: STREET, bodyId: 'housing' });
    expect(await seen(body)).toEqual({
      ...{ cases: ['asked'], events: ['e2'], texts: ['what'], parties: [], work_items: ['w3'], notices: [] },
    });
    const number = await scoped(scopeOf(body), async (db) => {
      const { rows } = await db.query<{ n: string }>(`SELECT dispute_number('here') AS n`);
      return rows[0]!.n;
    });
    expect(number).toBe('number-of-here');
    // The column of that name must not win over the argument.
    const { rows } = await readers.query(
      `SELECT dispute_number('there') AS there, dispute_number('nowhere') AS none`,
    );
    expect(rows[0]).toEqual({ there: 'number-of-there', none: null });
  });

  test.each(['administrator', 'evaluator', 'inspector', 'mediator', 'body-handler'] as const)(
    'when a %s with no part in a case reads, then there is nothing',
    async (role) => expect(await seen(person('x', { role, region: '99' + '01' }))).toEqual(NOTHING),
  );

  test('when a name has quotes, braces or commas in it, then it is that name and no list', async () => {
    for (const name of ['{ann}', 'x,ann', '"ann"', "x','ann", 'ann\\', "'); RESET ROLE; --"])
      expect(await seen(person(name))).toEqual(NOTHING);
  });

  test('when a connection has served one person, then the next query outside a scope sees nothing', async () => {
    const one = createReaderPool(stack.databaseUrl, { max: 1 });
    await createScoped(one)(scopeOf(person('ann')), (db) => db.query('SELECT 1'));
    expect((await one.query('SELECT FROM cases')).rowCount).toBe(0);
    await one.end();
  });

  test('when the reader writes, then it may not', async () => {
    for (const text of [
      `UPDATE cases SET members = '{x}'`,
      `DELETE FROM events`,
      `INSERT INTO texts (id, case_id, body, recorded_at_ms) VALUES ('n', 'here', 'x', 0)`,
      'SELECT FROM commands',
      'SELECT FROM accounts',
      'SELECT FROM outbox',
      'SELECT FROM dead_letters',
    ])
      await expect(readers.query(text)).rejects.toThrow(/permission denied/);
  });

  test('when more regions are asked for than are compared, then it fails instead of hiding some', async () => {
    const posts = Array.from({ length: 9 }, (_, n) => ({
      role: 'leader' as const,
      region: `99010100${n + 1}`,
    }));
    await expect(seen(person('l', ...posts))).rejects.toThrow(RangeError);
  });
});

test('every table that the reader may read has row-level security, or holds nothing of any case', async () => {
  const { rows } = await owner.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
       AND NOT relrowsecurity AND has_table_privilege($1, oid, 'SELECT') ORDER BY 1`,
    [READER],
  );
  expect(rows.map(({ name }) => name)).toEqual(['regions', 'staff']);
});

test('what is counted in one grid is found by its index, row-level security or not', async () => {
  await owner.query(`
    INSERT INTO cases (kind, id, version, state, policy_version, region, region_number, stage, level, clock_state, members,
      final, opened_at_ms, updated_at_ms)
    SELECT 'dispute', 'many' || n, 1, '{}', 'p', '990102', 990102000000000 + n, 'discovery', 'grid', 'fine', '{}', false, n, n
    FROM generate_series(1, 20000) AS n;
    ANALYZE cases`);
  const plan = await scoped(scopeOf(person('w', { role: 'grid-worker', region: GRID })), async (db) => {
    const { rows } = await db.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT count(*) FROM cases WHERE kind = 'dispute'`,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toMatch(/Index Cond: .*region_number >= \(InitPlan/);
});
