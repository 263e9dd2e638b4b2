import { Type, type Static } from 'typebox';
import { CATEGORIES } from '../../domain/categories.ts';
import { STAGES } from '../../domain/dispute/state.ts';
import { GRADES } from '../../domain/grading.ts';
import { LEVELS } from '../../domain/regions.ts';
import {
  CategoryCode,
  Cursor,
  GradeCode,
  Id,
  Instant,
  LevelCode,
  NARRATIVE_MAX,
  NO_NUL,
  OneOf,
  RegionCode,
  Strict,
  Text,
} from '../parts.ts';
import { LANGUAGES, NAME_MAX, Phone, SuggestionView, TITLE_MAX } from './reports.ts';

export const PAGE_MAX = 100;
export const QUERY_MIN = 2;
export const QUERY_MAX = 100;
export const FILTER_NAME_MAX = 60;

const optional = Type.Optional;
const CLOCKS = ['broken', 'soon', 'fine', 'none'] as const;
const several = <T extends ReturnType<typeof OneOf>>(code: T, maxItems: number) =>
  Type.Array(code, { minItems: 1, maxItems, uniqueItems: true, description: 'any of these' });

/** Criteria that may have several values: in a URL as a list with commas, or repeated. */
export const LISTED = ['stage', 'level', 'grade', 'category', 'clock'] as const;

const criteria = {
  q: optional(
    Type.String({
      ...{ minLength: QUERY_MIN, maxLength: QUERY_MAX, pattern: NO_NUL },
      description: 'words of title, narrative and items, all of them',
    }),
  ),
  stage: optional(several(OneOf(STAGES), STAGES.length)),
  level: optional(several(LevelCode(), LEVELS.length)),
  grade: optional(several(GradeCode(), GRADES.length)),
  category: optional(several(CategoryCode(), Object.keys(CATEGORIES).length)),
  clock: optional(several(OneOf(CLOCKS), CLOCKS.length)),
  region: optional(RegionCode()),
  placeId: optional(Id()),
  ownerId: optional(Id()),
  number: optional(Id()),
  openedFrom: optional(Instant()),
  openedTo: optional({ ...Instant(), description: 'not included' }),
  updatedFrom: optional(Instant()),
};
const order = {
  sort: Type.Unsafe<'opened' | 'due'>({ type: 'string', enum: ['opened', 'due'], default: 'opened' }),
};
const page = {
  limit: Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: 20 }),
  cursor: optional(Cursor()),
};

/** Personal data, so never in a URL: phone and ID number are compared as keyed hashes, the name exactly. */
const party = optional(
  Type.Object(
    {
      phone: optional(Phone()),
      idNumber: optional(Type.String({ pattern: '^[0-9A-Za-z]{6,30}$' })),
      name: optional(Type.String({ minLength: 1, maxLength: NAME_MAX, pattern: NO_NUL })),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
);

export const ListQuery = Strict({ ...criteria, ...order, ...page });
export const SearchBody = Strict({ ...criteria, party, ...order, ...page });

const file = {
  format: OneOf(['csv', 'xlsx']),
  lang: Type.Unsafe<(typeof LANGUAGES)[number]>({ type: 'string', enum: [...LANGUAGES], default: 'zh' }),
};
export const ExportQuery = Strict({ ...criteria, ...order, ...file });
export const ExportBody = Strict({ ...criteria, party, ...order });
export const ExportBodyQuery = Strict(file);

/** What a person keeps: a list's criteria and order. A search for a party is not kept. */
export const KeptFilter = Strict({ ...criteria, sort: optional(OneOf(['opened', 'due'])) });
export type KeptFilter = Static<typeof KeptFilter>;

export const SavedFilterBody = Strict({
  name: Type.String({ minLength: 1, maxLength: FILTER_NAME_MAX, pattern: '^(?!\\s)[^\\u0000-\\u001f]*\\S$' }),
  filter: KeptFilter,
});
export const SavedFilterView = Type.Object({
  ...{ id: Type.String(), name: Type.String(), filter: KeptFilter, updatedAt: Type.Integer() },
});
export const SavedFilterPage = Type.Object({ items: Type.Array(SavedFilterView) });

/** A report that is being written. */
export const SimilarBody = Strict({
  title: Text(TITLE_MAX),
  narrative: optional(Text(NARRATIVE_MAX)),
  region: RegionCode(),
  placeId: optional(Id()),
  category: CategoryCode(),
});
export const Suggestions = Type.Object({ items: Type.Array(SuggestionView) });
