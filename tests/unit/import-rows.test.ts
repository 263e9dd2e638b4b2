import { describe, expect, test } from 'vitest';
import { timeReader } from '../../infra/import/local-time.ts';
import { asNumber, rowReader, type Read } from '../../infra/import/to-report.ts';
import { GRID } from '../../infra/seed/demo-street.ts';
import { TITLE_MAX } from '../../schemas/api/reports.ts';
import { checkMap, type ImportMap } from '../../schemas/import-map.ts';
import { HOTLINE_HEADER, HOTLINE_MAP, hotlineRow, readJson } from '../support/hotline.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');

function mapOf(change: object = {}): ImportMap {
  const checked = checkMap({ ...readJson(HOTLINE_MAP), ...change });
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults));
  return checked.map;
}

const read = (cells: string[], change: object = {}): Read =>
  rowReader(mapOf(change), { header: HOTLINE_HEADER, native: false })(cells, NOW);

const faultOf = (change: Record<string, string>): string => {
  const result = read(hotlineRow(0, change));
  return result.outcome === 'rejected' ? `${result.fault.column}: ${result.fault.reason}` : result.outcome;
};

describe('a row', () => {
  test('becomes the report that its map says', () => {
    expect(read(hotlineRow(1, { 是否有肢体冲突: '是' }))).toEqual({
      outcome: 'report',
      externalId: 'GD2026-000001',
      report: {
        ...{ kind: 'dispute', channel: 'hotline', category: 'D03', region: '990101001001002' },
        title: '卫生间漏水到楼下',
        narrative: '楼上卫生间漏水,\n协商两次没有结果。\n桂花苑2号楼',
        danger: { violence: true },
        occurredAt: Date.parse('2026-02-02T01:01:00+08:00'),
        parties: [{ ref: 'a', side: 'A', kind: 'party', name: '测试来电人', phone: '13900000001' }],
        origin: { system: '12345', externalNumber: 'GD2026-000001' },
      },
    });
  });

  test('without a name has an applicant all the same, and a need has none', () => {
    const applicant = read(hotlineRow(0));
    expect(applicant).toMatchObject({ report: { parties: [{ name: '来电人' }] } });
    const need = read(hotlineRow(3));
    expect(need).toMatchObject({ report: { kind: 'need' } });
    expect(need).not.toHaveProperty('report.parties');
  });

  test.each<[Record<string, string>, RegExp]>([
    [{ 工单编号: ' ' }, /^工单编号: no external id/],
    [{ 工单编号: 'x'.repeat(81) }, /^工单编号: longer than 80/],
    [{ 诉求类型: '表扬' }, /^诉求类型: "表扬" is not in the map's table for kind/],
    [{ 诉求类型: '' }, /^诉求类型: empty, and the map has no default for kind/],
    [{ 网格编码: '12' }, /^网格编码: region must match/],
    [{ 标题: '' }, /^标题: no title/],
    [{ 诉求内容: 'x'.repeat(20_001) }, /^诉求内容 \+ 地址: narrative must NOT have more than 20000/],
    [{ 来电时间: '昨天' }, /^来电时间: is not a time like yyyy\/M\/d H:mm/],
    [{ 来电时间: '2026/2/30 8:00' }, /^来电时间: names a day or hour that does not exist/],
    [{ 来电时间: '2027/1/1 8:00' }, /^来电时间: lies in the future/],
    [{ 联系电话: '保密' }, /^联系电话: parties.0.phone must match/],
  ])('%j is rejected with column and reason', (change, expected) => {
    expect(faultOf(change)).toMatch(expected);
  });

  test('with too few or too many cells is rejected', () => {
    const row = hotlineRow(0);
    for (const cells of [row.slice(1), [...row, 'more']])
      expect(read(cells)).toMatchObject({ outcome: 'rejected', fault: { column: '' } });
  });

  test('is left out where a rule says so', () => {
    expect(read(hotlineRow(0, { 工单状态: '作废' }))).toEqual({ outcome: 'skipped' });
    const empty = { skip: [{ column: '地址', empty: true }] };
    expect(read(hotlineRow(0, { 地址: '' }), empty)).toEqual({ outcome: 'skipped' });
  });

  test('loses nothing: a long title and a number that cannot be kept stand in the narrative', () => {
    const title = `${'长'.repeat(TITLE_MAX - 2)}😀标题`;
    const long = read(hotlineRow(0, { 标题: title, 工单编号: '〔2026〕第3号' }));
    if (long.outcome !== 'report') throw new Error(JSON.stringify(long));
    expect(long.externalId).toBe('〔2026〕第3号');
    expect(long.report.title.length).toBeLessThanOrEqual(TITLE_MAX);
    expect(long.report.title.isWellFormed()).toBe(true);
    expect(long.report.narrative).toContain(title);
    expect(long.report.narrative).toContain('工单编号: 〔2026〕第3号');
    expect(long.report.origin?.externalNumber).toBe(asNumber('〔2026〕第3号'));
  });

  test('takes wide digits and brackets of a phone number as they are meant', () => {
    const wide = read(hotlineRow(0, { 联系电话: '(010) 8888.1234' }));
    expect(wide).toMatchObject({ report: { parties: [{ phone: '010  8888 1234' }] } });
  });

  test('takes a code from a table by the exact word only, never from what every object has', () => {
    const table = { kind: { column: '诉求类型', values: { 投诉: 'dispute' } } };
    expect(read(hotlineRow(0, { 诉求类型: 'constructor' }), table)).toMatchObject({ outcome: 'rejected' });
  });

  test('reads a region of its own constant', () => {
    expect(read(hotlineRow(0), { region: { constant: GRID } })).toMatchObject({ report: { region: GRID } });
  });
});

describe('a local time', () => {
  const newYork = timeReader('MM/dd/yyyy hh:mm:ss a', 'America/New_York');

  test.each([
    ['04/18/2019 09:55:45 PM', '2019-04-19T01:55:45Z'],
    ['01/04/2013 12:17:00 AM', '2013-01-04T05:17:00Z'],
    ['01/04/2013 12:17:00 PM', '2013-01-04T17:17:00Z'],
    // Shown twice when the clocks go back: the first.
    ['11/02/2025 01:30:00 AM', '2025-11-02T05:30:00Z'],
  ])('%s in New York is %s', (text, instant) => {
    expect(newYork(text)).toEqual({ at: Date.parse(instant) });
  });

  test('that the clocks left out is refused', () => {
    expect(newYork('03/09/2025 02:30:00 AM')).toHaveProperty('fault');
    expect(newYork('03/09/2025 03:30:00 AM')).toEqual({ at: Date.parse('2025-03-09T07:30:00Z') });
  });

  test('is read to its end and from its beginning', () => {
    for (const text of ['04/18/2019 09:55:45 PM ', '4/18/2019 09:55:45 PM', '04/18/2019 13:55:45 PM'])
      expect(newYork(text)).toHaveProperty('fault');
  });

  test('of a Chinese form is read in its zone', () => {
    const shanghai = timeReader('yyyy年M月d日 ah:mm', 'Asia/Shanghai');
    expect(shanghai('2026年3月5日 下午3:07')).toEqual({ at: Date.parse('2026-03-05T15:07:00+08:00') });
    expect(shanghai('2026年3月5日 上午12:07')).toEqual({ at: Date.parse('2026-03-05T00:07:00+08:00') });
  });

  test('takes signs of the format for what they are', () => {
    const dotted = timeReader('d.M.yyyy', 'Europe/Berlin');
    expect(dotted('1.2.2026')).toEqual({ at: Date.parse('2026-02-01T00:00:00+01:00') });
    expect(dotted('1x2x2026')).toHaveProperty('fault');
  });
});
