import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPool } from '../../infra/db/pool.ts';
import { ensureRules, seedDemoStreet } from '../../infra/seed/seed.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { migratedDatabase } from '../support/database.ts';
import { settingsOf } from '../support/engine.ts';
import {
  csvOf,
  fileOf,
  HOTLINE_HEADER,
  HOTLINE_MAP,
  hotlineRow,
  NYC_MAP,
  readJson,
  toGb18030,
} from '../support/hotline.ts';
import { ROOT } from '../support/imports.ts';

let stack: Stack;
let pool: pg.Pool;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  stack = await migratedDatabase();
  pool = createPool(stack.databaseUrl, { max: 4 });
  await ensureRules(pool);
  await seedDemoStreet(pool);
  // Nothing of an import needs Temporal; nobody listens there.
  env = { ...process.env, ...settingsOf(stack), TEMPORAL_ADDRESS: '127.0.0.1:9' };
});

afterAll(async () => {
  await pool.end();
  await stack.stop();
});

// Each run is a process of its own, which a busy machine starts slowly.
vi.setConfig({ testTimeout: 300_000 });

interface Run {
  code: number | null;
  out: string;
  err: string;
}

const SCRIPT = fileURLToPath(new URL('../../bin/import.ts', import.meta.url));

/** Runs the import as its user does; `killWhen` ends it at once, as a power cut does, when its output says so. */
function importing(
  args: string[],
  options: { env?: object; killWhen?: (err: string) => boolean } = {},
): Promise<Run> {
  const child = spawn(process.execPath, [SCRIPT, ...args], { env: { ...env, ...options.env } });
  const run: Run = { code: null, out: '', err: '' };
  child.stdout.on('data', (chunk) => (run.out += String(chunk)));
  child.stderr.on('data', (chunk) => {
    run.err += String(chunk);
    if (options.killWhen?.(run.err) === true) child.kill('SIGKILL');
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...run, code })));
}

/** The figures of a run: taken in, known, changed, rejected, skipped, rows. */
function figuresOf({ out, err }: Run): number[] {
  const found = /in (\d+), known (\d+), changed (\d+), rejected (\d+), skipped (\d+), of (\d+) rows/.exec(
    out,
  );
  if (found === null) throw new Error(`${out}\n${err}`);
  return found.slice(1).map(Number);
}

const casesOf = async (system: string): Promise<number> => {
  const { rows } = await pool.query<{ n: number }>(
    `SELECT count(*) AS n FROM cases c JOIN commands m ON m.case_id = c.id WHERE m.actor->>'id' = $1`,
    [`import:${system}`],
  );
  return rows[0]!.n;
};

async function stored(): Promise<object> {
  const { rows } = await pool.query<object>(
    'SELECT (SELECT count(*) FROM commands) AS commands, (SELECT count(*) FROM cases) AS cases, (SELECT count(*) FROM texts) AS texts',
  );
  return rows[0]!;
}

/** The example map for a system of its own, so that one test's rows are no other's. */
const mapFor = (system: string, change: object = {}): string =>
  fileOf('map.json', JSON.stringify({ ...readJson(HOTLINE_MAP), system, ...change }));

const rowsOf = (n: number): string[][] => Array.from({ length: n }, (_, i) => hotlineRow(i));

test('the export of New York is taken in as its map says, and a second time nothing is', async () => {
  const file = fileOf('nyc.csv', readFileSync(join(ROOT, '../shared/data/hotline-sample.csv')));
  const first = await importing([file, '--map', NYC_MAP]);
  expect(first.code, first.err).toBe(0);
  expect(figuresOf(first)).toEqual([99, 0, 0, 0, 1, 100]);
  const { rows } = await pool.query<{
    title: string;
    region: string;
    category: string;
    at: number;
    origin: object;
  }>(
    `SELECT t.body AS title, c.region, c.category, e.occurred_at_ms AS at, c.state->'origin' AS origin
     FROM cases c JOIN texts t ON t.id = c.title JOIN events e ON e.case_id = c.id AND e.version = 1
     WHERE c.state->'origin'->>'externalNumber' = '42254749'`,
  );
  expect(rows).toMatchObject([
    {
      ...{ title: 'Noise - Residential: Banging/Pounding', region: '990101001002', category: 'D02' },
      // 09:55 in the evening in New York, in summer.
      at: Date.parse('2019-04-19T01:55:45Z'),
      origin: { channel: 'hotline', system: 'nyc-311', externalNumber: '42254749' },
    },
  ]);
  const before = await stored();
  const second = await importing([file, '--map', NYC_MAP]);
  expect([second.code, ...figuresOf(second)]).toEqual([0, 0, 99, 0, 0, 1, 100]);
  expect(await stored()).toEqual(before);
  expect(existsSync(`${file}.rejects.csv`) || existsSync(`${file}.changed.csv`)).toBe(false);
});

test('a Chinese export is the same in UTF-8 and in GB18030', async () => {
  const map = mapFor('both');
  const text = csvOf(rowsOf(60));
  const utf8 = await importing([fileOf('utf8.csv', text), '--map', map]);
  expect([utf8.code, ...figuresOf(utf8)]).toEqual([0, 60, 0, 0, 0, 0, 60]);
  const gb = await importing([fileOf('gb.csv', toGb18030(text)), '--map', map]);
  expect([gb.code, ...figuresOf(gb)]).toEqual([0, 0, 60, 0, 0, 0, 60]);
  const { rows } = await pool.query<{ body: string }>(
    `SELECT t.body FROM texts t JOIN cases c ON c.id = t.case_id AND c.title = t.id
     WHERE c.state->'origin'->>'system' = 'both' AND c.state->'origin'->>'externalNumber' = 'GD2026-000001'`,
  );
  expect(rows).toEqual([{ body: '卫生间漏水到楼下' }]);
  // What people are called and their numbers are on no line that anybody reads on a screen.
  expect(utf8.out + utf8.err).not.toMatch(/测试来电人|1390000/);
});

test('a row that cannot be taken in is set aside with its reason, and goes in when it is mended', async () => {
  const map = mapFor('mended');
  const rows = rowsOf(8);
  rows[2] = hotlineRow(2, { 标题: '' });
  rows[5] = hotlineRow(5, { 诉求类型: '表扬' });
  rows[6] = hotlineRow(6, { 网格编码: '990101001001999' });
  const file = fileOf('rows.csv', csvOf(rows));
  const first = await importing([file, '--map', map]);
  expect([first.code, ...figuresOf(first)]).toEqual([1, 5, 0, 0, 3, 0, 8]);
  const rejects = readFileSync(`${file}.rejects.csv`, 'utf8').split('\r\n');
  expect(rejects[0]).toBe(`\ufeff_line,_column,_reason,${HOTLINE_HEADER.join(',')}`);
  expect(rejects.slice(1, -1).map((line) => line.split(',').slice(0, 3))).toEqual([
    ['5', '标题', 'no title'],
    ['8', '诉求类型', `"""表扬"" is not in the map's table for kind"`],
    ['9', '网格编码', 'no such region; expected: a code of the region list'],
  ]);
  const mended = fileOf(
    'mended.csv',
    rejects
      .join('\r\n')
      .replace('表扬,', '建议,')
      .replace('990101001001999', '990101001001001')
      .replace(/(GD2026-000002,[^,]*,[^,]*,[^,]*),,/, '$1,有了标题,'),
  );
  const second = await importing([mended, '--map', map]);
  expect([second.code, ...figuresOf(second)], second.err).toEqual([0, 3, 0, 0, 0, 0, 3]);
  expect(await casesOf('mended')).toBe(8);
});

test('a known number with other content is reported, not taken in again; twice in one file is once', async () => {
  const map = mapFor('changed');
  const file = fileOf('rows.csv', csvOf([hotlineRow(0), hotlineRow(1), hotlineRow(0)]));
  expect(figuresOf(await importing([file, '--map', map]))).toEqual([2, 1, 0, 0, 0, 3]);
  writeFileSync(file, csvOf([hotlineRow(0), hotlineRow(1, { 诉求内容: '另一段话。' })]));
  const again = await importing([file, '--map', map]);
  expect([again.code, ...figuresOf(again)]).toEqual([0, 0, 1, 1, 0, 0, 2]);
  const changed = readFileSync(`${file}.changed.csv`, 'utf8');
  expect(changed).toContain('3,工单编号,');
  expect(changed).toContain('另一段话。');
  expect(await casesOf('changed')).toBe(2);
});

test('a run that is killed in the middle is taken up again, and nothing is there twice', async () => {
  const map = mapFor('killed');
  const n = 1_000;
  const file = fileOf('rows.csv', csvOf(rowsOf(n)));
  const killed = await importing([file, '--map', map, '--rate', '150'], {
    killWhen: (err) => /import: [1-9]\d* of/.test(err),
  });
  expect(killed.code).toBeNull();
  const inBefore = await casesOf('killed');
  expect(inBefore).toBeGreaterThan(0);
  expect(inBefore).toBeLessThan(n);
  const second = await importing([file, '--map', map]);
  expect([second.code, ...figuresOf(second)]).toEqual([0, n - inBefore, inBefore, 0, 0, 0, n]);
  const { rows } = await pool.query<object>(
    `SELECT count(*) AS cases, count(DISTINCT m.command_id) AS commands, count(DISTINCT c.id) AS ids
     FROM cases c JOIN commands m ON m.case_id = c.id WHERE m.actor->>'id' = 'import:killed'`,
  );
  expect(rows).toEqual([{ cases: n, commands: n, ids: n }]);
});

test.each<[string, () => string[], RegExp]>([
  [
    'a wrong encoding',
    () => [fileOf('a.csv', toGb18030(csvOf(rowsOf(9)))), '--map', mapFor('x', { encoding: 'utf-8' })],
    /^encoding: the file is not UTF-8 \(line 1\)/,
  ],
  [
    'a missing column',
    () => [fileOf('a.csv', csvOf([], HOTLINE_HEADER.slice(1))), '--map', mapFor('x')],
    /^columns: the file does not have "工单编号"/,
  ],
  [
    'a fault in the map',
    () => [fileOf('a.csv', csvOf(rowsOf(9))), '--map', mapFor('x', { kind: {} })],
    /^map kind: needs a column or a constant/,
  ],
  [
    'a region nobody knows',
    () => [fileOf('a.csv', csvOf(rowsOf(9))), '--map', mapFor('x', { region: { constant: '110101' } })],
    /^region: the map names regions that do not exist here: 110101/,
  ],
])('%s is said before anything is stored', async (_, args, expected) => {
  const before = await stored();
  const run = await importing(args());
  expect(run.err).toMatch(expected);
  expect(run.err).toMatch(/nothing was stored\n$/);
  expect(run.code).toBe(2);
  expect(await stored()).toEqual(before);
});

test('a dry run counts and rejects like a real one, and stores nothing', async () => {
  const before = await stored();
  const file = fileOf('rows.csv', csvOf([...rowsOf(5), hotlineRow(7, { 联系电话: '?' })]));
  const run = await importing([file, '--map', mapFor('dry'), '--dry-run']);
  expect([run.code, ...figuresOf(run)]).toEqual([1, 5, 0, 0, 1, 0, 6]);
  expect(run.out).toMatch(/^would be taken in 5/);
  expect(readFileSync(`${file}.rejects.csv`, 'utf8')).toContain('8,联系电话,');
  expect(await stored()).toEqual(before);
});

test('a database that is not there is no fault of the file', async () => {
  const file = fileOf('rows.csv', csvOf(rowsOf(2)));
  const away = { DATABASE_URL: 'postgresql://127.0.0.1:9/nowhere' };
  const run = await importing([file, '--map', mapFor('away')], { env: away });
  expect(run).toMatchObject({ code: 3, err: expect.stringContaining('nothing was stored') as string });
});
