import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS } from '../../domain/calendar.ts';
import {
  POINTS,
  SUGGESTED_FROM,
  SUGGESTIONS_MAX,
  suggestionsFor,
  type Candidate,
  type Compared,
} from '../../domain/similarity.ts';

const NOW = Date.UTC(2026, 2, 2);
const POLICY = { repeatWithinDays: 90 };
const REPORT: Compared = { region: '990101001001001', placeId: 'plc_1', category: 'D02', reportedAt: NOW };
const other = (change: Partial<Candidate> = {}): Candidate => ({
  ...{ id: 'dsp_1', number: 'n1', region: REPORT.region, placeId: 'plc_1', category: 'D02' },
  ...{ reportedAt: NOW, closedAt: null, overlap: 1 },
  ...change,
});
const suggested = (...candidates: Candidate[]) => suggestionsFor(REPORT, candidates, POLICY);

test('the same matter has every point there is, each with its reason', () => {
  const [one] = suggested(other());
  expect(one!.reasons).toEqual(Object.entries(POINTS).map(([reason, points]) => ({ reason, points })));
  expect(one!.score).toBe(120);
});

test('a reason that gives nothing is not named', () => {
  const [one] = suggested(other({ placeId: null, category: 'D09', region: '990101001001002' }));
  expect(one!.reasons).toEqual([
    { reason: 'near-in-time', points: 15 },
    { reason: 'similar-text', points: 40 },
  ]);
});

test('two disputes without a place are not at the same place', () => {
  const [one] = suggestionsFor({ ...REPORT, placeId: null }, [other({ placeId: null })], POLICY);
  expect(one!.reasons.map(({ reason }) => reason)).not.toContain('same-place');
});

test('grid, category and time alone suggest nothing: in a grid most quarrels have them in common', () => {
  expect(suggested(other({ placeId: null, overlap: 0 }))).toEqual([]);
  expect(suggested(other({ placeId: null, overlap: 0.2 }))).toHaveLength(1);
});

test('the same place within the window does, whatever its category', () => {
  const soon = other({ overlap: 0, category: 'D09', region: REPORT.region });
  expect(suggested(soon)[0]!.score).toBe(60);
});

test('time counts from full points to none at the end of the window', () => {
  const points = (days: number): number | undefined =>
    suggested(other({ reportedAt: NOW - days * DAY_MS }))[0]!.reasons.find(
      ({ reason }) => reason === 'near-in-time',
    )?.points;
  expect([0, 30, 60, 89, 90, 400].map(points)).toEqual([15, 10, 5, undefined, undefined, undefined]);
});

test('one that was closed before the window is left out, one that is still open never', () => {
  const old = NOW - 91 * DAY_MS;
  expect(suggested(other({ reportedAt: old, closedAt: old }))).toEqual([]);
  expect(suggested(other({ reportedAt: old, closedAt: NOW - 90 * DAY_MS }))).toHaveLength(1);
  expect(suggested(other({ reportedAt: old }))).toHaveLength(1);
});

test('the likeliest come first, and no more than the limit', () => {
  const many = Array.from({ length: 9 }, (_, n) => other({ id: `dsp_${n}`, overlap: n / 10 }));
  const found = suggested(...many);
  expect(found.map(({ id }) => id)).toEqual(['dsp_8', 'dsp_7', 'dsp_6', 'dsp_5', 'dsp_4']);
  expect(found).toHaveLength(SUGGESTIONS_MAX);
});

test('the score is always the sum of its reasons, never below what is suggested', () => {
  const candidate = fc.record({
    ...{ id: fc.string(), number: fc.string(), region: fc.constantFrom(REPORT.region, '990101001001002') },
    ...{ placeId: fc.constantFrom(null, 'plc_1', 'plc_2'), category: fc.constantFrom('D02', 'D09') },
    reportedAt: fc.integer({ min: NOW - 400 * DAY_MS, max: NOW }),
    closedAt: fc.constant(null),
    overlap: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(candidate), (candidates) => {
      for (const { score, reasons } of suggested(...candidates)) {
        expect(reasons.reduce((sum, { points }) => sum + points, 0)).toBe(score);
        expect(score).toBeGreaterThanOrEqual(SUGGESTED_FROM);
      }
    }),
  );
});
