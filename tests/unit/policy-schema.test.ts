import { describe, expect, test } from 'vitest';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import {
  checkCalendar,
  checkPolicy,
  FAULTS_MAX,
  LIMIT_AMOUNT_MAX,
  LIMIT_AMOUNT_MIN,
} from '../../schemas/policy.ts';

/** A copy of the default policy with the part at `path` replaced; undefined takes it away. */
function edited(path: string, value: unknown): unknown {
  const copy: unknown = structuredClone(DEFAULT_POLICY);
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce((part, key) => (part as Record<string, unknown>)[key], copy);
  const holder = parent as Record<string, unknown>;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}
const faultsOf = (answer: ReturnType<typeof checkPolicy> | ReturnType<typeof checkCalendar>) =>
  answer.ok ? [] : answer.faults;

describe('a policy', () => {
  test('given the default, then it is accepted as it is', () => {
    expect(checkPolicy(DEFAULT_POLICY)).toEqual({ ok: true, policy: DEFAULT_POLICY });
  });

  test.each<[string, unknown, string | undefined]>([
    ['clocks.triage.amount', LIMIT_AMOUNT_MAX + 1, '<= 1000'],
    ['clocks.attention.amount', LIMIT_AMOUNT_MIN / 2, '>= 0.01'],
    ['clocks.triage.amount', '4', 'number'],
    ['clocks.triage.amount', NaN, 'number'],
    ['clocks.triage.unit', 'week', expect.stringContaining('working-day') as string],
    ['clocks.consent', undefined, undefined],
    ['clocks.lunch', { amount: 1, unit: 'clock-hour' }, undefined],
    ['ladder.street', 'moon', 'grid, community, street, district, city, null'],
    ['hours.windows.0.from', '9:00', expect.any(String) as string],
    ['version', 'v'.repeat(65), 'at most 64'],
    ['warnings', [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 'at most 5'],
    ['grading.amount.atLeastFen', 0, '>= 1'],
  ])('given a wrong %s (%j), then that field is named', (field, value, expected) => {
    const faults = faultsOf(checkPolicy(edited(field, value)));
    expect(faults.map((fault) => fault.field)).toEqual([field]);
    expect(faults[0]!.expected).toEqual(expected);
  });

  test('given a sound shape that contradicts itself, then the contradiction is named', () => {
    const faults = faultsOf(checkPolicy(edited('grading.thresholds.orange', 60)));
    expect(faults.map((fault) => fault.field)).toEqual(['grading.thresholds']);
  });

  test('given nothing like a policy, then it answers, with a bounded list', () => {
    for (const value of [null, undefined, 1, [], 'x']) expect(checkPolicy(value).ok).toBe(false);
    const strange = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`field${i}`, i]));
    expect(faultsOf(checkPolicy(strange))).toHaveLength(FAULTS_MAX);
  });
});

describe('a calendar', () => {
  const [y2025, y2026] = DEFAULT_CALENDAR.years;
  const years = (...list: unknown[]) => ({ version: 'v1', years: list });

  test('given the one that ships, then it is accepted', () => {
    expect(checkCalendar(DEFAULT_CALENDAR)).toEqual({ ok: true, calendar: DEFAULT_CALENDAR });
  });

  test.each<[string, unknown, string]>([
    ['a source beside the year', years({ ...y2026, source: 'notice' }), 'years.0.source'],
    ['a cut-off year', years({ ...y2026, holidays: ['2026-01-01'] }), 'years.0.holidays'],
    ['a day that does not exist', years({ ...y2026, makeUpDays: ['2026-02-30'] }), 'years.0.makeUpDays.0'],
    ['the same year twice', years(y2025, y2025), 'years.1.year'],
    ['no year', years(), 'years'],
  ])('given %s, then it is refused', (_name, calendar, field) => {
    expect(faultsOf(checkCalendar(calendar)).map((fault) => fault.field)).toContain(field);
  });

  test('given a gap between years, then it is refused', () => {
    const moved = (date: string): string => date.replace('2025', '2027');
    const y2027 = { year: 2027, holidays: y2025!.holidays.map(moved), makeUpDays: [] };
    expect(checkCalendar(years(y2026, y2027)).ok).toBe(true);
    expect(faultsOf(checkCalendar(years(y2025, y2027)))).toEqual([
      { field: 'years', message: 'no year between 2025 and 2027 may be missing' },
    ]);
  });
});
