/**
 * Which days are worked. The State Council's yearly notice (国务院办公厅关于部分节假日安排的通知) names the holidays and the
 * weekend days worked instead; a year without a table falls back to Monday to Friday, and says so.
 */

export interface CalendarYear {
  year: number;
  /** 'YYYY-MM-DD' that are off although Monday to Friday; weekend days inside a holiday may be listed too. */
  holidays: string[];
  /** 'YYYY-MM-DD' weekend days that are worked (调休上班). */
  makeUpDays: string[];
}

export interface Calendar {
  version: string;
  years: CalendarYear[];
}

export interface Problem {
  field: string;
  message: string;
}

/** Days since 1970-01-01 in the zone of the calendar; no time of day, so no zone arithmetic either. */
export type DayNumber = number;

/** A count over all days of time that can be asked in both directions: the working days, for a working-time clock. */
export interface DayCount {
  /** Counted days before `day`, from an arbitrary fixed origin (negative before it). */
  before(day: DayNumber): number;
  /** The counted day that has exactly `n` counted days before it. */
  at(n: number): DayNumber;
  /** Whether every day from `from` to `to` (both included) is in a year with a table. */
  knows(from: DayNumber, to: DayNumber): boolean;
}

export const DAY_MS = 86_400_000;

// A table costs four bytes a day, so the years it may span are bounded.
export const FIRST_YEAR = 1949;
export const LAST_YEAR = 2199;

// No year has come near these (2025 and 2026: 248): outside them a table was cut off, or its two lists were swapped.
const FEWEST_WORKING_DAYS = 200;
const MOST_WORKING_DAYS = 270;

const newYear = (year: number): DayNumber => Date.UTC(year, 0, 1) / DAY_MS;

function parseDay(date: unknown): DayNumber | undefined {
  if (typeof date !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const ms = Date.parse(`${date}T00:00:00Z`);
  // V8 reads 02-30 as 03-02: only what comes back unchanged is a date.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date) return undefined;
  return ms / DAY_MS;
}

function dayNumber(date: string): DayNumber {
  const day = parseDay(date);
  if (day === undefined) throw new RangeError(`not a date: ${date}`);
  return day;
}

// 1970-01-01 was a Thursday: three days after its week's Monday.
const weekdayIndex = (day: DayNumber): number => (((day + 3) % 7) + 7) % 7;
const isWeekend = (day: DayNumber): boolean => weekdayIndex(day) > 4;
const weekdaysBefore = (day: DayNumber): number =>
  Math.floor((day + 3) / 7) * 5 + Math.min(weekdayIndex(day), 5);
const weekdayAt = (n: number): DayNumber => Math.floor(n / 5) * 7 + (((n % 5) + 5) % 5) - 3;

/**
 * One prefix sum over the years with tables and closed forms on both sides: constant memory however far away the
 * deadline is, where walking day by day would take a millisecond for 5,000 working days.
 */
function countWorkingDays(calendar: Calendar): DayCount {
  const years = calendar.years.map((entry) => entry.year).sort((a, b) => a - b);
  if (years.some((year) => !Number.isInteger(year) || year < FIRST_YEAR || year > LAST_YEAR))
    throw new RangeError(`calendar years must be whole numbers from ${FIRST_YEAR} to ${LAST_YEAR}`);
  const first = newYear(years[0] ?? 1970);
  const end = newYear((years.at(-1) ?? 1969) + 1);

  const worked = new Uint8Array(end - first);
  for (let day = first; day < end; day++) worked[day - first] = isWeekend(day) ? 0 : 1;
  const mark = (date: string, year: number, value: 0 | 1): void => {
    // Outside the array the write, and the holiday with it, would vanish without a word.
    if (!date.startsWith(`${year}-`)) throw new RangeError(`${date} is not in ${year}`);
    worked[dayNumber(date) - first] = value;
  };
  for (const { year, makeUpDays } of calendar.years) for (const date of makeUpDays) mark(date, year, 1);
  for (const { year, holidays } of calendar.years) for (const date of holidays) mark(date, year, 0);

  const prefix = new Int32Array(worked.length + 1);
  for (let i = 0; i < worked.length; i++) prefix[i + 1] = prefix[i]! + worked[i]!;

  const base = weekdaysBefore(first);
  const total = prefix[worked.length]!;
  const surplus = base + total - weekdaysBefore(end);
  const known = new Set(years);
  const runs = years
    .filter((year) => !known.has(year - 1))
    .map((from) => {
      let to = from;
      while (known.has(to + 1)) to++;
      return { from: newYear(from), to: newYear(to + 1) - 1 };
    });

  return {
    before(day) {
      if (day < first) return weekdaysBefore(day);
      return day < end ? base + prefix[day - first]! : weekdaysBefore(day) + surplus;
    },
    at(n) {
      if (n < base) return weekdayAt(n);
      if (n >= base + total) return weekdayAt(n - surplus);
      let low = 0;
      let high = worked.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (prefix[middle + 1]! > n - base) high = middle;
        else low = middle + 1;
      }
      return first + low;
    },
    knows: (from, to) => runs.some((run) => run.from <= from && to <= run.to),
  };
}

const sameList = (a: string[], b: string[]): boolean =>
  a.length === b.length && a.every((date, i) => date === b[i]);

const sameYears = (a: CalendarYear[], b: CalendarYear[]): boolean =>
  a.length === b.length &&
  a.every((left, i) => {
    const right = b[i]!;
    return (
      left.year === right.year &&
      sameList(left.holidays, right.holidays) &&
      sameList(left.makeUpDays, right.makeUpDays)
    );
  });

const counts = new WeakMap<Calendar, { years: CalendarYear[]; count: DayCount }>();

/**
 * The working days of a calendar as a two-way count. Cached per object; the contents are compared on each call (well
 * under a microsecond a year), so a calendar edited in place is never answered from what it used to be.
 */
export function workingDays(calendar: Calendar): DayCount {
  const cached = counts.get(calendar);
  if (cached !== undefined && sameYears(cached.years, calendar.years)) return cached.count;
  const count = countWorkingDays(calendar);
  const years = calendar.years.map(({ year, holidays, makeUpDays }) => ({
    year,
    holidays: [...holidays],
    makeUpDays: [...makeUpDays],
  }));
  counts.set(calendar, { years, count });
  return count;
}

/** Whether a 'YYYY-MM-DD' day is worked, and whether a table says so or only the weekday. Throws when it is no date. */
export function isWorkingDay(calendar: Calendar, date: string): { working: boolean; known: boolean } {
  const day = dayNumber(date);
  const count = workingDays(calendar);
  return { working: count.before(day + 1) > count.before(day), known: count.knows(day, day) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function validateDates(list: unknown, year: number, field: string, problems: Problem[]): Set<string> {
  const seen = new Set<string>();
  if (!Array.isArray(list)) {
    problems.push({ field, message: 'must be a list of dates' });
    return seen;
  }
  list.forEach((date: unknown, i) => {
    const say = (message: string): number => problems.push({ field: `${field}.${i}`, message });
    const day = parseDay(date);
    if (day === undefined) return void say('must be a date YYYY-MM-DD');
    if (day < newYear(year) || day >= newYear(year + 1)) say(`is not in ${year}`);
    if (seen.has(date as string)) say('is listed twice');
    seen.add(date as string);
  });
  return seen;
}

function validateYear(entry: unknown, field: string, problems: Problem[]): number | undefined {
  if (!isRecord(entry)) {
    problems.push({ field, message: 'must be an object with year, holidays and makeUpDays' });
    return undefined;
  }
  const { year } = entry;
  if (typeof year !== 'number' || !Number.isInteger(year) || year < FIRST_YEAR || year > LAST_YEAR) {
    const message = `must be a whole number from ${FIRST_YEAR} to ${LAST_YEAR}`;
    problems.push({ field: `${field}.year`, message });
    return undefined;
  }
  const holidays = validateDates(entry.holidays, year, `${field}.holidays`, problems);
  const makeUps = validateDates(entry.makeUpDays, year, `${field}.makeUpDays`, problems);
  // Calendar packages answer with bare weekends for a year they do not know: that is no table.
  if (Array.isArray(entry.holidays) && ![...holidays].some((date) => !isWeekend(dayNumber(date))))
    problems.push({ field: `${field}.holidays`, message: 'must name at least one holiday on a weekday' });
  [...makeUps].forEach((date) => {
    const at = { field: `${field}.makeUpDays.${(entry.makeUpDays as unknown[]).indexOf(date)}` };
    if (!isWeekend(dayNumber(date))) problems.push({ ...at, message: 'is not on a weekend' });
    if (holidays.has(date)) problems.push({ ...at, message: 'is a holiday too' });
  });
  const worked = workedDays(year, holidays, makeUps);
  if (worked < FEWEST_WORKING_DAYS || worked > MOST_WORKING_DAYS) {
    const range = `${FEWEST_WORKING_DAYS} to ${MOST_WORKING_DAYS}`;
    problems.push({ field, message: `leaves ${worked} working days, where a year has ${range}` });
  }
  return year;
}

function workedDays(year: number, holidays: Set<string>, makeUps: Set<string>): number {
  const weekdays = weekdaysBefore(newYear(year + 1)) - weekdaysBefore(newYear(year));
  const off = [...holidays].filter((date) => !isWeekend(dayNumber(date))).length;
  return weekdays - off + [...makeUps].filter((date) => isWeekend(dayNumber(date))).length;
}

/**
 * Everything that is wrong with an uploaded calendar, as paths like `years.0.holidays.3`; an empty list means it may be
 * used. Takes unchecked data: the check runs where a file enters the system.
 */
export function validateCalendar(calendar: unknown): Problem[] {
  if (!isRecord(calendar)) return [{ field: '', message: 'must be an object with version and years' }];
  const problems: Problem[] = [];
  if (typeof calendar.version !== 'string' || calendar.version.trim() === '')
    problems.push({ field: 'version', message: 'must be a text that is not empty' });
  if (!Array.isArray(calendar.years) || calendar.years.length === 0)
    return [...problems, { field: 'years', message: 'must hold at least one year' }];

  const seen = new Set<number>();
  calendar.years.forEach((entry: unknown, i) => {
    const year = validateYear(entry, `years.${i}`, problems);
    if (year === undefined) return;
    if (seen.has(year)) problems.push({ field: `years.${i}.year`, message: `${year} is there twice` });
    seen.add(year);
  });
  const sorted = [...seen].sort((a, b) => a - b);
  sorted.slice(1).forEach((year, i) => {
    const previous = sorted[i]!;
    if (year !== previous + 1)
      problems.push({ field: 'years', message: `no year between ${previous} and ${year} may be missing` });
  });
  return problems;
}
