/**
 * Lists and searches with 1,000 and with 500,000 disputes, each through the reads port as one person under row-level
 * security. The disputes are made up from templates and written by SQL; only what lists read is there, no log, no queue.
 */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { CATEGORIES } from '../domain/categories.ts';
import { GRADES } from '../domain/grading.ts';
import type { Actor, Role } from '../domain/roles.ts';
import { createFieldCipher } from '../infra/crypto/field-cipher.ts';
import { createPool } from '../infra/db/pool.ts';
import { createReadsFor } from '../infra/db/reads/index.ts';
import { createReaderPool, createScoped } from '../infra/db/scoped.ts';
import { documentOf } from '../infra/db/search/words.ts';
import type { DisputeFilter, ReadsFor } from '../ports/reads.ts';
import { migratedDatabase } from '../tests/support/database.ts';
import { Case, MONDAY } from '../tests/support/street.ts';
import { latencies, publish, quantile } from './measure.ts';

const SIZES = [1_000, 500_000] as const;
const FILL_BATCH = 20_000;
const ROUNDS = 300;
const WARM_UP = 40;

const STREETS = 20;
const COMMUNITIES = 10;
const GRIDS = 10;
const DISTRICT = '990101';

const WHERE = ['楼上', '隔壁', '小区门口', '楼道', '地下车库', '菜市场', '村口', '工地', '学校旁', '河边'];
// The first word of each is what the bench looks for; repeated ones are as frequent as their repetition.
const WHAT = [
  ...[
    '漏水',
    '漏水',
    '渗水',
    '噪音',
    '噪音',
    '违建',
    '停车',
    '停车',
    '欠薪',
    '打架',
    '宠物',
    '垃圾',
    '油烟',
    '拆迁',
    '租金',
  ],
  ...[
    '彩礼',
    '赡养',
    '宅基地',
    '物业费',
    '退货',
    '医疗费',
    '车祸',
    '界址',
    '排污',
    '采光',
    '树木',
    '借款',
    '装修',
    '电梯',
    '招牌',
  ],
];
const HOW = [
  '双方多次争吵',
  '协商未果',
  '要求赔偿损失',
  '希望社区出面调解',
  '已经持续三个月',
  '对方拒不承认',
  '曾报警处理',
];
const TEXTS = 3_000;

const word = <T>(words: readonly T[], n: number): T => words[n % words.length]!;

/** Texts that disputes share; each dispute adds a word of its own. */
function texts(): { title: string; narrative: string; document: string }[] {
  return Array.from({ length: TEXTS }, (_, n) => {
    const [where, what] = [word(WHERE, n), word(WHAT, Math.floor(n / WHERE.length) + n)];
    const title = `${where}${what}纠纷`;
    const sentences = [0, 1, 2, 3].map(
      (k) => `${word(HOW, n * 3 + k * 2)}，${word(WHERE, n + k)}的邻居也有意见`,
    );
    const narrative = `申请人反映${where}${what}，${sentences.join('；')}。第${n % 40}栋${n % 30}层。`;
    return { title, narrative, document: documentOf(title, narrative) };
  });
}

/** Disputes `from` to `to`, spread over the district: some grids have three times as many as others. */
const FILL = `
  WITH n AS (SELECT i, (${STREETS * COMMUNITIES * GRIDS} * power(r1, 1.2))::int % ${STREETS * COMMUNITIES * GRIDS} AS g,
      r2, r3, r4, (i::bigint * 7919) % ${TEXTS} AS t FROM (
        SELECT i, ((i::bigint * 48271) % 65521) / 65521.0 AS r1, ((i::bigint * 16807) % 32749) / 32749.0 AS r2,
          ((i::bigint * 69621) % 16381) / 16381.0 AS r3, ((i::bigint * 40692) % 8191) / 8191.0 AS r4
        FROM generate_series($1::int, $2::int) AS i) AS raw),
  d AS (SELECT 'dsp_' || lpad(i::text, 9, '0') AS id, i, t, r2, r3, r4,
      '${DISTRICT}' || lpad((g / ${COMMUNITIES * GRIDS} + 1)::text, 3, '0') || lpad((g / ${GRIDS} % ${COMMUNITIES} + 1)::text, 3, '0')
        || lpad((g % ${GRIDS} + 1)::text, 3, '0') AS region, $3::bigint - ($4::bigint - i) * 60000 AS at, r2 < 0.15 AS open FROM n),
  c AS (INSERT INTO cases (kind, id, version, state, policy_version, dispute_id, number, region, region_number, category, stage,
      level, grade, owner_id, title, clock_state, due_at_ms, members, final, opened_at_ms, updated_at_ms)
    SELECT 'dispute', id, 9, $5::jsonb || jsonb_build_object('id', id, 'number', 'n' || i, 'region', region), 'p', id, 'n' || i,
      region, region::bigint, ($6::text[])[1 + (r3 * r3 * 16)::int % 16], CASE WHEN open THEN ($7::text[])[1 + i % 4] ELSE 'closed' END,
      (ARRAY['grid', 'community', 'street', 'district'])[1 + (r4 * r4 * 4)::int % 4], ($8::text[])[4 - (sqrt(r3) * 3.2)::int % 4],
      'staff' || (i % 3000), 'txt_' || i, CASE WHEN NOT open THEN 'none' WHEN r4 < 0.1 THEN 'broken' WHEN r4 < 0.3 THEN 'soon' ELSE 'fine' END,
      CASE WHEN open THEN at + (r4 * 864000000)::bigint END, ARRAY['staff' || (i % 3000), 'reporter' || (i % 5000), 'mediator' || (i % 400)],
      NOT open, at, at + 1000 FROM d),
  x AS (INSERT INTO texts (id, case_id, body, recorded_at_ms)
    SELECT 'txt_' || i || s.part, id, CASE s.part WHEN '' THEN b.title ELSE b.narrative END, at
    FROM d JOIN bench_texts b ON b.n = d.t, (VALUES (''), ('n')) AS s(part)),
  p AS (INSERT INTO parties (id, dispute_id, side, name, phone_hash)
    SELECT 'pty_' || i || s.side, id, s.side, '王' || (i % 90000), sha256(convert_to(i || s.side, 'UTF8')) FROM d, (VALUES ('A'), ('B')) AS s(side))
  INSERT INTO dispute_search (dispute_id, region_number, opened_at_ms, place_id, document)
    SELECT id, region::bigint, at, 'plc_' || i % 20000, b.document || array_to_tsvector(ARRAY['own' || i])
    FROM d JOIN bench_texts b ON b.n = d.t`;

async function fill(owner: pg.Pool, from: number, to: number): Promise<void> {
  const { state } = new Case();
  const { rows } = await owner.query<{ definition: string }>(
    `SELECT pg_get_indexdef('dispute_search_words'::regclass) AS definition`,
  );
  await owner.query('DROP INDEX dispute_search_words');
  for (let at = from; at < to; at += FILL_BATCH) {
    const last = Math.min(at + FILL_BATCH, to) - 1;
    await owner.query(FILL, [
      ...[at, last, MONDAY, SIZES.at(-1), state, Object.keys(CATEGORIES)],
      ...[['discovery', 'prevention', 'handling', 'escalation'], [...GRADES]],
    ]);
    process.stderr.write(`search: ${last + 1} of ${to}\n`);
  }
  await owner.query(rows[0]!.definition);
  // As autovacuum does within minutes.
  await owner.query('VACUUM (ANALYZE)');
}

type Criteria = Omit<DisputeFilter, 'sort' | 'limit'> & { sort?: DisputeFilter['sort'] };

/** Somebody of another street, community or grid each time; `depth` says how many levels below the district. */
const within =
  (role: Role, depth: number) =>
  (n: number): Actor => {
    const region =
      DISTRICT +
      String(1 + (n % 9))
        .padStart(3, '0')
        .repeat(depth);
    return { id: `x${n}`, posts: [{ role, region }] };
  };
const GRID = within('grid-worker', 3);
const COMMUNITY = within('community-officer', 2);
const STREET = within('dispatcher', 1);
const WHOLE = within('district-officer', 0);
const MEDIATOR = (n: number): Actor => ({
  id: `mediator${n % 400}`,
  posts: [{ role: 'mediator', region: DISTRICT }],
});

const SCENARIOS: Record<string, [(n: number) => Actor, (n: number) => Criteria]> = {
  'list-grid': [GRID, () => ({})],
  'list-community': [COMMUNITY, () => ({})],
  'list-street': [STREET, () => ({})],
  'list-district': [WHOLE, () => ({})],
  'list-mediator': [MEDIATOR, () => ({})],
  'due-grid': [GRID, () => ({ sort: 'due' })],
  'due-community': [COMMUNITY, () => ({ sort: 'due' })],
  'due-street': [STREET, () => ({ sort: 'due' })],
  'due-district': [WHOLE, () => ({ sort: 'due' })],
  'broken-community': [COMMUNITY, () => ({ clock: ['broken'], sort: 'due' })],
  'broken-street': [STREET, () => ({ clock: ['broken'], sort: 'due' })],
  'broken-district': [WHOLE, () => ({ clock: ['broken'] })],
  'category-street': [STREET, (n) => ({ category: [word(Object.keys(CATEGORIES), n)] })],
  'category-district': [WHOLE, (n) => ({ category: [word(Object.keys(CATEGORIES), n)] })],
  'red-street': [STREET, () => ({ grade: ['red'] })],
  'number-district': [WHOLE, (n) => ({ number: `n${499_000 + n}` })],
  'text-common-grid': [GRID, () => ({ q: '漏水' })],
  'text-common-community': [COMMUNITY, () => ({ q: '漏水' })],
  'text-common-street': [STREET, () => ({ q: '漏水' })],
  'text-common-district': [WHOLE, () => ({ q: '漏水' })],
  'text-two-characters-street': [STREET, () => ({ q: '彩礼' })],
  'text-two-characters-district': [WHOLE, () => ({ q: '彩礼' })],
  'text-one-character-district': [WHOLE, () => ({ q: '薪 工地' })],
  'text-sentence-district': [WHOLE, () => ({ q: '工地欠薪纠纷' })],
  'text-rare-street': [STREET, (n) => ({ q: `own${499_000 + n}` })],
  'text-rare-district': [WHOLE, (n) => ({ q: `own${499_000 + n}` })],
  'text-broken-district': [WHOLE, () => ({ q: '停车', clock: ['broken'], sort: 'due' })],
};

/** p50 and p99 in milliseconds of each scenario. */
async function measure(
  reads: ReadsFor,
): Promise<Record<string, { p50: number; p99: number; found: number }>> {
  const results: Record<string, { p50: number; p99: number; found: number }> = {};
  for (const [name, [actor, criteria]] of Object.entries(SCENARIOS)) {
    let found = 0;
    const one = async (n: number): Promise<void> => {
      const page = await reads(actor(n), (mine) =>
        mine.disputes({ sort: 'opened', limit: 20, ...criteria(n) }),
      );
      found += page.items.length;
    };
    await latencies(WARM_UP, one);
    found = 0;
    const times = await latencies(ROUNDS, one);
    results[name] = { p50: quantile(times, 0.5), p99: quantile(times, 0.99), found: found / ROUNDS };
  }
  return results;
}

/** Fills a database of its own twice and compares; it is thrown away. */
export async function searchBench(): Promise<void> {
  const stack = await migratedDatabase();
  const owner = createPool(stack.databaseUrl, { max: 2, statementTimeout_ms: 900_000 });
  const readers = createReaderPool(stack.databaseUrl, { max: 2 });
  const cipher = createFieldCipher([{ name: 'k', key: randomBytes(32) }], { hashKey: randomBytes(32) });
  const reads = createReadsFor(createScoped(readers), cipher);
  await owner.query(
    'CREATE TABLE bench_texts (n int PRIMARY KEY, title text, narrative text, document tsvector)',
  );
  await owner.query(
    `INSERT INTO bench_texts SELECT n - 1, t->>'title', t->>'narrative', (t->>'document')::tsvector
     FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS x(t, n)`,
    [JSON.stringify(texts())],
  );
  const all: Awaited<ReturnType<typeof measure>>[] = [];
  // The newest first: at both sizes the same disputes are at the top.
  let from: number = SIZES.at(-1)!;
  for (const size of SIZES) {
    await fill(owner, SIZES.at(-1)! - size, from);
    from = SIZES.at(-1)! - size;
    all.push(await measure(reads));
  }
  const [few, many] = all as [(typeof all)[number], (typeof all)[number]];
  for (const [name, { p50, p99, found }] of Object.entries(many)) {
    const before = few[name]!;
    publish(`search-${name}`, {
      ...{ p50_few_ms: before.p50, p99_few_ms: before.p99, p50_many_ms: p50, p99_many_ms: p99 },
      ...{ rows_few: before.found, rows_many: found, p50_ratio: p50 / before.p50 },
      ...{ p99_ratio: p99 / before.p99, aim: 'p99 ratio <= 3' },
    });
  }
  await readers.end();
  await owner.end();
  await stack.stop();
}
