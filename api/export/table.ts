import { CATEGORIES, isCategory } from '../../domain/categories.ts';
import type { Stage } from '../../domain/dispute/state.ts';
import type { Grade } from '../../domain/grading.ts';
import type { Level } from '../../domain/regions.ts';
import type { Language } from '../../schemas/api/reports.ts';
import type { ShownLine } from '../views/dispute-line.ts';

type Said = Record<Language, string>;

const STAGE: Record<Stage, Said> = {
  discovery: { zh: '发现', en: 'discovery' },
  prevention: { zh: '防范', en: 'prevention' },
  handling: { zh: '处置', en: 'handling' },
  escalation: { zh: '升级', en: 'escalation' },
  closed: { zh: '办结', en: 'closed' },
};
const LEVEL: Record<Level, Said> = {
  grid: { zh: '网格', en: 'grid' },
  community: { zh: '社区', en: 'community' },
  street: { zh: '街道', en: 'street' },
  district: { zh: '区', en: 'district' },
  city: { zh: '市', en: 'city' },
};
const GRADE: Record<Grade, Said> = {
  red: { zh: '红', en: 'red' },
  orange: { zh: '橙', en: 'orange' },
  yellow: { zh: '黄', en: 'yellow' },
  blue: { zh: '蓝', en: 'blue' },
};
const CLOCK: Record<string, Said> = {
  broken: { zh: '已超期', en: 'overdue' },
  soon: { zh: '即将到期', en: 'due soon' },
  fine: { zh: '正常', en: 'in time' },
  none: { zh: '无时限', en: 'no clock' },
};

/** Names that a line has only as codes. */
export interface Names {
  people: ReadonlyMap<string, string>;
  regions: ReadonlyMap<string, string>;
}

interface Column {
  heading: Said;
  /** Characters that it is wide. */
  width: number;
  cell: (line: ShownLine, names: Names, language: Language) => string;
}

const said = (codes: Record<string, Said>, code: string | null, language: Language): string =>
  code === null ? '' : (codes[code]?.[language] ?? code);

export const COLUMNS: Column[] = [
  { heading: { zh: '编号', en: 'number' }, width: 26, cell: ({ number }) => number },
  { heading: { zh: '标题', en: 'title' }, width: 40, cell: ({ title }) => title ?? '' },
  {
    ...{ heading: { zh: '区域', en: 'region' }, width: 24 },
    cell: ({ region }, { regions }) => regions.get(region) ?? region,
  },
  {
    ...{ heading: { zh: '类别', en: 'category' }, width: 14 },
    cell: ({ category }, _, language) => (isCategory(category) ? CATEGORIES[category][language] : category),
  },
  {
    ...{ heading: { zh: '阶段', en: 'stage' }, width: 10 },
    cell: ({ stage }, _, language) => said(STAGE, stage, language),
  },
  {
    ...{ heading: { zh: '层级', en: 'level' }, width: 10 },
    cell: ({ level }, _, language) => said(LEVEL, level, language),
  },
  {
    ...{ heading: { zh: '等级', en: 'grade' }, width: 8 },
    cell: ({ grade }, _, language) => said(GRADE, grade, language),
  },
  {
    ...{ heading: { zh: '责任人', en: 'owner' }, width: 14 },
    cell: ({ ownerId }, { people }) => (ownerId === null ? '' : (people.get(ownerId) ?? ownerId)),
  },
  {
    ...{ heading: { zh: '时限', en: 'clock' }, width: 10 },
    cell: ({ clockState }, _, language) => said(CLOCK, clockState, language),
  },
  { heading: { zh: '到期时间', en: 'due' }, width: 17, cell: ({ dueAt }) => shownTime(dueAt) },
  { heading: { zh: '登记时间', en: 'opened' }, width: 17, cell: ({ openedAt }) => shownTime(openedAt) },
  { heading: { zh: '更新时间', en: 'updated' }, width: 17, cell: ({ updatedAt }) => shownTime(updatedAt) },
];

export const SHEET: Said = { zh: '矛盾纠纷', en: 'disputes' };

/** The last row of an export that has not everything. */
export const cutNotice = (language: Language, rows: number): string =>
  ({
    zh: `只导出了前 ${rows} 条，请缩小筛选范围`,
    en: `Only the first ${rows} rows: narrow the filter down`,
  })[language];

export const headings = (language: Language): string[] => COLUMNS.map(({ heading }) => heading[language]);

export const cellsOf = (line: ShownLine, names: Names, language: Language): string[] =>
  COLUMNS.map(({ cell }) => cell(line, names, language));

const ZONE_MS = 8 * 3_600_000;

/** Year to minute, Asia/Shanghai (UTC+8, no summer time): as it is read and sorted in a sheet. */
const shownTime = (at: number | null): string =>
  at === null ? '' : new Date(at + ZONE_MS).toISOString().slice(0, 16).replace('T', ' ');
