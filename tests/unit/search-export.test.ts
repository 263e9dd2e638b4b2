import { describe, expect, test } from 'vitest';
import { parse } from 'csv-parse/sync';
import { BOM, csvLine } from '../../api/export/csv.ts';
import { exportRows, type ReadCells } from '../../api/export/rows.ts';
import { createExportSlots, EXPORTS_MAX } from '../../api/export/slots.ts';
import { cellsOf, COLUMNS, headings } from '../../api/export/table.ts';
import type { Problem } from '../../api/problem.ts';
import { shownLine } from '../../api/views/dispute-line.ts';
import { STAGES } from '../../domain/dispute/state.ts';
import { GRADES } from '../../domain/grading.ts';
import { LEVELS } from '../../domain/regions.ts';
import type { DisputeLine } from '../../ports/reads.ts';

const LINE: DisputeLine = {
  ...{ id: 'dsp_1', number: '(2026)枫人调字第1号', title: '楼上漏水', region: '990101001001001' },
  ...{ category: 'D02', stage: 'handling', level: 'community', grade: 'yellow', ownerId: 'staff_1' },
  ...{ clockState: 'broken', dueAt: Date.parse('2026-03-03T17:30:00+08:00'), version: 4 },
  ...{
    openedAt: Date.parse('2026-03-02T00:05:00+08:00'),
    updatedAt: Date.parse('2026-03-02T09:30:00+08:00'),
  },
  ...{ isParty: false, isReporter: false },
};
const NAMES = {
  people: new Map([['staff_1', '陈小燕']]),
  regions: new Map([[LINE.region, '桂花社区第一网格']]),
};
const OUTSIDE = { personId: 'p', regions: [], names: ['p'], serves: false };

describe('a line of a CSV file', () => {
  test.each([
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "no"', '"say ""no"""'],
    ['two\nlines', '"two\nlines"'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['', ''],
    ['=1+1', "'=1+1"],
    ['+86 139', "'+86 139"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1+1', "'＝1+1"],
    ['  =1+1', "'  =1+1"],
    ['\t=1', '"\'\t=1"'],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['1=1', '1=1'],
  ])('has %j as %s', (text, expected) => {
    expect(csvLine([text, 'x'])).toBe(`${expected},x\r\n`);
  });

  test('is read again as it was', () => {
    const cells = ['楼上漏水，"水漫金山"', 'a\nb', '', 'x,y', ' blank '];
    expect(parse(BOM + csvLine(cells), { bom: true })).toEqual([cells]);
  });
});

describe('the cells of a line', () => {
  test('are said in either language, with names and the time of the place', () => {
    expect(cellsOf(LINE, NAMES, 'zh')).toEqual([
      ...[
        '(2026)枫人调字第1号',
        '楼上漏水',
        '桂花社区第一网格',
        '邻里',
        '处置',
        '社区',
        '黄',
        '陈小燕',
        '已超期',
      ],
      ...['2026-03-03 17:30', '2026-03-02 00:05', '2026-03-02 09:30'],
    ]);
    expect(cellsOf(LINE, NAMES, 'en').slice(3, 9)).toEqual([
      ...['neighbour', 'handling', 'community', 'yellow', '陈小燕', 'overdue'],
    ]);
    expect(headings('zh')).toHaveLength(COLUMNS.length);
    expect(headings('en')[0]).toBe('number');
  });

  test('are said in both languages for every code there is', () => {
    for (const language of ['zh', 'en'] as const) {
      const said = (change: object): string[] => cellsOf({ ...LINE, ...change }, NAMES, language);
      for (const stage of STAGES) expect(said({ stage })[4]).not.toBe(language === 'zh' ? stage : '');
      for (const level of LEVELS) expect(said({ level })[5]).not.toBe(language === 'zh' ? level : '');
      for (const grade of GRADES) expect(said({ grade })[6]).not.toBe(language === 'zh' ? grade : '');
    }
  });

  test('hide from a party what the list hides', () => {
    const party = shownLine({ ...LINE, isParty: true }, OUTSIDE);
    expect(cellsOf(party, NAMES, 'zh')).not.toContain('楼上漏水');
    expect(cellsOf(party, NAMES, 'zh')).not.toContain('黄');
    const reporter = shownLine({ ...LINE, isReporter: true }, OUTSIDE);
    expect(cellsOf(reporter, NAMES, 'zh')).toContain('楼上漏水');
    expect(cellsOf(reporter, NAMES, 'zh')).not.toContain('黄');
  });
});

describe('the rows of an export', () => {
  /** Answers `total` rows, `size` a page; counts what was asked for. */
  const pages = (total: number, size: number) => {
    const asked: (string | undefined)[] = [];
    const read: ReadCells = async (cursor) => {
      asked.push(cursor);
      const from = Number(cursor ?? 0);
      const items = Array.from({ length: Math.min(size, total - from) }, (_, n) => [String(from + n)]);
      return { items, nextCursor: from + size < total ? String(from + size) : null };
    };
    return { read, asked };
  };
  const options = { heading: ['h'], cut: 'there is more', gone: () => false };
  const all = async (pages: AsyncGenerator<string[][]>): Promise<string[]> => {
    const first: string[] = [];
    for await (const rows of pages) first.push(...rows.map((cells) => cells[0]!));
    return first;
  };

  test('are all of them, in order, page by page', async () => {
    const { read, asked } = pages(7, 3);
    expect(await all(exportRows(read, options))).toEqual(['h', '0', '1', '2', '3', '4', '5', '6']);
    expect(asked).toEqual([undefined, '3', '6']);
  });

  test('are a heading alone when there are none', async () => {
    expect(await all(exportRows(pages(0, 3).read, options))).toEqual(['h']);
  });

  test.each([
    [6, 6, ['h', '0', '1', '2', '3', '4', '5']],
    [7, 6, ['h', '0', '1', '2', '3', '4', '5', 'there is more']],
    [5, 4, ['h', '0', '1', '2', '3', 'there is more']],
    [100, 3, ['h', '0', '1', '2', 'there is more']],
  ])('of %i and at most %i end with a word when there are more', async (total, max, expected) => {
    expect(await all(exportRows(pages(total, 3).read, { ...options, max }))).toEqual(expected);
  });

  test('are not read any further when nobody reads them', async () => {
    const { read, asked } = pages(100, 3);
    let gone = false;
    for await (const rows of exportRows(read, { ...options, gone: () => gone }))
      if (rows[0]?.[0] === '3') gone = true;
    expect(asked).toEqual([undefined, '3']);
  });
});

test('a person has one export at a time, and a process a few', () => {
  const take = createExportSlots();
  const codeOf = (person: string): string | null => {
    try {
      take(person)();
      return null;
    } catch (error) {
      return (error as Problem).options.code;
    }
  };
  const giveBack = Array.from({ length: EXPORTS_MAX }, (_, n) => take(`p${n}`));
  expect(codeOf('p0')).toBe('too_many_requests');
  expect(codeOf('another')).toBe('overloaded');
  giveBack[0]!();
  expect(codeOf('another')).toBeNull();
  expect(codeOf('p0')).toBeNull();
});
