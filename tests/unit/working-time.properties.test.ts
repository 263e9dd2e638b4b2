import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { DEFAULT_HOURS as HOURS, budget, dueAt, measure, pointAt } from '../../domain/working-time.ts';
import type { Calendar, Limit, Unit, WorkingHours } from '../../domain/working-time.ts';

// FC_RUNS=200000 explores; the default keeps the suite short.
const runs = { numRuns: Number(process.env.FC_RUNS ?? 2000) };

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const at = (local: string): number => Date.parse(`${local.replace(' ', 'T')}+08:00`);
const local = (instant: number): string => new Date(instant + 8 * HOUR).toISOString();
const limit = (amount: number, unit: Unit): Limit => ({ amount, unit });

const clockText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const anyHours: fc.Arbitrary<WorkingHours> = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 0, max: 1440 }), { minLength: 2, maxLength: 8 }),
    fc.uniqueArray(fc.integer({ min: 0, max: 1440 }), { minLength: 2, maxLength: 2 }),
  )
  .map(([marks, service]) => {
    const pairs = (list: number[]): WorkingHours['windows'] => {
      const sorted = [...list].sort((a, b) => a - b);
      return Array.from({ length: sorted.length >> 1 }, (_, i) => ({
        from: clockText(sorted[2 * i]!),
        to: clockText(sorted[2 * i + 1]!),
      }));
    };
    return { windows: pairs(marks), service: pairs(service)[0]! };
  });

const anyCalendar: fc.Arbitrary<Calendar> = fc
  .record({
    years: fc.subarray([2025, 2026, 2027]),
    off: fc.array(fc.nat(364)),
    extra: fc.array(fc.nat(364)),
  })
  .map(({ years, off, extra }) => ({
    version: 'generated',
    years: years.map((year) => {
      const dates = (list: number[]): string[] =>
        [...new Set(list)].map((i) => new Date(Date.UTC(year, 0, 1 + i)).toISOString().slice(0, 10));
      const weekend = (date: string): boolean => new Date(date).getUTCDay() % 6 === 0;
      const holidays = dates(off);
      return { year, holidays, makeUpDays: dates(extra).filter((d) => weekend(d) && !holidays.includes(d)) };
    }),
  }));

const hoursOrDefault = fc.oneof(fc.constant(HOURS), anyHours);
const calendarOrDefault = fc.oneof(fc.constant(DEFAULT_CALENDAR), anyCalendar);
// Half of them on whole quarters of an hour: that is where windows begin and end.
const anyStart = fc.oneof(
  fc.integer({ min: at('2024-11-01 00:00'), max: at('2028-03-01 00:00') }),
  fc
    .integer({ min: 0, max: 3.3 * 365 * 96 })
    .map((quarters) => at('2024-11-01 00:00') + quarters * 15 * MINUTE),
);
const windowUnit = fc.constantFrom<Unit>('working-hour', 'working-day', 'service-hour');
const exactUnit = fc.oneof(windowUnit, fc.constantFrom<Unit>('clock-minute', 'clock-hour', 'calendar-day'));
const msOf = (unit: Unit, hours: WorkingHours): number => budget(0, limit(1, unit), hours);
/** A budget in ms, mostly up to two weeks of the default hours, sometimes whole quarters of an hour. */
const anyBudget = fc.oneof(
  fc.integer({ min: 1, max: 80 * HOUR }),
  fc.integer({ min: 1, max: 320 }).map((quarters) => quarters * 15 * MINUTE),
);

function isOpen(instant: number, unit: Unit, hours: WorkingHours, calendar: Calendar): boolean {
  const [date, time] = new Date(instant + 8 * HOUR).toISOString().split('T') as [string, string];
  const windows = unit === 'service-hour' ? [hours.service] : hours.windows;
  const table = calendar.years.find((entry) => date.startsWith(String(entry.year)));
  const off = table?.holidays.includes(date) === true || new Date(date).getUTCDay() % 6 === 0;
  if (unit !== 'service-hour' && off && table?.makeUpDays.includes(date) !== true) return false;
  return windows.some(({ from, to }) => from <= time.slice(0, 5) && time.slice(0, 5) < to);
}

/** Walks the calendar minute by minute: slow, and with nothing in common with what it checks. */
function walk(start: number, ms: number, unit: Unit, hours: WorkingHours, calendar: Calendar): number {
  let minute = Math.floor(start / MINUTE) * MINUTE;
  for (let left = ms; ; minute += MINUTE) {
    if (!isOpen(minute, unit, hours, calendar)) continue;
    const from = Math.max(minute, start);
    if (left <= minute + MINUTE - from) return from + left;
    left -= minute + MINUTE - from;
  }
}

describe('against a walk minute by minute', () => {
  test('deadline and measured time agree', () => {
    fc.assert(
      fc.property(anyStart, anyBudget, windowUnit, hoursOrDefault, calendarOrDefault, (s, ms, unit, h, c) => {
        // Tiny generated windows would make the walk a year long.
        const day = unit === 'service-hour' ? msOf('service-hour', h) : msOf('working-day', h);
        const short = Math.min(ms, 8 * (unit === 'service-hour' ? 15 * HOUR : day));
        fc.pre(unit !== 'service-hour' || isLong(h.service));
        const amount = short / msOf(unit, h);
        const expected = walk(s, short, unit, h, c);
        expect(local(dueAt(s, limit(amount, unit), 0, h, c).at)).toBe(local(expected));
        expect(measure(s, expected, unit, h, c)).toBe(short);
      }),
      { numRuns: Math.ceil(runs.numRuns / 20) },
    );
  }, 600_000);
});

const isLong = ({ from, to }: { from: string; to: string }): boolean =>
  Number(to.slice(0, 2)) - Number(from.slice(0, 2)) >= 3;

describe('for any start, limit, hours and calendar', () => {
  const given = [anyStart, exactUnit, hoursOrDefault, calendarOrDefault] as const;
  const check = (
    property: (s: number, a: number, b: number, unit: Unit, h: WorkingHours, c: Calendar) => void,
  ): void =>
    fc.assert(
      fc.property(...given, anyBudget, anyBudget, (s, unit, h, c, a, b) => property(s, a, b, unit, h, c)),
      runs,
    );
  const dueMs = (s: number, ms: number, unit: Unit, h: WorkingHours, c: Calendar): number =>
    dueAt(s, limit(ms / msOf(unit, h), unit), 0, h, c).at;

  test('a deadline is inside the windows, at its first possible moment', () => {
    check((s, a, _b, unit, h, c) => {
      const end = dueMs(s, a, unit, h, c);
      expect(end).toBeGreaterThanOrEqual(s + a);
      if (unit.startsWith('working') || unit.startsWith('service'))
        expect(isOpen(end - 1, unit, h, c)).toBe(true);
    });
  });

  test('two limits one after the other are one limit of the sum', () => {
    check((s, a, b, unit, h, c) => {
      expect(dueMs(dueMs(s, a, unit, h, c), b, unit, h, c)).toBe(dueMs(s, a + b, unit, h, c));
    });
  });

  test('working days and hours are one arithmetic', () => {
    check((s, a, b, _unit, h, c) => {
      const mixed = dueMs(dueMs(s, a, 'working-day', h, c), b, 'working-hour', h, c);
      expect(mixed).toBe(dueMs(s, a + b, 'working-day', h, c));
    });
  });

  test('what is measured up to the deadline is the budget', () => {
    check((s, a, _b, unit, h, c) => {
      const bound = limit(a / msOf(unit, h), unit);
      expect(budget(s, bound, h)).toBe(a);
      expect(measure(s, dueAt(s, bound, 0, h, c).at, unit, h, c)).toBe(a);
    });
  });

  test('measured time adds up over any split, and never runs backwards', () => {
    check((s, a, b, unit, h, c) => {
      const whole = measure(s, s + a + b, unit, h, c);
      expect(measure(s, s + a, unit, h, c) + measure(s + a, s + a + b, unit, h, c)).toBe(whole);
      expect(whole).toBeLessThanOrEqual(a + b);
      expect(measure(s + a, s, unit, h, c)).toBe(0);
    });
  });

  test('later starts and larger limits never end earlier', () => {
    check((s, a, b, unit, h, c) => {
      const end = dueMs(s, a, unit, h, c);
      expect(dueMs(s + b, a, unit, h, c)).toBeGreaterThanOrEqual(end);
      expect(dueMs(s, a + b, unit, h, c)).toBeGreaterThan(end);
    });
  });

  test('held time extends the budget by itself; the last point is the deadline', () => {
    check((s, a, b, unit, h, c) => {
      const bound = limit(a / msOf(unit, h), unit);
      const extended = dueAt(s, bound, b, h, c);
      expect(extended.at).toBe(dueMs(s, a + b, unit, h, c));
      expect(pointAt(s, bound, b, 1, h, c)).toEqual(extended);
      const [half, most] = [pointAt(s, bound, b, 0.5, h, c).at, pointAt(s, bound, b, 0.8, h, c).at];
      expect(half).toBeLessThanOrEqual(most);
      expect(most).toBeLessThanOrEqual(extended.at);
      expect(measure(s, half, unit, h, c)).toBe(Math.round(a / 2) + b);
    });
  });

  test('a hold that is measured out leaves the remaining time untouched', () => {
    check((s, a, b, unit, h, c) => {
      const bound = limit((a + b) / msOf(unit, h), unit);
      const [stop, go] = [s + a, s + a + b];
      const used = measure(s, stop, unit, h, c);
      const held = measure(stop, go, unit, h, c);
      fc.pre(used < a + b);
      expect(dueAt(s, bound, held, h, c).at).toBe(dueMs(go, a + b - used, unit, h, c));
    });
  });

  test('asking again gives the same answer, with fresh copies of hours and calendar too', () => {
    check((s, a, _b, unit, h, c) => {
      const bound = limit(a / msOf(unit, h), unit);
      const first = dueAt(s, bound, 0, h, c);
      expect(dueAt(s, bound, 0, h, c)).toEqual(first);
      expect(dueAt(s, bound, 0, structuredClone(h), structuredClone(c))).toEqual(first);
    });
  });

  test('months: anchored on the start, growing, clamped, and measured on the clock', () => {
    const months = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(anyStart, months, months, fc.nat(40 * DAY), (s, a, b, held) => {
        const month = (amount: number): number =>
          dueAt(s, limit(amount, 'calendar-month'), 0, HOURS, DEFAULT_CALENDAR).at;
        const [from, end] = [new Date(s + 8 * HOUR), new Date(month(a) + 8 * HOUR)];
        const distance =
          (end.getUTCFullYear() - from.getUTCFullYear()) * 12 + end.getUTCMonth() - from.getUTCMonth();
        expect(distance).toBe(a);
        expect((month(a) - s) % DAY).toBe(0);
        const lastDay = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
        expect(end.getUTCDate()).toBe(Math.min(from.getUTCDate(), lastDay));
        expect(month(a + b)).toBeGreaterThan(month(a));
        expect(measure(s, month(a), 'calendar-month', HOURS, DEFAULT_CALENDAR)).toBe(month(a) - s);
        const bound = limit(a, 'calendar-month');
        expect(budget(s, bound, HOURS)).toBe(month(a) - s);
        expect(dueAt(s, bound, held, HOURS, DEFAULT_CALENDAR).at).toBe(month(a) + held);
        expect(pointAt(s, bound, held, 1, HOURS, DEFAULT_CALENDAR).at).toBe(month(a) + held);
      }),
      runs,
    );
  });
});
