import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIntake } from '../../activities/intake.ts';
import type { Actor, Post } from '../../domain/roles.ts';
import { overlap, termsOf } from '../../domain/search-terms.ts';
import { createFieldCipher } from '../../infra/crypto/field-cipher.ts';
import { createCurrentDirectory } from '../../infra/db/directory.ts';
import { createNumbers } from '../../infra/db/numbers.ts';
import { createPool } from '../../infra/db/pool.ts';
import { createReadsFor } from '../../infra/db/reads/index.ts';
import { createRules } from '../../infra/db/rules.ts';
import { createReaderPool, createScoped } from '../../infra/db/scoped.ts';
import { indexAllDisputes, indexDisputes } from '../../infra/db/search/rebuild.ts';
import { comparedWords, documentOf } from '../../infra/db/search/words.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { GRID } from '../../infra/seed/demo-street.ts';
import { ensureRules, seedDemoStreet } from '../../infra/seed/seed.ts';
import type { Intake } from '../../ports/intake.ts';
import type { DisputeCriteria, ReadsFor } from '../../ports/reads.ts';
import type { Report, ReportTaken } from '../../schemas/api/reports.ts';
import { migratedDatabase } from '../support/database.ts';
import { quarrel } from '../support/engine.ts';

const COMMUNITY = GRID.slice(0, 12);
const NEXT_GRID = '990101001001002';
const OTHER_GRID = '990101002001001';

let stack: Stack;
let pool: pg.Pool;
let readers: pg.Pool;
let intake: Intake;
let reads: ReadsFor;
let noise: ReportTaken;
let leak: ReportTaken;

const person = (id: string, ...posts: Post[]): Actor => ({ id, posts });
const worker = person('w', { role: 'grid-worker', region: GRID });
const street = person('s', { role: 'dispatcher', region: '990101001' });
const mediator = person('med', { role: 'mediator', region: '990101' });

let count = 0;
async function report(change: object = {}, actor = worker): Promise<ReportTaken> {
  const request = { report: quarrel(change) as Report, actor, principal: actor.id };
  const answer = await intake.take({ ...request, idempotencyKey: `k${(count += 1)}` });
  if (answer.outcome !== 'taken') throw new Error(JSON.stringify(answer));
  return answer.taken;
}

const found = async (actor: Actor, criteria: DisputeCriteria): Promise<string[]> => {
  const page = await reads(actor, (mine) => mine.disputes({ sort: 'opened', limit: 50, ...criteria }));
  return page.items.map(({ id }) => id);
};

/** Makes somebody a mediator of a dispute, as an assignment does to its row. */
const assign = (id: string, mediatorId: string) =>
  pool.query(
    `UPDATE cases SET members = members || $2::text, state = jsonb_set(state, '{mediation,mediatorId}', to_jsonb($2::text))
     WHERE kind = 'dispute' AND id = $1`,
    [id, mediatorId],
  );

beforeAll(async () => {
  stack = await migratedDatabase();
  pool = createPool(stack.databaseUrl, { max: 10 });
  readers = createReaderPool(stack.databaseUrl, { max: 4 });
  await ensureRules(pool);
  await seedDemoStreet(pool);
  await pool.query(
    `INSERT INTO places (id, name, region) VALUES ('plc_8', 'x', $1), ('plc_5', 'x', $1), ('plc_7', 'x', $2), ('plc_6', 'x', $3)`,
    [GRID, NEXT_GRID, OTHER_GRID],
  );
  const cipher = createFieldCipher([{ name: 'k', key: randomBytes(32) }], { hashKey: randomBytes(32) });
  const [rules, directory] = [createRules(pool), createCurrentDirectory(pool)];
  intake = createIntake({ ...{ pool, rules, directory, cipher }, nextNumber: createNumbers(pool) });
  reads = createReadsFor(createScoped(readers), cipher);
  leak = await report({
    ...{ title: '楼上卫生间漏水', narrative: '天花板发霉，楼上邻居不肯赔偿。', items: ['赔偿天花板'] },
    placeId: 'plc_8',
  });
  noise = await report({
    ...{ title: '广场舞噪音扰民', narrative: '每晚九点以后音响太大，WiFi 音箱 80 分贝。', category: 'D09' },
    parties: [
      {
        ref: 'a',
        side: 'A',
        kind: 'party',
        name: '王小明',
        phone: '137 0000 0009',
        idNumber: '33010119900101001x',
      },
      { ref: 'b', side: 'B', kind: 'party', name: '李大力', accountId: 'resident-1' },
    ],
  });
});

afterAll(async () => {
  await readers.end();
  await pool.end();
  await stack.stop();
});

describe('given two disputes of a grid', () => {
  test.each([
    ['漏水', ['leak']],
    ['楼上', ['leak']],
    ['赔偿天花板', ['leak']],
    ['水', ['leak']],
    ['邻居 漏水', ['leak']],
    ['噪音', ['noise']],
    ['wifi', ['noise']],
    ['８０', ['noise']],
    ['音', ['noise']],
    ['漏水 噪音', []],
    ['水漏', []],
    ["') OR 1=1 --", []],
    ["楼上' | '噪音", []],
  ])('when staff look for %s, then they find %j', async (q, expected) => {
    const ids = { leak: leak.id, noise: noise.id };
    expect(await found(worker, { q })).toEqual(expected.map((name) => ids[name as keyof typeof ids]));
  });

  test('when words and filters are combined, then all must hold', async () => {
    expect(await found(street, { q: '漏水', category: ['D02', 'D09'] })).toEqual([leak.id]);
    expect(await found(street, { q: '漏水', category: ['D09'] })).toEqual([]);
    expect(await found(street, { q: '漏水', region: '990101002' })).toEqual([]);
    expect(await found(street, { q: '漏水', region: GRID, stage: ['discovery'] })).toEqual([leak.id]);
  });

  test('when the list is narrowed by place, number, level, clock or time, then it is', async () => {
    expect(await found(street, { placeId: 'plc_8' })).toEqual([leak.id]);
    expect(await found(street, { placeId: 'plc_9' })).toEqual([]);
    expect(await found(street, { number: noise.number! })).toEqual([noise.id]);
    expect(await found(street, { level: ['street'] })).toEqual([]);
    const owned = await found(street, { ownerId: 'grid-1' });
    expect(owned).toEqual(expect.arrayContaining([leak.id, noise.id]));
    expect(await found(street, { ownerId: 'grid-1', q: '漏水' })).toEqual([leak.id]);
    expect(await found(street, { ownerId: 'grid-2' })).toEqual([]);
    expect(await found(street, { clock: ['broken', 'soon'] })).toEqual([]);
    expect(await found(street, { clock: ['fine'] })).toEqual([noise.id, leak.id]);
    const { rows } = await pool.query<{ at: number }>(
      `SELECT opened_at_ms AS at FROM cases WHERE kind = 'dispute' AND id = $1`,
      [noise.id],
    );
    const at = rows[0]!.at;
    expect(await found(street, { openedFrom: at })).toEqual([noise.id]);
    expect(await found(street, { openedTo: at })).toEqual([leak.id]);
    expect(await found(street, { updatedFrom: at })).toEqual([noise.id]);
    expect(await found(street, { q: '音响', openedTo: at })).toEqual([]);
  });

  test.each([
    [{ phone: '+86 137-0000-0009' }, true],
    [{ phone: '13700000008' }, false],
    [{ phone: '-----' }, false],
    [{ idNumber: '33010119900101001X' }, true],
    [{ name: '王小明' }, true],
    [{ name: '王小' }, false],
    [{ name: '王小明', phone: '13700000009' }, true],
    [{ name: '李大力', phone: '13700000009' }, false],
  ])('when a party is looked for by %j, then found is %s', async (party, expected) => {
    expect(await found(worker, { party })).toEqual(expected ? [noise.id] : []);
  });

  test('when pages are asked for one by one, then nothing is missing or twice, with and without words', async () => {
    const more = await Promise.all(Array.from({ length: 7 }, (_, n) => report({ title: `楼道杂物 ${n}` })));
    for (const q of [undefined, '楼道杂物'])
      for (const sort of ['opened', 'due'] as const) {
        const seen: string[] = [];
        for (let cursor: string | undefined; ;) {
          const filter = { sort, limit: 3, ...(q && { q }), ...(cursor && { cursor }) };
          const page = await reads(street, (mine) => mine.disputes(filter));
          seen.push(...page.items.map(({ id }) => id));
          if (page.nextCursor === null) break;
          cursor = page.nextCursor;
        }
        const all = [...more.map(({ id }) => id), ...(q === undefined ? [leak.id, noise.id] : [])];
        expect(seen.toSorted()).toEqual(all.toSorted());
      }
  });
});

describe('given somebody who is not shown everything', () => {
  test('when another street looks, then it finds nothing', async () => {
    const elsewhere = person('e', { role: 'dispatcher', region: '990101002' });
    for (const criteria of [
      {},
      { q: '漏水' },
      { party: { name: '王小明' } },
      { placeId: 'plc_8' },
      { number: leak.number! },
    ])
      expect(await found(elsewhere, criteria)).toEqual([]);
  });

  test('when a party tries words, grade, place or other parties, then her own case does not answer', async () => {
    const party = person('resident-1');
    expect(await found(party, {})).toContain(noise.id);
    expect(await found(party, { category: ['D09'] })).toContain(noise.id);
    for (const criteria of [
      ...[{ q: '噪音' }, { q: '分贝' }, { grade: ['red', 'orange', 'yellow', 'blue'] }, { placeId: 'plc_8' }],
      ...[{ party: { name: '王小明' } }, { party: { phone: '13700000009' } }],
    ])
      expect(await found(party, criteria)).toEqual([]);
  });

  test('when the party holds a post over the region, then it does not answer her either', async () => {
    const officer = person('resident-1', { role: 'community-officer', region: COMMUNITY });
    expect(await found(officer, { q: '噪音' })).toEqual([]);
    expect(
      await found(officer, { q: '漏水', region: GRID, category: ['D02'], openedTo: Date.now() }),
    ).toEqual([]);
    expect(await found(officer, { party: { name: '王小明' } })).toEqual([]);
    expect(await found(officer, {})).toContain(noise.id);
  });

  test('when a resident reported it, then the search is not hers; when the worker of the grid did, it is', async () => {
    const resident = person('resident-9');
    const hers = await report({ channel: 'resident', title: '停车位被占用', parties: [] }, resident);
    expect(await found(resident, {})).toEqual([hers.id]);
    expect(await found(resident, { q: '停车' })).toEqual([]);
    expect(await found(worker, { q: '停车' })).toEqual([hers.id]);
    const own = await report({ title: '电动车充电起火', parties: [] });
    expect(await found(worker, { q: '充电' })).toEqual([own.id]);
  });

  test('when a mediator is given a case, then that one answers her and no other', async () => {
    expect(await found(mediator, { q: '漏水' })).toEqual([]);
    await assign(leak.id, 'med');
    expect(await found(mediator, { q: '漏水' })).toEqual([leak.id]);
    expect(await found(mediator, { q: '噪音' })).toEqual([]);
    expect(await found(mediator, { grade: ['blue', 'yellow'] })).toEqual([leak.id]);
  });

  test('when the reader asks the table or another person’s scope, then it may not', async () => {
    await expect(readers.query('SELECT FROM dispute_search')).rejects.toThrow(/permission denied/);
    await expect(readers.query('SELECT FROM saved_filters')).rejects.toThrow(/permission denied/);
    const call = `SELECT * FROM search_disputes($1::tsquery, '{}', false, NULL, NULL, 50)`;
    expect((await readers.query(call, [null])).rows).toEqual([]);
    expect((await readers.query(call, ["'漏水'"])).rows).toEqual([]);
  });
});

describe('given disputes that change', () => {
  test('when triage gives one another region, then words find it there', async () => {
    const moved = await report({ title: '宠物狗咬人', parties: [] });
    await pool.query(`UPDATE cases SET region = $2, region_number = $3 WHERE kind = 'dispute' AND id = $1`, [
      ...[moved.id, OTHER_GRID, OTHER_GRID],
    ]);
    // The worker reported it and still sees it, but no longer as staff.
    expect(await found(worker, { q: '宠物狗' })).toEqual([]);
    expect(await found(person('o', { role: 'grid-worker', region: OTHER_GRID }), { q: '宠物狗' })).toEqual([
      moved.id,
    ]);
  });

  test('when a text is erased, then its words are gone at once, and what is left is found when made anew', async () => {
    const one = await report({ title: '水管爆裂', narrative: '张三丰 家里进水', parties: [] });
    expect(await found(worker, { q: '张三丰' })).toEqual([one.id]);
    await pool.query(
      `DELETE FROM texts WHERE id = (SELECT state->>'narrative' FROM cases WHERE kind = 'dispute' AND id = $1)`,
      [one.id],
    );
    expect(await found(worker, { q: '水管' })).toEqual([]);
    await indexDisputes(pool, [one.id]);
    expect(await found(worker, { q: '水管' })).toEqual([one.id]);
    expect(await found(worker, { q: '张三丰' })).toEqual([]);
  });

  test('when everything is made anew, then it is what intake wrote', async () => {
    const dump = async (): Promise<unknown[]> => {
      const { rows } = await pool.query<object>('SELECT * FROM dispute_search ORDER BY dispute_id');
      return rows;
    };
    const before = await dump();
    await pool.query('DELETE FROM dispute_search');
    let done = 0;
    await indexAllDisputes(pool, (n) => (done += n));
    expect(done).toBe(before.length);
    expect(await dump()).toEqual(before);
  });
});

describe('given reports about the same matter', () => {
  const title = '隔壁装修打墙';
  const narrative = '隔壁周末装修打墙，墙面开裂，要求停工并修复。';

  test('when a second one comes, then the first is suggested with its reasons', async () => {
    const first = await report({ ...{ title, narrative }, placeId: 'plc_5', category: 'D03' });
    const again = { title: '隔壁打墙装修墙面开裂', narrative, placeId: 'plc_5', category: 'D03' };
    const { possibleDuplicates } = await report(again);
    expect(possibleDuplicates[0]).toMatchObject({ id: first.id, number: first.number });
    expect(possibleDuplicates[0]!.reasons.map(({ reason }) => reason)).toEqual([
      ...['same-place', 'same-grid', 'same-category', 'near-in-time', 'similar-text'],
    ]);
    const { possibleDuplicates: neighbours } = await report({
      ...again,
      region: NEXT_GRID,
      placeId: 'plc_7',
    });
    expect(neighbours.map(({ id }) => id)).toContain(first.id);
    const { possibleDuplicates: far } = await report({ ...again, region: OTHER_GRID, placeId: 'plc_6' });
    expect(far).toEqual([]);
  });

  test('when a resident reports, then nothing is suggested', async () => {
    const { possibleDuplicates } = await report(
      { ...{ title, narrative }, channel: 'resident', parties: [] },
      person('resident-8'),
    );
    expect(possibleDuplicates).toEqual([]);
  });

  test('when PostgreSQL compares words, then it counts as the rule does', async () => {
    const texts = [
      ...[narrative, title, '隔壁装修', '完全无关的另一件事情，关于停车', 'a b c d e f g h i j k', ''],
      '墙面开裂 '.repeat(3),
    ];
    for (const a of texts)
      for (const b of texts) {
        const words = comparedWords(a);
        if (words === null) continue;
        const { rows } = await pool.query<{ overlap: number }>(
          `SELECT word_overlap($1::tsvector, $3::tsquery, length($2::tsvector), ts_rank($2::tsvector, $3::tsquery)) AS overlap`,
          [documentOf(b), words.own, words.any],
        );
        expect(rows[0]!.overlap, `${a} / ${b}`).toBeCloseTo(overlap(termsOf(a), termsOf(b)), 5);
      }
  });

  test('when staff ask what is around, then only what they see as staff is compared', async () => {
    const matter = { region: GRID, placeId: 'plc_5', texts: [title, narrative] };
    const near = await reads(worker, (mine) => mine.around(matter, null));
    expect(Math.max(...near.map((one) => one.overlap))).toBe(1);
    expect(near.every(({ region }) => region === GRID)).toBe(true);
    const whole = await reads(street, (mine) => mine.around(matter, near[0]!.id));
    expect(whole.map(({ id }) => id)).not.toContain(near[0]!.id);
    expect(new Set(whole.map(({ region }) => region)).size).toBe(2);
    expect(await reads(person('resident-1'), (mine) => mine.around(matter, null))).toEqual([]);
  });
});
