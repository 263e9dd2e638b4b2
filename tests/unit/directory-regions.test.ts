import { describe, expect, test } from 'vitest';
import {
  compareRegions,
  parentOf,
  readRegionList,
  regionListFaults,
  REGION_FAULTS_MAX,
  REGION_NAME_MAX,
} from '../../domain/directory/region-list.ts';
import { masked } from '../../api/views/masked.ts';

const list = (...lines: string[]) => readRegionList(['code,name', ...lines].join('\n'));
const faultOf = (...lines: string[]) => list(...lines).faults[0];

describe('a list of regions', () => {
  test('is read with either header, quotes, blank lines and any line end', () => {
    const read = readRegionList(
      '\uFEFF代码,名称\r\n110105 , 朝阳区\r\n\r\n"110105012","the ""old"", and new"\r\n',
    );
    expect(read).toEqual({
      rows: [
        { code: '110105', name: '朝阳区', line: 2 },
        { code: '110105012', name: 'the "old", and new', line: 4 },
      ],
      faults: [],
    });
  });

  test.each([
    ['a code of no length that is one', '11010,x', 2, 1],
    ['letters', '11010a,x', 2, 1],
    ['a province or city of GB/T 2260', '110000,x', 2, 1],
    ['a street filled up as the national tables have it', '110105012000,x', 2, 1],
    ['a district filled up', '110105000000,x', 2, 1],
    ['three fields', '110105,x,y', 2, 2],
    ['one field', '110105', 2, 2],
    ['a quote that does not end', '110105,"x', 2, 2],
    ['no name', '110105,', 2, 2],
    ['a name too long', `110105,${'x'.repeat(REGION_NAME_MAX + 1)}`, 2, 2],
    ['the wreck of another encoding', '110105,\uFFFD', 2, 2],
  ])('with %s says the line and column', (_, content, line, column) => {
    expect(faultOf(content)).toMatchObject({ line, column });
  });

  test('says what a filled code should be', () => {
    expect(faultOf('110105012000,x')?.expected).toBe('110105012');
    expect(faultOf('110105000000,x')?.expected).toBe('110105');
    expect(faultOf('110100,x')?.expected).toContain('1101 for a city');
  });

  test('names the first line of a code that comes twice, and every fault at once', () => {
    const { faults } = list('110105,a', '110105,b', 'x,c');
    expect(faults.map(({ line, column }) => [line, column])).toEqual([
      [3, 1],
      [4, 1],
    ]);
    expect(faults[0]!.message).toContain('line 2');
    expect(list(...Array.from({ length: 80 }, () => 'x,y')).faults).toHaveLength(REGION_FAULTS_MAX);
  });

  test('without a header, or without a region, is none', () => {
    expect(readRegionList('110105,a').faults[0]).toMatchObject({ line: 1 });
    expect(readRegionList('code,name\n').faults[0]).toMatchObject({ message: 'the list is empty' });
    expect(readRegionList('').faults).not.toEqual([]);
  });
});

describe('a list in view of what there is', () => {
  const known = new Map([
    ['110105', 'A'],
    ['110105012', 'B'],
    ['110105012003', 'C'],
  ]);
  const mine = (code: string): boolean => code.startsWith('110105');
  const { rows } = list('110105,A', '110105012,new name', '110105099,added');

  test('tells what is added, renamed, unchanged and missing', () => {
    const change = compareRegions(rows, known, mine);
    expect(change.added.map(({ code }) => code)).toEqual(['110105099']);
    expect(change.renamed.map(({ code }) => code)).toEqual(['110105012']);
    expect(change).toMatchObject({ unchanged: 1, missing: ['110105012003'] });
  });

  test('every region lies in one that is listed or known and stays', () => {
    const inner = list('110105012009,x', '110105088001,y', '110105012003,C').rows;
    expect(regionListFaults(inner, known, [], mine).map(({ line }) => line)).toEqual([3]);
    expect(regionListFaults(inner, known, ['110105012'], mine).map(({ line }) => line)).toEqual([2, 3, 4]);
    expect(parentOf('110105')).toBeNull();
  });

  test('nobody lists what is another’s', () => {
    const faults = regionListFaults(list('110106,x').rows, known, [], mine);
    expect(faults).toEqual([expect.objectContaining({ line: 2, message: 'not a region you administer' })]);
  });
});

describe('a message that is looked at without its content', () => {
  const WORDS = ['张三', '13900000001', 'the ceiling is wet', 'neighbour'];

  test('shows codes of the envelope, and kinds and lengths of all else', () => {
    const message = {
      ...{ specversion: '1.0', id: 'dispute:dsp_1:3', type: 'cn.fengqiao.dispute.triaged.v9' },
      data: {
        ...{ caseKind: 'dispute', version: 3, region: '990101', ownerId: 'grid-1', kind: '张三' },
        ...{ parties: [{ name: '张三', phone: '13900000001' }], narrative: 'the ceiling is wet' },
        ...{ neighbour: null, '张三 says': true },
      },
    };
    const shown = masked(JSON.stringify(message)).content as { data: Record<string, unknown> };
    expect(shown).toMatchObject({
      ...{ id: 'dispute:dsp_1:3', type: 'cn.fengqiao.dispute.triaged.v9' },
      data: { caseKind: 'dispute', version: 3, region: 'text(6)', kind: 'text(2)', ownerId: 'text(6)' },
    });
    expect(shown.data['parties']).toEqual([{ name: 'text(2)', phone: 'text(11)' }]);
    for (const word of WORDS.slice(0, 3)) expect(JSON.stringify(shown)).not.toContain(word);
  });

  test('shows nothing of what is no JSON, and stays small', () => {
    expect(masked('张三 wrote { this')).toEqual({ bytes: 19, content: null });
    const deep = `${'['.repeat(200)}1${']'.repeat(200)}`;
    expect(JSON.stringify(masked(deep)).length).toBeLessThan(100);
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`f${n}`, 'x'.repeat(100)]));
    expect(JSON.stringify(masked(JSON.stringify(wide))).length).toBeLessThan(2_000);
  });
});
