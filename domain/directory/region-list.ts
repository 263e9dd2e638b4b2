import { isRegionCode, LEVELS, levelOf, rank, regionAt, type RegionCode } from '../regions.ts';

/**
 * The list of regions as a table of two columns: the official code (GB/T 2260 for districts, GB/T 10114 for streets, the
 * national statistics for communities, our own for grids) and the name. Fields may be quoted as RFC 4180 has it.
 */
export const REGION_ROWS_MAX = 50_000;
export const REGION_NAME_MAX = 80;
/** One more is not looked for. */
export const REGION_FAULTS_MAX = 50;

const HEADERS = ['code,name', '代码,名称'];
const LENGTHS = '6, 9, 12 or 15 digits, 4 for a city';

export interface RegionRow {
  code: RegionCode;
  name: string;
  line: number;
}

/** `line` counts from 1, the header is line 1; `column` counts fields from 1. */
export interface RegionFault {
  line: number;
  column: 1 | 2;
  message: string;
  expected: string;
}

export interface RegionList {
  rows: RegionRow[];
  faults: RegionFault[];
}

/** Reads the table. What it says of the list as it stands is `regionListFaults`. */
export function readRegionList(text: string): RegionList {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const faults: RegionFault[] = [];
  const fault = (line: number, column: 1 | 2, message: string, expected: string): void =>
    void faults.push({ line, column, message, expected });
  if (!HEADERS.includes(lines[0]!.replaceAll('"', '').trim()))
    fault(1, 1, 'the first line is no header', HEADERS.join(' or '));
  const rows: RegionRow[] = [];
  const seen = new Map<RegionCode, number>();
  for (const [i, content] of lines.entries()) {
    const line = i + 1;
    if (line === 1 || content.trim() === '') continue;
    if (faults.length >= REGION_FAULTS_MAX) break;
    if (rows.length >= REGION_ROWS_MAX) {
      fault(line, 1, 'the list is too long', `at most ${REGION_ROWS_MAX} regions`);
      break;
    }
    const fields = fieldsOf(content);
    if (fields?.length !== 2) {
      fault(line, 2, 'not two fields', 'code,name');
      continue;
    }
    const [code, name] = fields as [string, string];
    const wrong = codeFault(code);
    if (wrong !== null) fault(line, 1, ...wrong);
    else if (seen.has(code)) fault(line, 1, `the code of line ${seen.get(code)}`, 'each code once');
    // A control character in a name is the wreck of another encoding.
    if (name === '' || name.length > REGION_NAME_MAX || /[\p{Cc}\uFFFD]/u.test(name))
      fault(line, 2, 'not a name', `1 to ${REGION_NAME_MAX} characters`);
    if (wrong === null) seen.set(code, line);
    rows.push({ code, name, line });
  }
  if (rows.length === 0 && faults.length === 0) fault(2, 1, 'the list is empty', 'a region a line');
  return { rows, faults: faults.slice(0, REGION_FAULTS_MAX) };
}

function codeFault(code: string): [message: string, expected: string] | null {
  if (!isRegionCode(code)) return ['not a code', LENGTHS];
  const shortened = code.replace(/(?:00)+$/, '');
  // The national tables fill codes up with zeros; here a code is a prefix of every code inside it.
  if (code.length === 6 && code.endsWith('00'))
    return ['a province or city filled up with zeros', `${shortened.padEnd(4, '0').slice(0, 4)} for a city`];
  const filled = /^(\d{6}|\d{9}|\d{12})(?:000)+$/.exec(code);
  return filled === null ? null : ['filled up with zeros', filled[1]!];
}

/** The fields of a line, without surrounding blanks; null where quotes do not match. */
function fieldsOf(line: string): string[] | null {
  const fields: string[] = [];
  const field = /\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/y;
  for (;;) {
    const found = field.exec(line);
    if (found === null) return null;
    fields.push((found[1]?.replaceAll('""', '"') ?? found[2] ?? '').trim());
    if (found[3] === '') return fields;
  }
}

/** The code of the region around it that must exist; null for a city, and for a district, whose city may be unlisted. */
export function parentOf(code: RegionCode): RegionCode | null {
  const level = levelOf(code);
  return rank(level) >= rank('district') ? null : regionAt(code, LEVELS[rank(level) + 1]!);
}

export interface RegionChange {
  added: RegionRow[];
  renamed: RegionRow[];
  unchanged: number;
  /** Codes in `within` that the list does not have. */
  missing: RegionCode[];
}

/** What the list would change of what there is. `within` says which codes it is the whole list of. */
export function compareRegions(
  rows: readonly RegionRow[],
  known: ReadonlyMap<RegionCode, string>,
  within: (code: RegionCode) => boolean,
): RegionChange {
  const listed = new Set(rows.map(({ code }) => code));
  const added = rows.filter(({ code }) => !known.has(code));
  const renamed = rows.filter(({ code, name }) => known.has(code) && known.get(code) !== name);
  return {
    ...{ added, renamed, unchanged: rows.length - added.length - renamed.length },
    missing: [...known.keys()].filter((code) => within(code) && !listed.has(code)),
  };
}

/**
 * What is wrong with a list in view of what there is: codes of somebody else's, and codes whose parent is neither
 * listed nor known (or is about to be removed).
 */
export function regionListFaults(
  rows: readonly RegionRow[],
  known: ReadonlyMap<RegionCode, string>,
  removed: readonly RegionCode[],
  within: (code: RegionCode) => boolean,
): RegionFault[] {
  const gone = new Set(removed);
  const listed = new Set(rows.map(({ code }) => code));
  const faults: RegionFault[] = [];
  for (const { code, line } of rows) {
    if (!within(code)) {
      faults.push({ line, column: 1, message: 'not a region you administer', expected: 'a region of yours' });
      continue;
    }
    const parent = parentOf(code);
    const stays = parent === null || listed.has(parent) || (known.has(parent) && !gone.has(parent));
    if (!stays) faults.push({ line, column: 1, message: 'lies in no known region', expected: parent });
    if (faults.length >= REGION_FAULTS_MAX) break;
  }
  return faults;
}
