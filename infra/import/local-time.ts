import { timeParts } from '../../schemas/import-map.ts';

/** An instant in milliseconds, or why there is none. */
export type ReadTime = { at: number } | { fault: string };

const GROUP: Record<string, string> = {
  yyyy: '(?<y>\\d{4})',
  MM: '(?<M>\\d{2})',
  M: '(?<M>\\d{1,2})',
  dd: '(?<d>\\d{2})',
  d: '(?<d>\\d{1,2})',
  HH: '(?<H>\\d{2})',
  H: '(?<H>\\d{1,2})',
  hh: '(?<h>\\d{2})',
  h: '(?<h>\\d{1,2})',
  mm: '(?<m>\\d{2})',
  m: '(?<m>\\d{1,2})',
  ss: '(?<s>\\d{2})',
  s: '(?<s>\\d{1,2})',
  a: '(?<a>[AaPp][Mm]|上午|下午)',
};

/**
 * Reads times of a format in a zone. A time that the zone's clocks showed twice is taken as the first; one that they
 * left out in spring is refused.
 */
export function timeReader(format: string, timeZone: string): (text: string) => ReadTime {
  const pattern = timeParts(format).map((part) => GROUP[part] ?? escaped(part));
  const regex = new RegExp(`^${pattern.join('')}$`);
  const toInstant = zoneReader(timeZone);
  return (text) => {
    const found = regex.exec(text)?.groups;
    if (found === undefined) return { fault: `is not a time like ${format}` };
    const part = (name: string, otherwise: number): number => Number(found[name] ?? otherwise);
    const half = /^(p|下)/i.test(found['a'] ?? '') ? 12 : 0;
    const twelve = found['h'] === undefined ? null : part('h', 12);
    if (twelve !== null && (twelve < 1 || twelve > 12)) return { fault: 'has no such hour' };
    const hour = twelve === null ? part('H', 0) : (twelve % 12) + half;
    const local = Date.UTC(part('y', 0), part('M', 1) - 1, part('d', 1), hour, part('m', 0), part('s', 0));
    const same = new Date(local);
    const real =
      same.getUTCMonth() === part('M', 1) - 1 &&
      same.getUTCDate() === part('d', 1) &&
      same.getUTCHours() === hour &&
      same.getUTCMinutes() === part('m', 0) &&
      same.getUTCSeconds() === part('s', 0);
    return real ? toInstant(local) : { fault: 'names a day or hour that does not exist' };
  };
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

const DAY_MS = 86_400_000;
/** No zone changes its clocks within a quarter of an hour. */
const QUARTER_MS = 900_000;
const KEPT_MAX = 50_000;

/** From what the clocks of a zone show, as if it were UTC, to the instant. */
function zoneReader(timeZone: string): (local: number) => ReadTime {
  const parts = new Intl.DateTimeFormat('en-u-ca-iso8601', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const kept = new Map<number, number>();
  const offsetAt = (instant: number): number => {
    const quarter = Math.floor(instant / QUARTER_MS);
    const known = kept.get(quarter);
    if (known !== undefined) return known;
    const shown: Record<string, number> = {};
    for (const { type, value } of parts.formatToParts(quarter * QUARTER_MS)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
    const offset = Date.UTC(year, month - 1, day, hour, minute, second) - quarter * QUARTER_MS;
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(quarter, offset);
    return offset;
  };
  return (local) => {
    const offsets = [offsetAt(local - DAY_MS), offsetAt(local + DAY_MS)];
    const instants = offsets.map((offset) => local - offset).filter((at) => at + offsetAt(at) === local);
    return instants.length === 0
      ? { fault: `is a time that the clocks of ${timeZone} left out` }
      : { at: Math.min(...instants) };
  };
}
