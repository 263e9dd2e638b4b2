import { CATEGORIES, type Category } from '../../../domain/categories.ts';
import { levelOf } from '../../../domain/regions.ts';
import type { Gazetteer } from '../../../ports/open311.ts';
import type { ReportKind } from '../../../schemas/api/reports.ts';

/** Regions offered as a choice; a grid's code is taken too, but no list has room for all of them. */
export const REGION_CHOICES_MAX = 5_000;

export interface Service {
  code: string;
  name: string;
  description: string;
  keywords: string;
  group: string;
  kind: ReportKind;
  category: Category;
}

const disputes = (Object.keys(CATEGORIES) as Category[]).map((category): Service => {
  const { zh, en } = CATEGORIES[category];
  return {
    ...{ code: category, name: `${zh}纠纷`, keywords: `${zh}, ${en}, dispute`, group: '矛盾纠纷' },
    description: `A dispute that somebody has to settle: ${en}.`,
    ...{ kind: 'dispute', category },
  };
});

const other = (kind: ReportKind, name: string, description: string): Service => ({
  ...{ code: kind, name, description, keywords: `${name}, ${kind}`, group: '民生诉求' },
  ...{ kind, category: 'D99' },
});

/** Every service: the categories of disputes, and what is no dispute but must be answered. */
export const SERVICES: readonly Service[] = [
  ...disputes,
  other('need', '求助', 'Somebody needs help; the answer is due within the limit of a task.'),
  other('hazard', '隐患', 'Something may do harm: a broken step, a blocked exit.'),
  other('opinion', '意见建议', 'A suggestion or an opinion that must be answered.'),
];

export const serviceOf = (code: string): Service | undefined =>
  SERVICES.find((service) => service.code === code);

/** Ticks that make a dispute red at once, by the key of the attribute `danger`. */
export const DANGERS = {
  violence: { name: '有暴力或威胁 (violence or threat)', tick: 'violence' },
  weapon: { name: '有凶器或自伤 (weapon or self-harm)', tick: 'weapon' },
  minor: { name: '涉未成年人或家庭暴力 (minor or domestic violence)', tick: 'minorOrDomesticViolence' },
} as const;

export const isDanger = (key: string): key is keyof typeof DANGERS => Object.hasOwn(DANGERS, key);

/** What a service asks for beside the description. Positions are neither asked for nor kept, so the region is. */
export function attributesOf(service: Service, { names }: Gazetteer): object[] {
  const regions = [...names]
    .filter(([code]) => ['street', 'community'].includes(levelOf(code)))
    .slice(0, REGION_CHOICES_MAX)
    .map(([key, name]) => ({ key, name }));
  const region = {
    ...{ variable: true, code: 'region', datatype: 'singlevaluelist', required: true },
    ...{ datatype_description: 'code of a region', order: 1, values: regions },
    description:
      '事发地 (where it happened). lat and long are not used and not kept; address_id with the code of a region or the id of a place does as well.',
  };
  const danger = {
    ...{ variable: true, code: 'danger', datatype: 'multivaluelist', required: false },
    ...{ datatype_description: null, order: 2, description: '危险情形 (what makes it urgent)' },
    values: Object.entries(DANGERS).map(([key, { name }]) => ({ key, name })),
  };
  return service.kind === 'dispute' ? [region, danger] : [region];
}
