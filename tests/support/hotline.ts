import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GRID, GRID_2, GRID_3 } from '../../infra/seed/demo-street.ts';
import { ROOT } from './imports.ts';

export const HOTLINE_MAP = join(ROOT, 'examples/hotline-12345.map.json');
export const NYC_MAP = join(ROOT, 'examples/nyc-311.map.json');

export const readJson = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

export const HOTLINE_HEADER = [
  ...['工单编号', '来电时间', '诉求类型', '问题分类', '标题', '诉求内容', '地址', '网格编码'],
  ...['来电人', '联系电话', '是否有肢体冲突', '工单状态'],
];

const SUBJECTS: [type: string, category: string, title: string, told: string][] = [
  ['投诉', '邻里噪音', '楼上深夜拖动桌椅', '楼上住户每晚十一点后拖动桌椅,影响休息。'],
  ['纠纷', '房屋漏水', '卫生间漏水到楼下', '楼上卫生间漏水,\n协商两次没有结果。'],
  ['投诉', '物业服务', '电梯停运三天', '物业一直说在等配件,"下周"说了两次。'],
  ['求助', '其他', '独居老人需要送餐', '老人腿脚不便,想了解送餐服务。'],
  ['隐患', '其他', '楼道堆放杂物', '消防通道堆满纸箱。'],
  ['建议', '其他', '建议增设路灯', '小区东门晚上很暗。'],
];

/** Rows as a Chinese hotline exports them, made up; nobody in them exists. Row `n` is the same whenever it is asked for. */
export const hotlineRow = (n: number, change: Record<string, string> = {}): string[] => {
  const [type, category, title, told] = SUBJECTS[n % SUBJECTS.length]!;
  const row: Record<string, string> = {
    工单编号: `GD2026-${String(n).padStart(6, '0')}`,
    来电时间: `2026/${1 + (n % 9)}/${1 + (n % 28)} ${n % 24}:${String(n % 60).padStart(2, '0')}`,
    ...{ 诉求类型: type, 问题分类: category, 标题: title, 诉求内容: told, 地址: `桂花苑${1 + (n % 9)}号楼` },
    网格编码: [GRID, GRID_2, GRID_3][n % 3]!,
    ...{ 来电人: n % 2 === 0 ? '' : '测试来电人', 联系电话: `1390000${String(n % 10_000).padStart(4, '0')}` },
    ...{ 是否有肢体冲突: '否', 工单状态: '受理' },
    ...change,
  };
  return HOTLINE_HEADER.map((column) => row[column]!);
};

const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export const csvOf = (rows: string[][], header = HOTLINE_HEADER): string =>
  [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');

/** A file of its own folder, under the name of what it is. */
export function fileOf(name: string, content: string | Buffer): string {
  const path = join(mkdtempSync(join(tmpdir(), 'fengqiao-import-')), name);
  writeFileSync(path, content);
  return path;
}

/** GB18030 as Excel in China saves it. The platform reads it but does not write it, so each character is looked up. */
export function toGb18030(text: string): Buffer {
  const table = gbTable();
  return Buffer.concat(
    [...text].map((character) => {
      if (character < '\u0080') return Buffer.from(character);
      const bytes = table.get(character);
      if (bytes === undefined) throw new Error(`not in the two-byte part of GB18030: ${character}`);
      return bytes;
    }),
  );
}

let made: Map<string, Buffer> | undefined;

function gbTable(): Map<string, Buffer> {
  if (made !== undefined) return made;
  made = new Map();
  const decoder = new TextDecoder('gb18030');
  for (let high = 0x81; high <= 0xfe; high++) {
    for (let low = 0x40; low <= 0xfe; low++) {
      if (low === 0x7f) continue;
      const bytes = Buffer.from([high, low]);
      const text = decoder.decode(bytes);
      if ([...text].length === 1 && text !== '\ufffd') made.set(text, bytes);
    }
  }
  return made;
}
