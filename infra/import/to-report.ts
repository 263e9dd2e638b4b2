import { ReportBody, TITLE_MAX, type Report } from '../../schemas/api/reports.ts';
import { faultOf } from '../../schemas/events/validate.ts';
import {
  DEFAULT_ZONE,
  ExternalNumber,
  type Choice,
  type Composed,
  type ImportMap,
} from '../../schemas/import-map.ts';
import { ID_MAX } from '../../schemas/parts.ts';
import { timeReader, type ReadTime } from './local-time.ts';
import { XLSX_TIME_FORMAT } from './xlsx.ts';

/** What is wrong with a row: which column of the file, and why. */
export interface RowFault {
  column: string;
  reason: string;
}

export type Read =
  | { outcome: 'report'; externalId: string; report: Report }
  | { outcome: 'skipped' }
  | { outcome: 'rejected'; fault: RowFault };

/** Thrown inside one row, never out of it. */
class Rejected extends Error {
  readonly fault: RowFault;
  constructor(column: string, reason: string) {
    super(reason);
    this.fault = { column, reason };
  }
}

/** Makes the reader of rows for a map and a header. It is pure: a row gives the same report in every run. */
export function rowReader(
  map: ImportMap,
  { header, native }: { header: string[]; native: boolean },
): (cells: string[], now: number) => Read {
  const placeOf = new Map(header.map((column, i) => [column, i]));
  const zone = map.timeZone ?? DEFAULT_ZONE;
  const readTime = map.occurredAt === undefined ? null : timeReader(map.occurredAt.format, zone);
  const readNative = native ? timeReader(XLSX_TIME_FORMAT, zone) : null;

  const toReport = (cell: (column: string) => string, now: number): Read => {
    const left = map.skip?.some(
      ({ column, equals = [], empty = false }) =>
        equals.includes(cell(column)) || (empty && cell(column) === ''),
    );
    if (left === true) return { outcome: 'skipped' };
    const externalId = cell(map.externalId.column).normalize('NFC');
    if (externalId === '') throw new Rejected(map.externalId.column, 'no external id');
    if (externalId.length > ID_MAX)
      throw new Rejected(map.externalId.column, `longer than ${ID_MAX} characters`);
    const kind = chosen(map.kind, 'kind', cell);
    const occurredAt = timeOf(cell, now);
    const report = {
      kind,
      channel: map.channel ?? 'hotline',
      region: chosen(map.region, 'region', cell),
      category: chosen(map.category, 'category', cell),
      ...textsOf(map, externalId, cell),
      ...dangerOf(map, cell),
      ...(occurredAt !== null && { occurredAt }),
      // A need, hazard or opinion becomes a task, which has no parties.
      ...(kind === 'dispute' && applicantOf(map, cell)),
      origin: { system: map.system, externalNumber: asNumber(externalId) },
    };
    const fault = faultOf(ReportBody, report);
    if (fault !== null) throw new Rejected(columnOf(map, fault.field), `${fault.field} ${fault.message}`);
    return { outcome: 'report', externalId, report: report as Report };
  };

  const timeOf = (cell: (column: string) => string, now: number): number | null => {
    if (map.occurredAt === undefined || readTime === null) return null;
    const { column } = map.occurredAt;
    const text = cell(column);
    if (text === '') return null;
    let read: ReadTime = readTime(text);
    if ('fault' in read && readNative !== null) {
      const other = readNative(text);
      if ('at' in other) read = other;
    }
    if ('fault' in read) throw new Rejected(column, read.fault);
    if (read.at > now) throw new Rejected(column, 'lies in the future: is the time zone right?');
    return read.at;
  };

  return (cells, now) => {
    if (cells.length > header.length || (!native && cells.length < header.length)) {
      const reason = `${cells.length} cells under a header of ${header.length}`;
      return { outcome: 'rejected', fault: { column: '', reason } };
    }
    try {
      return toReport((column) => (cells[placeOf.get(column)!] ?? '').trim(), now);
    } catch (error) {
      if (error instanceof Rejected) return { outcome: 'rejected', fault: error.fault };
      throw error;
    }
  };
}

function chosen(choice: Choice, field: string, cell: (column: string) => string): string {
  const { constant, column = '', values, default: other } = choice;
  if (constant !== undefined) return constant;
  const text = cell(column);
  if (text === '') {
    if (other !== undefined) return other;
    throw new Rejected(column, `empty, and the map has no default for ${field}`);
  }
  if (values === undefined) return text;
  if (Object.hasOwn(values, text)) return values[text]!;
  if (other !== undefined) return other;
  throw new Rejected(column, `"${text.slice(0, 60)}" is not in the map's table for ${field}`);
}

const composed = (
  { columns, separator = ' ', labelled = false }: Composed,
  cell: (column: string) => string,
): string =>
  columns
    .map((column) => [column, cell(column)] as const)
    .filter(([, text]) => text !== '')
    .map(([column, text]) => (labelled ? `${column}: ${text}` : text))
    .join(separator);

/** Nothing that was told gets lost: what is cut off the title, or changed in the number, stands in the narrative. */
function textsOf(map: ImportMap, externalId: string, cell: (column: string) => string) {
  const title = composed(map.title, cell);
  if (title === '') throw new Rejected(map.title.columns[0]!, 'no title');
  const narrative = composed(map.narrative, cell) || title;
  const lines = [narrative];
  if (title.length > TITLE_MAX) lines.unshift(title);
  if (asNumber(externalId) !== externalId) lines.push(`${map.externalId.column}: ${externalId}`);
  return { title: cut(title), narrative: lines.join('\n') };
}

/** At most TITLE_MAX code units, never half a character. */
const cut = (title: string): string =>
  title.length <= TITLE_MAX ? title : `${title.slice(0, TITLE_MAX - 1).replace(/[\ud800-\udbff]$/, '')}…`;

function dangerOf(map: ImportMap, cell: (column: string) => string): object {
  const ticked = (tick: { column: string; yes: string[] } | undefined): boolean =>
    tick?.yes.includes(cell(tick.column)) === true;
  const names = ['violence', 'weapon', 'minorOrDomesticViolence'] as const;
  const ticks = names.filter((name) => ticked(map.danger?.[name])).map((name) => [name, true]);
  return {
    ...(ticks.length > 0 && { danger: Object.fromEntries(ticks) as object }),
    ...(ticked(map.damageHappeningNow) && { damageHappeningNow: true }),
  };
}

function applicantOf({ reporter }: ImportMap, cell: (column: string) => string): object {
  if (reporter === undefined) return {};
  const name = (reporter.name === undefined ? '' : cell(reporter.name.column)) || (reporter.unnamed ?? '');
  const phone = reporter.phone === undefined ? '' : phoneOf(cell(reporter.phone.column));
  if (name === '' && phone === '') return {};
  if (name === '')
    throw new Rejected(reporter.name!.column, 'a phone without a name, and no "unnamed" in the map');
  const party = { ref: 'a', side: 'A', kind: 'party', name, ...(phone !== '' && { phone }) };
  return { parties: [party] };
}

/** Digits that an input method made wide, and brackets and dots that people write, are no faults. */
const phoneOf = (text: string): string => text.normalize('NFKC').replaceAll(/[().]/g, ' ').trim();

/** A file number as an origin may hold it. */
export const asNumber = (externalId: string): string =>
  faultOf(ExternalNumber, externalId) === null ? externalId : externalId.replaceAll(/[^A-Za-z0-9:._-]/g, '-');

/** The column behind a field of the report that its schema refuses. */
export function columnOf(map: ImportMap, field: string): string {
  const [top = '', , inner] = field.split('.');
  switch (top) {
    case 'kind':
    case 'category':
    case 'region':
      return map[top].column ?? '';
    case 'title':
    case 'narrative':
      return map[top].columns.join(' + ');
    case 'occurredAt':
      return map.occurredAt?.column ?? '';
    case 'origin':
      return map.externalId.column;
    case 'parties':
      return (inner === 'phone' ? map.reporter?.phone?.column : map.reporter?.name?.column) ?? '';
    default:
      return '';
  }
}
