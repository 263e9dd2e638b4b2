import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { relationTo } from '../../domain/dispute/repeats.ts';
import { HOUR, MONDAY } from '../support/street.ts';

const DAY = 24 * HOUR;
const closed = (ago: number) => ({ status: 'closed' as const, closedAt: MONDAY - ago });
const relation = (earlier: Parameters<typeof relationTo>[0], days = 90) =>
  relationTo(earlier, MONDAY, { ...DEFAULT_POLICY, repeatWithinDays: days });

test('given the earlier dispute is open, then it is the same matter, however old', () => {
  expect(relation({ status: 'open', closedAt: null })).toBe('same-matter');
  expect(relation({ status: 'open', closedAt: MONDAY - 500 * DAY })).toBe('same-matter');
});

test('given it was closed within the days of the policy, then it has come back', () => {
  expect(relation(closed(0))).toBe('repeat');
  expect(relation(closed(90 * DAY))).toBe('repeat');
  expect(relation(closed(90 * DAY + 1))).toBe('related');
});

test('given another limit, then the answer is another', () => {
  expect(relation(closed(40 * DAY), 30)).toBe('related');
  expect(relation(closed(40 * DAY), 40)).toBe('repeat');
});

test('given nobody knows when it was closed, then it is only related', () => {
  expect(relation({ status: 'closed', closedAt: null })).toBe('related');
});

test('given two servers differ and it closes "later" than now, then it is a repeat', () => {
  expect(relation(closed(-5))).toBe('repeat');
});
