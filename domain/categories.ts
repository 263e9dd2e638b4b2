/** Categories of the Ministry of Justice's statistics; the codes never change, the labels live in the catalogue. */
export const CATEGORIES = {
  D01: { zh: '婚姻家庭', en: 'family' },
  D02: { zh: '邻里', en: 'neighbour' },
  D03: { zh: '房屋宅基地', en: 'housing and homestead' },
  D04: { zh: '合同', en: 'contract' },
  D05: { zh: '生产经营', en: 'business' },
  D06: { zh: '损害赔偿', en: 'damages' },
  D07: { zh: '山林土地', en: 'land and forest' },
  D08: { zh: '征地拆迁', en: 'expropriation' },
  D09: { zh: '环境污染', en: 'pollution' },
  D10: { zh: '劳动争议', en: 'labour' },
  D11: { zh: '消费', en: 'consumer' },
  D12: { zh: '医疗', en: 'medical' },
  D13: { zh: '道路交通', en: 'traffic' },
  D14: { zh: '物业', en: 'property management' },
  D15: { zh: '村务管理', en: 'village affairs' },
  D99: { zh: '其他', en: 'other' },
} as const;

export type Category = keyof typeof CATEGORIES;

export const isCategory = (code: string): code is Category => Object.hasOwn(CATEGORIES, code);

/** Simple 简易, general 一般, complex 疑难复杂. */
export const DIFFICULTIES = ['simple', 'general', 'complex'] as const;
export type Difficulty = (typeof DIFFICULTIES)[number];
