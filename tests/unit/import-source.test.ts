import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import writeXlsx from 'write-excel-file/node';
import { FileFault } from '../../infra/import/fault.ts';
import { setAside } from '../../infra/import/set-aside.ts';
import { openSource, type SourceRow } from '../../infra/import/source.ts';
import { checkMap, type ImportMap } from '../../schemas/import-map.ts';
import {
  csvOf,
  fileOf,
  HOTLINE_HEADER,
  HOTLINE_MAP,
  hotlineRow,
  readJson,
  toGb18030,
} from '../support/hotline.ts';

function mapOf(change: object = {}): ImportMap {
  const checked = checkMap({ ...readJson(HOTLINE_MAP), ...change });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.map;
}

const ROWS = Array.from({ length: 30 }, (_, n) => hotlineRow(n));

async function listOf(rows: AsyncIterable<SourceRow>): Promise<SourceRow[]> {
  const list: SourceRow[] = [];
  for await (const row of rows) list.push(row);
  return list;
}

async function rowsOf(path: string, change: object = {}): Promise<SourceRow[]> {
  return listOf((await openSource(path, mapOf(change))).rows());
}

const toldOf = (path: string, change: object = {}): Promise<string> =>
  openSource(path, mapOf(change)).then(
    () => 'sound',
    (error: unknown) => {
      if (error instanceof FileFault) return error.told;
      throw error;
    },
  );

describe('a CSV file', () => {
  test.each([
    ['UTF-8', 'utf-8', Buffer.from(csvOf(ROWS))],
    ['UTF-8 with its mark', 'utf-8', Buffer.from(`\ufeff${csvOf(ROWS)}`)],
    ['GB18030', 'gb18030', toGb18030(csvOf(ROWS))],
  ])('in %s is recognised and read', async (_, encoding, content) => {
    const path = fileOf('rows.csv', content);
    const source = await openSource(path, mapOf());
    expect(source).toMatchObject({ kind: 'csv', encoding, header: HOTLINE_HEADER, total: 30 });
    expect((await rowsOf(path)).map(({ cells }) => cells)).toEqual(ROWS);
  });

  test('knows the line at which each row begins', async () => {
    const cells = (first: string): string[] => ['a', first, ...HOTLINE_HEADER.slice(2).map(() => 'x')];
    const rows = [cells('one'), cells('two\r\nlines'), cells('three\nlines\nhere'), cells('four')];
    const text = csvOf(rows).replace('a,four', '\r\na,four');
    expect((await rowsOf(fileOf('lines.csv', text))).map(({ line }) => line)).toEqual([2, 3, 5, 9]);
  });

  test('may use a semicolon, and quotation marks within a cell', async () => {
    const text = `${HOTLINE_HEADER.join(';')}\n${['GD-1', ...HOTLINE_HEADER.slice(1).map(() => 'say "no"')].join(';')}\n`;
    const [row] = await rowsOf(fileOf('semicolon.csv', text), { delimiter: ';' });
    expect(row?.cells.slice(0, 2)).toEqual(['GD-1', 'say "no"']);
  });

  test.each<[string, () => Buffer | string, object, RegExp]>([
    ['is empty', () => '', {}, /^file: is empty/],
    [
      'lacks columns',
      () => csvOf([], HOTLINE_HEADER.slice(2)),
      {},
      /^columns: the file does not have "工单编号" \(externalId\), "来电时间" \(occurredAt\) \(line 1\)/,
    ],
    [
      'has a column twice',
      () => csvOf([], [...HOTLINE_HEADER, '标题']),
      {},
      /^columns: "标题" is there twice/,
    ],
    [
      'is GB18030 while the map says UTF-8',
      () => toGb18030(csvOf(ROWS)),
      { encoding: 'utf-8' },
      /^encoding: the file is not UTF-8 \(line 1\)/,
    ],
    [
      'is UTF-8 while the map says GB18030',
      () => csvOf(ROWS),
      { encoding: 'gb18030' },
      /^encoding: the map says gb18030, but the file is UTF-8/,
    ],
    [
      'has bytes of no encoding',
      () => {
        const gb = toGb18030(csvOf(ROWS.filter((_, n) => n % 6 !== 1)));
        gb[gb.lastIndexOf('\r\n', gb.length - 3) + 3] = 0xff;
        return gb;
      },
      {},
      /^encoding: the file is neither UTF-8 nor GB18030 \(line 26\)/,
    ],
    [
      'ends within a character',
      () => toGb18030(`${csvOf(ROWS)}终`).subarray(0, -1),
      {},
      /^encoding: the file is neither UTF-8 nor GB18030/,
    ],
    [
      'was damaged before',
      () => csvOf([hotlineRow(0), hotlineRow(2, { 标题: '电\ufffd停运' })]),
      {},
      /^encoding: the text has replacement characters.*\(line 3\)/,
    ],
    ['is UTF-16', () => Buffer.from(`\ufeff${csvOf(ROWS)}`, 'utf16le'), {}, /^encoding: the file is UTF-16/],
    [
      'never closes a quotation mark',
      () => csvOf(ROWS.slice(0, 1)) + '"GD-2,open\nand so on\n',
      {},
      /^file: a quotation mark is never closed.*\(line 3\)/,
    ],
    ['is an old .xls', () => Buffer.from('d0cf11e0a1b11ae1', 'hex'), {}, /^file: is an old \.xls/],
    [
      'only says that it is a workbook',
      () => Buffer.from('PK\u0003\u0004 nothing'),
      {},
      /^file: is not a readable XLSX/,
    ],
  ])('that %s is refused as a whole', async (_, content, change, expected) => {
    expect(await toldOf(fileOf('wrong.csv', content()), change)).toMatch(expected);
  });

  test('that does not exist is said to be unreadable', async () => {
    expect(await toldOf(join(tmpdir(), 'there-is-no-such-file.csv'))).toBe('file: cannot be read');
  });
});

describe('a workbook', () => {
  test('is read with its dates and with every digit of its numbers', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'fengqiao-import-')), 'rows.xlsx');
    const cells = hotlineRow(4).map((value, i) =>
      i === 1
        ? { value: new Date('2026-05-05T16:04:00Z'), type: Date, format: 'yyyy/mm/dd hh:mm' }
        : i === 7
          ? { value: Number(value), type: Number }
          : { value, type: String },
    );
    const header = HOTLINE_HEADER.map((value) => ({ value, type: String }));
    await writeXlsx([header, cells] as never, { sheet: '工单' } as never).toFile(path);
    const source = await openSource(path, mapOf({ sheet: '工单' }));
    expect(source).toMatchObject({ kind: 'xlsx', total: 1 });
    const [row] = await rowsOf(path, { sheet: '工单' });
    expect(row?.line).toBe(2);
    expect(row?.cells[1]).toBe('2026-05-05 16:04:00');
    expect(row?.cells[7]).toBe(hotlineRow(4)[7]);
    expect(await toldOf(path, { sheet: 'nowhere' })).toBe('sheet: the workbook has no sheet of that name');
  });
});

describe('the file of rejected rows', () => {
  const fault = { column: '标题', reason: 'no title' };

  test('keeps the original columns, and can be given in again', async () => {
    const path = fileOf('in.csv', csvOf(ROWS.slice(0, 3)));
    const rejects = setAside(`${path}.rejects.csv`, HOTLINE_HEADER, ',');
    for (const row of await rowsOf(path)) await rejects.add(row, fault);
    expect(existsSync(`${path}.rejects.csv`)).toBe(false);
    const closed = await rejects.close();
    expect(closed).toEqual({ path: `${path}.rejects.csv`, rows: 3 });
    expect(statSync(closed.path).mode & 0o777).toBe(0o600);
    expect(readFileSync(closed.path, 'utf8')).toMatch(/^\ufeff_line,_column,_reason,工单编号/);
    const again = await openSource(closed.path, mapOf({ encoding: 'gb18030' }));
    const rows = await listOf(again.rows());
    expect(rows.map(({ cells }) => cells.slice(0, 3))).toEqual([
      ['2', '标题', 'no title'],
      ['3', '标题', 'no title'],
      ['5', '标题', 'no title'],
    ]);
    expect(rows.map(({ cells }) => cells.slice(3))).toEqual(ROWS.slice(0, 3));
    const second = setAside(`${path}.second.csv`, again.header, ',');
    await second.add(rows[0]!, fault);
    await second.close();
    expect((await openSource(`${path}.second.csv`, mapOf())).header).toEqual(again.header);
  });

  test('is not there without rows, and an earlier one is kept', async () => {
    const path = fileOf('in.csv.rejects.csv', 'mended by hand');
    writeFileSync(`${path}.part`, 'left by a killed run');
    await setAside(path, HOTLINE_HEADER, ',').close();
    expect(existsSync(path) || existsSync(`${path}.part`)).toBe(false);
    expect(readFileSync(`${path}.old`, 'utf8')).toBe('mended by hand');
  });
});

test('a fault behind the first piece of a large file is found at its line', async () => {
  const rows = Array.from({ length: 4_000 }, (_, n) => hotlineRow(6 * n));
  const bytes = toGb18030(csvOf(rows));
  expect(bytes.length).toBeGreaterThan(256 * 1024);
  // Line 4,001 is the last; its second byte after the line feed of the one before.
  bytes[bytes.lastIndexOf('\r\n', bytes.length - 3) + 30] = 0xff;
  expect(await toldOf(fileOf('large.csv', bytes))).toMatch(/neither UTF-8 nor GB18030 \(line 4001\)/);
});
