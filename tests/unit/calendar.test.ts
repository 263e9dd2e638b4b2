import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { tableFor } from '../../bin/make-calendar.ts';
import { isWorkingDay, validateCalendar, workingDays } from '../../domain/calendar.ts';
import type { Calendar, CalendarYear } from '../../domain/calendar.ts';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';

const DAY = 86_400_000;

const daysOf = (year: number): string[] => {
  const days: string[] = [];
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += DAY)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
};
const weekday = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();
const year = (value: number, change: Partial<CalendarYear> = {}): CalendarYear => ({
  year: value,
  holidays: [`${value}-10-01`],
  makeUpDays: [],
  ...change,
});
const problemsOf = (...years: unknown[]): string[] =>
  validateCalendar({ version: 'v', years }).map(({ field, message }) => `${field}: ${message}`);

describe('the tables that ship', () => {
  test('2026: the make-up days of the notice, and 248 working days', () => {
    expect(DEFAULT_CALENDAR.years.find((entry) => entry.year === 2026)?.makeUpDays).toEqual(
      ['01-04', '02-14', '02-28', '05-09', '09-20', '10-10'].map((day) => `2026-${day}`),
    );
    expect(daysOf(2026).filter((date) => isWorkingDay(DEFAULT_CALENDAR, date).working)).toHaveLength(248);
  });

  test('2025: the make-up days of the notice, and 248 working days', () => {
    expect(DEFAULT_CALENDAR.years.find((entry) => entry.year === 2025)?.makeUpDays).toEqual(
      ['01-26', '02-08', '04-27', '09-28', '10-11'].map((day) => `2025-${day}`),
    );
    expect(daysOf(2025).filter((date) => isWorkingDay(DEFAULT_CALENDAR, date).working)).toHaveLength(248);
  });

  test('are valid, and what the generator would write today', () => {
    expect(validateCalendar(DEFAULT_CALENDAR)).toEqual([]);
    for (const { year: number, holidays, makeUpDays } of DEFAULT_CALENDAR.years)
      expect(tableFor(number)).toMatchObject({ holidays, makeUpDays });
  });

  test('the generator refuses a year that has no notice', () => {
    expect(() => tableFor(2027)).toThrow('no data for 2027');
    expect(() => tableFor(Number.NaN)).toThrow('no data');
  });
});

describe('isWorkingDay', () => {
  test.each([
    ['2026-10-10', true, true, 'a make-up Saturday'],
    ['2026-10-05', false, true, 'a holiday Monday'],
    ['2026-10-03', false, true, 'a holiday Saturday'],
    ['2026-10-17', false, true, 'a plain Saturday'],
    ['2026-10-14', true, true, 'a plain Wednesday'],
    ['2027-10-01', true, false, 'National Day of a year without a table, a Friday'],
    ['2024-10-05', false, false, 'a Saturday before the first table'],
  ])('%s: worked %s, known %s (%s)', (date, working, known) => {
    expect(isWorkingDay(DEFAULT_CALENDAR, date)).toEqual({ working, known });
  });

  test.each(['2026-02-29', '2026-13-01', '2026-1-1', '20260101', '2026-01-01T00:00:00Z', ''])(
    'given %j, which is no date, it throws',
    (date) => {
      expect(() => isWorkingDay(DEFAULT_CALENDAR, date)).toThrow(RangeError);
    },
  );

  test('given a calendar without years, weekdays are assumed', () => {
    expect(isWorkingDay({ version: 'none', years: [] }, '2026-10-01')).toEqual({
      working: true,
      known: false,
    });
  });

  test('given a calendar edited in place, the answer is the edited one', () => {
    const calendar: Calendar = { version: 'v', years: [year(2026)] };
    expect(isWorkingDay(calendar, '2026-03-03').working).toBe(true);
    calendar.years[0]!.holidays.push('2026-03-03');
    expect(isWorkingDay(calendar, '2026-03-03').working).toBe(false);
    calendar.years.push(year(2027));
    expect(isWorkingDay(calendar, '2027-10-01')).toEqual({ working: false, known: true });
  });

  test('given a date outside its year, it throws instead of dropping it', () => {
    const calendar: Calendar = { version: 'v', years: [year(2026, { holidays: ['2027-01-01'] })] };
    expect(() => isWorkingDay(calendar, '2026-01-01')).toThrow('2027-01-01 is not in 2026');
  });

  test('given years with a gap, only the gap is unknown', () => {
    const calendar: Calendar = { version: 'v', years: [year(2028), year(2026)] };
    expect(isWorkingDay(calendar, '2027-10-01')).toEqual({ working: true, known: false });
    expect(isWorkingDay(calendar, '2026-10-01')).toEqual({ working: false, known: true });
    const day = (date: string): number => Date.parse(date) / DAY;
    expect(workingDays(calendar).knows(day('2026-12-31'), day('2028-01-01'))).toBe(false);
  });
});

describe('workingDays', () => {
  test('counts and finds the same days, one by one, across tables and beyond them', () => {
    const count = workingDays(DEFAULT_CALENDAR);
    for (const number of [1969, 1970, 2024, 2025, 2026, 2027, 2028])
      for (const date of daysOf(number)) {
        const day = Date.parse(date) / DAY;
        const { working } = isWorkingDay(DEFAULT_CALENDAR, date);
        const table = DEFAULT_CALENDAR.years.find((entry) => entry.year === number);
        const naive =
          table?.makeUpDays.includes(date) === true ||
          (table?.holidays.includes(date) !== true && weekday(date) % 6 !== 0);
        expect(working, date).toBe(naive);
        expect(count.before(day + 1) - count.before(day), date).toBe(working ? 1 : 0);
        if (working) expect(count.at(count.before(day)), date).toBe(day);
      }
  });

  test('stays exact for any day that can be written', () => {
    const count = workingDays(DEFAULT_CALENDAR);
    fc.assert(
      fc.property(fc.integer({ min: -300_000, max: 2_900_000 }), (n) => {
        const day = count.at(n);
        expect(count.before(day)).toBe(n);
        expect(count.before(day + 1)).toBe(n + 1);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('validateCalendar', () => {
  test.each([
    ['a year twice', [year(2026), year(2026)], 'years.1.year: 2026 is there twice'],
    ['a gap', [year(2028), year(2025), year(2026)], 'years: no year between 2026 and 2028 may be missing'],
    ['not a date', [year(2026, { holidays: ['2026-10-01', '2026-02-30'] })], 'years.0.holidays.1: must be a'],
    [
      'another year',
      [year(2026, { holidays: ['2026-10-01', '2027-01-01'] })],
      'years.0.holidays.1: is not in',
    ],
    [
      'a date twice',
      [year(2026, { holidays: ['2026-10-01', '2026-10-01'] })],
      'years.0.holidays.1: is listed',
    ],
    ['make-up on Friday', [year(2026, { makeUpDays: ['2026-10-09'] })], 'years.0.makeUpDays.0: is not on a'],
    [
      'both',
      [year(2026, { holidays: ['2026-10-01', '2026-10-10'], makeUpDays: ['2026-10-10'] })],
      'years.0.makeUpDays.0: is a holiday too',
    ],
    ['bare weekends', [year(2027, { holidays: ['2027-10-02'] })], 'years.0.holidays: must name at least one'],
    ['a year as text', [{ ...year(2026), year: '2026' }], 'years.0.year: must be a whole number'],
    ['a year out of range', [year(1900)], 'years.0.year: must be a whole number from 1949'],
    ['no lists', [{ year: 2026 }], 'years.0.holidays: must be a list of dates'],
    ['a number as date', [{ ...year(2026), makeUpDays: [20261010] }], 'years.0.makeUpDays.0: must be a date'],
    ['not a year', [null], 'years.0: must be an object'],
    ['no years', [], 'years: must hold at least one year'],
    [
      'every weekday off',
      [year(2026, { holidays: daysOf(2026).filter((date) => ![0, 6].includes(weekday(date))) })],
      'years.0: leaves 0 working days',
    ],
    [
      'every weekend worked',
      [year(2026, { makeUpDays: daysOf(2026).filter((date) => [0, 6].includes(weekday(date))) })],
      'years.0: leaves 364 working days',
    ],
  ])('given %s, then it is refused', (_name, years, message) => {
    const found = problemsOf(...years);
    expect(found.filter((problem) => problem.startsWith(message))).toHaveLength(1);
  });

  test('given nothing like a calendar, then it answers instead of throwing', () => {
    for (const value of [null, undefined, 1, 'x', [], () => 1])
      expect(validateCalendar(value)).toHaveLength(1);
    expect(validateCalendar({})).toHaveLength(2);
    fc.assert(fc.property(fc.anything(), (value) => Array.isArray(validateCalendar(value))));
    fc.assert(
      fc.property(fc.array(fc.anything()), (years) =>
        Array.isArray(validateCalendar({ version: 'v', years })),
      ),
    );
  });

  test('given years in any order, then it is accepted', () => {
    expect(problemsOf(year(2027), year(2025), year(2026, { makeUpDays: ['2026-10-10'] }))).toEqual([]);
  });
});
