import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { validatePolicy, type Policy } from '../../domain/policy.ts';

/** The default policy with one part replaced. */
const policy = (change: Partial<Policy>): Policy => ({ ...DEFAULT_POLICY, ...change });

test('the default policy is sound', () => {
  expect(validatePolicy(DEFAULT_POLICY)).toEqual([]);
});

describe('a contradiction is named by its field', () => {
  const { clocks, grading, ladder, hours } = DEFAULT_POLICY;
  test.each<[string, Policy]>([
    ['clocks.triage', policy({ clocks: { ...clocks, triage: { amount: 0, unit: 'working-hour' } } })],
    [
      'mediation.peoples',
      policy({
        mediation: { ...DEFAULT_POLICY.mediation, peoples: { amount: 1.5, unit: 'calendar-month' } },
      }),
    ],
    ['warnings.1', policy({ warnings: [0.8, 0.5] })],
    ['warnings.0', policy({ warnings: [1] })],
    ['ladder.street', policy({ ladder: { ...ladder, street: 'community' } })],
    [
      'grading.thresholds',
      policy({ grading: { ...grading, thresholds: { red: 40, orange: 60, yellow: 20 } } }),
    ],
    [
      'hours.windows.1',
      policy({
        hours: {
          ...hours,
          windows: [
            { from: '09:00', to: '12:00' },
            { from: '11:00', to: '18:00' },
          ],
        },
      }),
    ],
    ['hours.windows', policy({ hours: { ...hours, windows: [] } })],
  ])('%s', (field, broken) => {
    expect(validatePolicy(broken).map((fault) => fault.field)).toContain(field);
  });
});
