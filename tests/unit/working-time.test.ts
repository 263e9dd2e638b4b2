import { describe, expect, test } from 'vitest';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import {
  DEFAULT_HOURS as HOURS,
  describeDue,
  dueAt,
  measure,
  pointAt,
  validateHours,
} from '../../domain/working-time.ts';
import type { Limit, Unit, WorkingHours } from '../../domain/working-time.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const at = (local: string): number => Date.parse(`${local.replace(' ', 'T')}+08:00`);
const local = (instant: number): string =>
  new Date(instant + 8 * HOUR)
    .toISOString()
    .replace('T', ' ')
    .replace(/(:00)?\.000Z$|Z$/, '');
const limit = (amount: number, unit: Unit): Limit => ({ amount, unit });
const due = (start: string, amount: number, unit: Unit, held = 0): string =>
  local(dueAt(at(start), limit(amount, unit), held, HOURS, DEFAULT_CALENDAR).at);

describe('a deadline, by example', () => {
  test.each([
    // given a start, when the limit is, then the deadline is
    ['2026-11-24 11:00', 4, 'working-hour', '2026-11-24 16:30', 'the lunch break does not count'],
    ['2026-11-24 12:40', 1, 'working-hour', '2026-11-24 14:30', 'started inside lunch'],
    ['2026-11-24 10:00', 2, 'working-hour', '2026-11-24 12:00', 'the end of a window stays there'],
    ['2026-11-24 12:00', 1, 'working-hour', '2026-11-24 14:30', 'started at the end of a window'],
    ['2026-11-24 13:30', 4.5, 'working-hour', '2026-11-24 18:00', 'the end of the day stays there'],
    ['2026-11-24 09:00', 1, 'working-day', '2026-11-24 18:00', 'a whole day'],
    ['2026-11-24 10:15', 1, 'working-day', '2026-11-25 10:15', 'a day is 7.5 working hours'],
    ['2026-11-24 19:00', 1, 'working-day', '2026-11-25 18:00', 'after hours: the next day counts'],
    ['2026-11-27 17:00', 4, 'working-hour', '2026-11-30 12:00', 'over a weekend'],
    ['2026-09-30 17:00', 4, 'working-hour', '2026-10-08 12:00', 'over the National Day week'],
    ['2026-10-09 17:00', 4, 'working-hour', '2026-10-10 12:00', 'a make-up Saturday is worked'],
    ['2026-10-03 10:00', 4, 'working-hour', '2026-10-08 14:30', 'started on a holiday'],
    [
      '2026-02-13 18:00',
      2,
      'working-day',
      '2026-02-24 18:00',
      'Spring Festival: make-up Saturday, nine days off',
    ],
    ['2026-10-03 21:30', 1, 'service-hour', '2026-10-04 07:30', 'service hours run on holidays'],
    ['2026-10-03 03:00', 1, 'service-hour', '2026-10-03 08:00', 'service begins at seven'],
    ['2026-10-03 21:00', 1, 'service-hour', '2026-10-03 22:00', 'the end of service stays there'],
    ['2026-10-03 23:50', 30, 'clock-minute', '2026-10-04 00:20', 'clock minutes run through'],
    ['2026-10-03 23:50', 24, 'clock-hour', '2026-10-04 23:50', 'clock hours run through'],
    ['2026-12-31 08:00', 7, 'calendar-day', '2027-01-07 08:00', 'calendar days are 24 hours'],
    ['2026-01-15 10:00', 1, 'calendar-month', '2026-02-15 10:00', 'the same day of the month'],
    ['2026-01-31 10:00', 1, 'calendar-month', '2026-02-28 10:00', 'clamped to the end of the month'],
    ['2026-01-31 10:00', 2, 'calendar-month', '2026-03-31 10:00', 'anchored on the start, not on February'],
    ['2027-12-31 10:00', 2, 'calendar-month', '2028-02-29 10:00', 'a leap day'],
    ['2028-02-29 10:00', 12, 'calendar-month', '2029-02-28 10:00', 'from a leap day'],
    [
      '2026-05-01 00:30',
      1,
      'calendar-month',
      '2026-06-01 00:30',
      'the local day, though UTC is still in April',
    ],
  ] as const)('%s + %d %s = %s: %s', (start, amount, unit, expected, _why) => {
    expect(due(start, amount, unit)).toBe(expected);
  });

  test('given held time, when the unit is a working one, then it adds working time', () => {
    const held = measure(
      at('2026-11-24 11:00'),
      at('2026-11-25 10:00'),
      'working-hour',
      HOURS,
      DEFAULT_CALENDAR,
    );
    expect(held).toBe(6.5 * HOUR);
    expect(due('2026-11-24 09:00', 4, 'working-hour', held)).toBe('2026-11-25 12:00');
  });

  test('given held time on a month, then it is added on the clock after the months', () => {
    expect(due('2026-01-31 10:00', 1, 'calendar-month', 36 * HOUR)).toBe('2026-03-01 22:00');
  });

  test.each([
    ['2026-12-31 10:00', 6.5, false, 'ends with the last window of the table'],
    ['2026-12-31 10:00', 6.6, true, 'one step into the unknown year'],
    ['2026-12-31 18:30', 1, true, 'begins to run in the unknown year'],
    ['2024-12-31 17:59', 1, true, 'starts before the first table'],
    ['2025-01-01 00:00', 1, false, 'starts with the first table'],
  ])('given %s + %d working hours, then provisional is %s: %s', (start, amount, provisional, _why) => {
    const result = dueAt(at(start), limit(amount, 'working-hour'), 0, HOURS, DEFAULT_CALENDAR);
    expect(result.provisional).toBe(provisional);
  });

  test('given a unit that needs no calendar, then a far deadline is not provisional', () => {
    for (const unit of ['service-hour', 'clock-hour', 'calendar-day', 'calendar-month'] as const)
      expect(dueAt(at('2026-12-31 23:00'), limit(900, unit), 0, HOURS, DEFAULT_CALENDAR).provisional).toBe(
        false,
      );
  });

  test('given warnings at 50 % and 80 %, then they fall inside the windows too', () => {
    const point = (fraction: number): string =>
      local(
        pointAt(at('2026-11-24 16:00'), limit(5, 'working-hour'), 0, fraction, HOURS, DEFAULT_CALENDAR).at,
      );
    expect([point(0), point(0.5), point(0.8), point(1)]).toEqual(
      ['24 16:00', '25 09:30', '25 11:00', '25 12:00'].map((day) => `2026-11-${day}`),
    );
  });

  test('given nothing to use up, then the point is where the clock begins to run', () => {
    const zero = (start: string): string =>
      local(pointAt(at(start), limit(1, 'working-day'), 0, 0, HOURS, DEFAULT_CALENDAR).at);
    expect(zero('2026-11-24 12:30')).toBe('2026-11-24 13:30');
    expect(zero('2026-11-24 12:00')).toBe('2026-11-24 12:00');
    expect(zero('2026-10-01 10:00')).toBe('2026-10-08 09:00');
  });

  test('the explanation holds the figures of the computation', () => {
    const start = at('2026-09-30 09:00');
    expect(describeDue(start, limit(2, 'working-day'), HOUR, HOURS, DEFAULT_CALENDAR)).toEqual({
      at: at('2026-10-09 10:00'),
      provisional: false,
      unit: 'working-day',
      amount: 2,
      startedAt: start,
      budgetMs: 15 * HOUR,
      heldMs: HOUR,
      skippedDays: 7,
    });
    expect(describeDue(start, limit(9, 'calendar-day'), 0, HOURS, DEFAULT_CALENDAR).skippedDays).toBe(0);
  });

  test.each([
    [() => due('2026-11-24 09:00', 0, 'working-day')],
    [() => due('2026-11-24 09:00', -1, 'clock-hour')],
    [() => due('2026-11-24 09:00', Number.NaN, 'clock-hour')],
    [() => due('2026-11-24 09:00', Infinity, 'working-day')],
    [() => due('2026-11-24 09:00', 1e300, 'working-day')],
    [() => due('2026-11-24 09:00', 1e12, 'calendar-month')],
    [() => due('2026-11-24 09:00', 1.5, 'calendar-month')],
    [() => due('2026-11-24 09:00', 1, 'fortnight' as Unit)],
    [() => due('2026-11-24 09:00', 1, 'working-day', -1)],
    [() => due('not a date', 1, 'working-day')],
    [() => pointAt(0, limit(1, 'clock-hour'), 0, 1.1, HOURS, DEFAULT_CALENDAR)],
    [() => measure(0, Number.NaN, 'clock-hour', HOURS, DEFAULT_CALENDAR)],
    [() => dueAt(0, limit(1, 'working-day'), 0, { ...HOURS, windows: [] }, DEFAULT_CALENDAR)],
  ])('an impossible question throws: %s', (ask) => {
    expect(ask).toThrow(RangeError);
  });

  test('given working hours edited in place, then the new ones count', () => {
    const hours = structuredClone(HOURS);
    const end = (): string =>
      local(dueAt(at('2026-11-24 09:00'), limit(1, 'working-day'), 0, hours, DEFAULT_CALENDAR).at);
    expect(end()).toBe('2026-11-24 18:00');
    hours.windows[1]!.to = '17:00';
    expect(end()).toBe('2026-11-24 17:00');
    hours.windows.pop();
    expect(end()).toBe('2026-11-24 12:00');
    const served = (): number =>
      measure(at('2026-11-24 00:00'), at('2026-11-25 00:00'), 'service-hour', hours, DEFAULT_CALENDAR);
    expect(served()).toBe(15 * HOUR);
    hours.service.from = '08:00';
    expect(served()).toBe(14 * HOUR);
  });

  test('5,000 working days, and a typical call, are fast enough for 500 acts a second', () => {
    const time = (amount: number): number => {
      const started = performance.now();
      for (let i = 0; i < 2000; i++)
        dueAt(at('2026-11-24 10:00') + i * MINUTE, limit(amount, 'working-day'), 0, HOURS, DEFAULT_CALENDAR);
      return (performance.now() - started) / 2000;
    };
    time(5);
    expect(time(5)).toBeLessThan(0.5);
    expect(time(5000)).toBeLessThan(0.5);
  });
});

test.each([
  [{ windows: [] }, 'windows'],
  [{ windows: [{ from: '9:00', to: '12:00' }] }, 'windows.0.from'],
  [{ windows: [{ from: '09:00', to: '24:01' }] }, 'windows.0.to'],
  [{ windows: [{ from: '12:00', to: '12:00' }] }, 'windows.0.to'],
  [
    {
      windows: [
        { from: '09:00', to: '12:00' },
        { from: '11:00', to: '13:00' },
      ],
    },
    'windows.1.from',
  ],
  [{ service: { from: '22:00', to: '06:00' } }, 'service.to'],
])('working hours %j are refused at %s', (change: Partial<WorkingHours>, field) => {
  expect(validateHours({ ...HOURS, ...change }).map((problem) => problem.field)).toEqual([field]);
  expect(validateHours(HOURS)).toEqual([]);
});
