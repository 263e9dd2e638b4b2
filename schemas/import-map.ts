import { Ajv } from 'ajv';
import { Type, type Static, type TSchema } from 'typebox';
import { CHANNELS } from '../domain/policy.ts';
import { REPORT_KINDS } from './api/reports.ts';
import { CategoryCode, Id, OneOf, RegionCode, Strict } from './parts.ts';
import { FAULTS_MAX, shapeFaults, type DocumentFault } from './policy.ts';

export const ENCODINGS = ['auto', 'utf-8', 'gb18030'] as const;
export const DEFAULT_ZONE = 'Asia/Shanghai';
/** Columns a text is put together from; entries of a value table; rules for rows that are left out. */
export const COLUMNS_MAX = 20;
export const VALUES_MAX = 2_000;
export const SKIPS_MAX = 20;

const optional = Type.Optional;

const Column = () => Type.String({ minLength: 1, maxLength: 200 });
/** Codes by what stands in a cell. */
const Values = <T extends TSchema>(code: T) =>
  Type.Record(Type.String(), code, { maxProperties: VALUES_MAX });

/** A code: the same for all rows, what the cell says, or what a table makes of the cell. */
const Choice = <T extends TSchema>(code: T) =>
  Strict({
    constant: optional(code),
    column: optional(Column()),
    values: optional(Values(code)),
    /** For cells that are empty or not in the table; without it such a row is rejected. */
    default: optional(code),
  });

/** A text from one or more columns; empty cells are left out. `labelled` puts the column's name before each. */
const Composed = Strict({
  columns: Type.Array(Column(), { minItems: 1, maxItems: COLUMNS_MAX, uniqueItems: true }),
  separator: optional(Type.String({ maxLength: 20 })),
  labelled: optional(Type.Boolean()),
});

const Tick = Strict({
  column: Column(),
  yes: Type.Array(Type.String(), { minItems: 1, maxItems: 20 }),
});

/** How the columns of an export become reports: the document of `npm run import -- FILE --map MAP.json`. */
export const ImportMap = Strict({
  /** Name of the system the rows come from; together with the external id it says which report a row is. */
  system: Type.String({ minLength: 1, maxLength: 60, pattern: '^[A-Za-z0-9._-]+$' }),
  channel: optional(OneOf(CHANNELS.filter((channel) => channel !== 'bus'))),
  encoding: optional(OneOf(ENCODINGS)),
  delimiter: optional(OneOf([',', ';', '\t', '|'])),
  /** Name of the sheet of an XLSX file; the first without it. */
  sheet: optional(Type.String({ minLength: 1, maxLength: 31 })),
  /** IANA name; of the times in the file. */
  timeZone: optional(Type.String({ minLength: 1, maxLength: 60 })),
  externalId: Strict({ column: Column() }),
  kind: Choice(OneOf(REPORT_KINDS)),
  category: Choice(CategoryCode()),
  region: Choice(RegionCode()),
  title: Composed,
  narrative: Composed,
  occurredAt: optional(
    Strict({
      column: Column(),
      /** yyyy MM dd HH (or hh and a) mm ss; one letter (M, d, H, h) also takes a single digit. */
      format: Type.String({ minLength: 4, maxLength: 40 }),
    }),
  ),
  /** Whoever reported, as the applicant of a dispute. */
  reporter: optional(
    Strict({
      name: optional(Strict({ column: Column() })),
      /** The name where the cell is empty or there is no such column. */
      unnamed: optional(Type.String({ minLength: 1, maxLength: 80 })),
      phone: optional(Strict({ column: Column() })),
    }),
  ),
  danger: optional(
    Strict({
      violence: optional(Tick),
      weapon: optional(Tick),
      minorOrDomesticViolence: optional(Tick),
    }),
  ),
  damageHappeningNow: optional(Tick),
  /** Rows that are left out on purpose: every rule that fits one leaves it out. */
  skip: optional(
    Type.Array(
      Strict({
        column: Column(),
        equals: optional(Type.Array(Type.String(), { minItems: 1, maxItems: 200 })),
        empty: optional(Type.Boolean()),
      }),
      { maxItems: SKIPS_MAX },
    ),
  ),
});
export type ImportMap = Static<typeof ImportMap>;
export type Choice = ImportMap['kind'] | ImportMap['category'] | ImportMap['region'];
export type Composed = ImportMap['title'];

/** A number that other systems gave, as the origin of a dispute may hold it. */
export const ExternalNumber = Id();

const shape = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile<ImportMap>(ImportMap);

/** Checks a map by its schema, then for what a schema cannot see; at most FAULTS_MAX faults are named. */
export function checkMap(
  value: unknown,
): { ok: true; map: ImportMap } | { ok: false; faults: DocumentFault[] } {
  if (!shape(value)) return { ok: false, faults: shapeFaults(shape.errors) };
  const faults = contradictions(value);
  return faults.length === 0 ? { ok: true, map: value } : { ok: false, faults: faults.slice(0, FAULTS_MAX) };
}

function contradictions(map: ImportMap): DocumentFault[] {
  const faults: DocumentFault[] = [];
  const fault = (field: string, message: string): void => void faults.push({ field, message });
  for (const field of ['kind', 'category', 'region'] as const) {
    const { constant, column, values, default: other } = map[field];
    if (constant === undefined && column === undefined) fault(field, 'needs a column or a constant');
    if (constant !== undefined && (column ?? values ?? other) !== undefined)
      fault(field, 'a constant stands alone');
  }
  if (!isZone(map.timeZone ?? DEFAULT_ZONE)) fault('timeZone', 'is no time zone, such as Asia/Shanghai');
  const format = map.occurredAt?.format;
  if (format !== undefined && !isTimeFormat(format))
    fault('occurredAt.format', 'needs yyyy, M or MM, d or dd, each once; H or HH, or h or hh with a');
  const { reporter } = map;
  if (reporter !== undefined && reporter.name === undefined && reporter.unnamed === undefined)
    fault('reporter', 'needs a column for the name, or what to call whoever has none');
  map.skip?.forEach((rule, i) => {
    if (rule.equals === undefined && rule.empty !== true) fault(`skip.${i}`, 'needs equals or empty');
  });
  return faults;
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The parts of a time format: runs of the letters that stand for something, and whatever stands between. */
export const timeParts = (format: string): string[] =>
  format.match(/y+|M+|d+|H+|h+|m+|s+|a|[^yMdHhmsa]+/g) ?? [];

const KNOWN_PARTS = /^(yyyy|MM?|dd?|HH?|hh?|mm?|ss?|a|[^yMdHhmsa]+)$/;

function isTimeFormat(format: string): boolean {
  const parts = timeParts(format);
  const times = (letter: string): number => parts.filter((part) => part.startsWith(letter)).length;
  return (
    parts.every((part) => KNOWN_PARTS.test(part)) &&
    ['y', 'M', 'd'].every((letter) => times(letter) === 1) &&
    ['H', 'h', 'm', 's', 'a'].every((letter) => times(letter) <= 1) &&
    times('h') === times('a') &&
    times('H') + times('h') <= 1
  );
}

/** Every column a map names, with the field that needs it. */
export function columnsOf(map: ImportMap): { field: string; column: string }[] {
  const found: { field: string; column: string }[] = [{ field: 'externalId', column: map.externalId.column }];
  const add = (field: string, column: string | undefined): void => {
    if (column !== undefined) found.push({ field, column });
  };
  for (const field of ['kind', 'category', 'region'] as const) add(field, map[field].column);
  for (const field of ['title', 'narrative'] as const)
    for (const column of map[field].columns) add(field, column);
  add('occurredAt', map.occurredAt?.column);
  add('reporter.name', map.reporter?.name?.column);
  add('reporter.phone', map.reporter?.phone?.column);
  add('danger.violence', map.danger?.violence?.column);
  add('danger.weapon', map.danger?.weapon?.column);
  add('danger.minorOrDomesticViolence', map.danger?.minorOrDomesticViolence?.column);
  add('damageHappeningNow', map.damageHappeningNow?.column);
  map.skip?.forEach(({ column }, i) => add(`skip.${i}`, column));
  return found;
}

/** Every region a map can lead to without looking at a row. */
export const regionsOf = ({ region }: ImportMap): string[] =>
  [region.constant, region.default, ...Object.values(region.values ?? {})].filter(
    (code) => code !== undefined,
  );
