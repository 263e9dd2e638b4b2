import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { outOfOrder, type Trace } from '../../bin/demo/history.ts';
import type { Row } from '../../bin/demo/ledger.ts';
import { GROUPS } from '../../infra/consumers/groups.ts';

// The demo gives up after five minutes by itself; a first download comes before that.
const RUN_MS = 600_000;

let rows: Row[];

beforeAll(async () => {
  const env = { ...process.env, DATABASE_URL: '', TEMPORAL_ADDRESS: '', KAFKA_BROKERS: '' };
  const args = ['--disable-warning=TimeoutNegativeWarning', 'bin/demo.ts', '--json'];
  const options = { env, maxBuffer: 64 * 1024 * 1024, timeout: RUN_MS };
  // Rejects, with what was said on the way, when the exit code is not 0.
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  rows = JSON.parse(stdout) as Row[];
}, RUN_MS);

test('every case ends where its script says', () => {
  expect(rows.length).toBeGreaterThanOrEqual(12);
  for (const row of rows) expect(row, row.case).toMatchObject({ ok: true, reasons: [] });
});

test('every group has seen every event of each case', () => {
  for (const { case: name, events, seenBy } of rows) {
    expect(events, name).toBeGreaterThan(0);
    expect(seenBy, name).toEqual(Object.fromEntries(GROUPS.map((group) => [group, events])));
  }
});

test('the six published cases are told from their first step to their last', () => {
  const published = rows.filter(({ source }) => source !== null);
  expect(published).toHaveLength(6);
  for (const { case: name, told } of published) {
    expect(told.length, name).toBeGreaterThan(0);
    expect([...new Set(told)], name).toEqual(Array.from({ length: Math.max(...told) }, (_, i) => i + 1));
  }
});

const happened = (trail: Trace[], ...happenings: Record<string, unknown>[]): boolean =>
  outOfOrder(trail, happenings) === null;
const none = (trail: Trace[], type: string): boolean => !trail.some((trace) => trace.type === type);

/** What the demo has to include, told by events. */
const FEATURES: [string, (row: Row) => boolean][] = [
  [
    'settled on the spot',
    ({ trail }) => happened(trail, { type: 'resolved', kind: 'on-spot' }) && none(trail, 'triaged'),
  ],
  [
    'prevented early',
    ({ trail }) =>
      happened(
        trail,
        { type: 'measure-recorded', loweredRisk: true },
        { type: 'resolved', kind: 'prevented' },
      ),
  ],
  [
    'agreed at the community',
    ({ trail, path }) =>
      happened(trail, { type: 'agreement-in-force', mediationEnds: true }, { type: 'resolved' }) &&
      none(trail, 'escalated') &&
      path.at(-1) === 'closed@community',
  ],
  [
    'failed there and agreed at the street after a conference with two bodies',
    ({ trail }) =>
      happened(
        trail,
        { type: 'mediation-failed' },
        { type: 'escalated', from: 'community', to: 'street' },
        { type: 'conference-convened', bodyIds: ['city-management', 'housing'] },
        { type: 'conference-closed', held: true },
        { type: 'agreement-in-force' },
      ),
  ],
  ['a clock runs out, and it rises with nobody acting', ({ trail }) => aloneToTheStreet(trail)],
  [
    'red fast path',
    ({ trail }) =>
      happened(
        trail,
        { type: 'reported', level: 'street', channel: 'grid' },
        { type: 'graded', grade: 'red' },
        { type: 'task-assigned', kind: 'stabilise', by: 'system:rule' },
        { type: 'lowering-decided', confirmed: true },
        { type: 'resolved' },
      ),
  ],
  [
    'one party refuses, the others agree',
    ({ trail }) => happened(trail, { type: 'refused' }, { type: 'agreement-in-force', mediationEnds: true }),
  ],
  [
    'suspended and resumed',
    ({ trail }) =>
      happened(
        trail,
        { type: 'mediation-suspended' },
        { type: 'clock-held', clockId: 'mediation:1' },
        { type: 'mediation-resumed' },
        { type: 'clock-resumed', clockId: 'mediation:1' },
      ),
  ],
  [
    'part agreement with instalments, one broken',
    ({ trail }) =>
      happened(
        trail,
        { type: 'agreement-proposed', scope: 'part' },
        { type: 'commitment-added', kind: 'instalment' },
        { type: 'commitment-added', kind: 'instalment' },
        { type: 'commitment-fulfilled' },
        { type: 'commitment-broken' },
      ),
  ],
  [
    'reopened after "not satisfied"',
    ({ trail }) =>
      happened(
        trail,
        { type: 'resolved' },
        { type: 'follow-up-recorded', satisfied: false },
        { type: 'reopened', ground: 'not-satisfied' },
        { type: 'resolved' },
      ),
  ],
  [
    'judicial confirmation',
    ({ trail }) =>
      happened(
        trail,
        { type: 'confirmation-applied' },
        { type: 'confirmation-recorded', result: 'confirmed' },
      ),
  ],
  [
    'handed down and taken back',
    ({ trail }) =>
      happened(
        trail,
        { type: 'handed-down', from: 'street', to: 'community' },
        { type: 'returned', to: 'street' },
        { type: 'return-decided', accepted: true },
      ),
  ],
  [
    'an agreement beside a department’s order',
    ({ trail }) =>
      happened(
        trail,
        { type: 'proceeding-recorded', kind: 'administrative' },
        { type: 'measure-recorded', kind: 'enforcement' },
        { type: 'agreement-in-force' },
        { type: 'resolved', kind: 'agreement' },
      ),
  ],
];

/** From the report to the street's taking over only the clock acts. */
function aloneToTheStreet(trail: Trace[]): boolean {
  const end = trail.findIndex(({ type, level }) => type === 'taken-over' && level === 'street');
  const risen = trail.slice(0, Math.max(0, end)).filter(({ type }) => type === 'escalated');
  const later = trail.slice(0, end + 1).filter(({ at }) => at !== trail[0]!.at);
  return risen.length === 2 && later.every(({ actor }) => actor === 'system:clock');
}

describe('the ledger shows by events', () => {
  test.each(FEATURES)('%s', (_name, shown) => {
    expect(rows.filter(shown).map((row) => row.case)).not.toEqual([]);
  });

  test('reminders, broken clocks and automatic escalations that really fired', () => {
    const trail = rows.flatMap((row) => row.trail);
    for (const type of ['clock-warned', 'clock-broken'])
      expect(trail.filter((trace) => trace.type === type).length, type).toBeGreaterThan(0);
    const risen = trail.filter(({ type, by }) => type === 'escalated' && by === 'system:clock');
    expect(risen.length).toBeGreaterThanOrEqual(1);
  });
});
