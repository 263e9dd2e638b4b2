import type pg from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { createApply } from '../../activities/apply.ts';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { commitmentMachine } from '../../domain/commitment/commitment.ts';
import { conferenceMachine } from '../../domain/conference/conference.ts';
import { DIFFICULTIES } from '../../domain/categories.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { ROUTES } from '../../domain/dispute/events.ts';
import { relationTo } from '../../domain/dispute/repeats.ts';
import { report } from '../../domain/dispute/report.ts';
import { isRefusal } from '../../domain/errors.ts';
import { act, tick, type Clocked, type Machine } from '../../domain/machine.ts';
import {
  CHANNELS,
  MEDIATION_KINDS,
  POLICY_CLOCKS,
  validatePolicy,
  type Policy,
  type PolicyClock,
} from '../../domain/policy.ts';
import { LEVELS, type Level } from '../../domain/regions.ts';
import { cutoffs, KINDS_OF_DATA } from '../../domain/retention.ts';
import { taskMachine } from '../../domain/task/task.ts';
import { actorOf, Case, directory, HOUR, MONDAY, QUARREL, REGION, SYSTEM } from '../support/street.ts';

/**
 * Every policy field changes some outcome: each leaf of the default policy, found by walking it, has a scenario that
 * goes differently once that leaf alone has another valid value. A field nobody reads fails here; so does a new field
 * without a scenario.
 */

const store = vi.hoisted(() => ({ locked: vi.fn(), appended: vi.fn() }));
vi.mock('../../infra/db/store.ts', () => ({ lockCase: store.locked, appendCase: store.appended }));

const DAY = 24 * HOUR;

/** What happens under a policy, as something that can be compared. */
type Scenario = (policy: Policy) => unknown;
interface Line {
  fields: RegExp;
  scenario: (...parts: string[]) => Scenario;
  /** Another valid value, where the next larger one is none or shows nothing. */
  other?: (value: unknown) => unknown;
}

// --- the scenarios: one case each, told to the end ---

type Story = (quarrel: Case) => void;
const told =
  (input: ConstructorParameters<typeof Case>[0], story: Story = () => undefined, at = MONDAY): Scenario =>
  (policy) => {
    const quarrel = new Case(input, policy, 'grid', at);
    story(quarrel);
    return quarrel.events;
  };

const triage = (difficulty: (typeof DIFFICULTIES)[number], level: Level) =>
  ({ action: 'triage', category: 'D02', difficulty, duplicatesChecked: true, level }) as const;
const atCommunity: Story = (quarrel) => void quarrel.as('community', triage('general', 'community'));
const notOurs = { action: 'return', reason: 'txt' } as const;
const term = { kind: 'term' as const, promisedBy: { type: 'party' as const, id: 'b' }, what: 'txt' };

const returned: Story = (quarrel) => {
  atCommunity(quarrel);
  quarrel.as('community', { action: 'escalate', reason: 'txt' }).as('street', { action: 'take-over' });
  quarrel.as('street', notOurs);
};
const oral: Story = (quarrel) => {
  const register = { partyIds: ['a', 'b'], terms: [{ ...term, dueAt: MONDAY + DAY }], register: 'txt' };
  quarrel.toMediation().as('mediator', { action: 'record-oral-agreement', scope: 'whole', register });
};
const settled: Story = (quarrel) =>
  void quarrel.as('grid', {
    ...{ action: 'settle-on-spot' as const, note: 'txt' },
    ...{ partiesAgreed: ['a', 'b'], reporterTold: true },
  });
const visitedTwice: Story = (quarrel) => {
  settled(quarrel);
  for (let i = 0; i < 2; i++) quarrel.as('community', { action: 'record-follow-up', performed: 'yes' });
};

/** One of the smaller cases: opened by the engine, then left alone for two months. */
function alone<S extends Clocked, E extends { type: string }, C extends { action: string }>(
  machine: Machine<S, E, C>,
  opening: C,
): Scenario {
  return (policy) => {
    const context = { now: MONDAY, actor: SYSTEM, policy, calendar: DEFAULT_CALENDAR, directory };
    const newId = (prefix: string): string => `${prefix}_1`;
    const opened = act(machine, machine.initial, opening, { ...context, newId });
    if (isRefusal(opened)) throw new Error(opened.message);
    const events: object[] = [...opened.events];
    let { state } = opened;
    for (let now = MONDAY; now < MONDAY + 60 * DAY; now += HOUR) {
      const fired = tick(machine, state, { ...context, now, newId });
      if (fired === null) continue;
      events.push(...fired.events);
      state = fired.state;
    }
    return events;
  };
}

const pinned = { policyVersion: 'v', disputeId: 'dsp_1' };
const task = (kind: 'whistle' | 'stabilise', fromPetition: boolean): Scenario =>
  alone(taskMachine, {
    ...{ action: 'open-task', id: 'tsk_1', ...pinned, kind, fromPetition, what: 'txt', owner: null },
    target: { bodyId: 'housing', region: REGION.street, level: 'street' },
    reportedBy: null,
  });
const conference = alone(conferenceMachine, {
  ...{ action: 'open-conference', id: 'cnf_1', ...pinned, agenda: 'solve', region: REGION.street },
  ...{ level: 'street', at: MONDAY + DAY, bodyIds: ['housing'], question: null },
});
const commitment = alone(commitmentMachine, {
  ...{ action: 'open-commitment', id: 'cmt_1', ...pinned, kind: 'term', amountFen: null },
  ...{ promisedBy: term.promisedBy, dueAt: MONDAY + DAY, region: REGION.grid, level: 'community' },
});

const red = { danger: { violence: true } };
const lateAtNight = Date.parse('2026-03-02T21:30:00+08:00');

const BY_CLOCK: Record<PolicyClock, Scenario> = {
  triage: told({}),
  triageRed: told(red),
  firstContact: told({ damageHappeningNow: true }),
  takeover: told({}, (quarrel) => void quarrel.as('grid', { action: 'escalate', reason: 'txt' })),
  takeoverRed: told(red, (quarrel) => void quarrel.as('street', { action: 'escalate', reason: 'txt' })),
  returnDecision: told({}, returned),
  extensionDecision: told({}, (quarrel) => {
    const clockId = quarrel.state.clocks[0]!.id;
    quarrel.as('grid', { action: 'request-extension', clockId, amount: 1, reason: 'txt' });
  }),
  regradeDecision: told(red, (quarrel) => {
    quarrel.as('street', { action: 'regrade', grade: 'blue', reason: 'txt' });
  }),
  consent: told({}, (quarrel) => {
    atCommunity(quarrel);
    quarrel.as('community', { action: 'deliver-notice', partyIds: ['b'], channel: 'visit' });
  }),
  redVisit: told(red),
  redPersist: told(red),
  registerReview: told({}, oral),
  followUp: told({}, settled),
  followUpAgain: told({}, settled),
  archive: told({}, visitedTwice),
  attention: told({}, (quarrel) => void quarrel.wait(90 * DAY)),
  taskReportIn: task('whistle', false),
  taskAnswer: task('whistle', false),
  petitionReturn: task('whistle', true),
  stabilise: task('stabilise', false),
  conferenceConfirm: conference,
  conferenceMinutes: conference,
  commitmentCheck: commitment,
};

const atLevel = (level: string): Scenario =>
  told({}, (quarrel) => void quarrel.as('street', triage('general', level as Level)));

const leftAlone = (level: string): Scenario =>
  told({}, (quarrel) => void quarrel.as('street', triage('general', level as Level)).wait(12 * DAY));

const byDifficulty =
  (difficulty: string): Scenario =>
  (policy) => {
    const chosen = difficulty as (typeof DIFFICULTIES)[number];
    const story: Story = (quarrel) => void quarrel.as('street', triage(chosen, 'community'));
    return told({}, story)({ ...policy, level: { ...policy.level, profile: 'difficulty' } });
  };

const mediated = (kind: string): Scenario =>
  told({}, (quarrel) => {
    atCommunity(quarrel);
    const chosen = kind as (typeof MEDIATION_KINDS)[number];
    quarrel.as('community', { action: 'accept', kind: chosen, committeeId: 'committee' });
  });

/** Whether the court may still be asked, early and half a day after the limit. */
const confirmed: Scenario = (policy) =>
  [2, 30.5].map((days) => {
    const quarrel = new Case({}, policy);
    oral(quarrel);
    const agreementId = quarrel.state.agreements[0]!.id;
    const apply = { action: 'apply-confirmation' as const, agreementId, partyIds: ['a', 'b'] };
    return quarrel.wait(days * DAY).try('mediator', apply)?.refused ?? 'applied';
  });

const graded = (danger: object): Scenario => told({ danger });
const failed = told({}, (quarrel) => {
  quarrel.toMediation().as('mediator', { action: 'fail-mediation', reason: 'txt', routesTold: [...ROUTES] });
});

const GRADING: Record<string, Scenario> = {
  violence: graded({ violence: true }),
  minorOrDomesticViolence: graded({ minorOrDomesticViolence: true }),
  'people.0.atLeast': graded({ people: 5 }),
  'people.0.points': graded({ people: 5 }),
  'people.1.atLeast': graded({ people: 10 }),
  'people.1.points': graded({ people: 10 }),
  failedMediation: failed,
  repeat: graded({ repeat: true }),
  crossDepartment: graded({ crossDepartment: true }),
  'amount.atLeastFen': graded({ amountFen: 10_000_000 }),
  'amount.points': graded({ amountFen: 10_000_000 }),
  // Each sum lies exactly on its threshold: 60, 40 and 20 points.
  'thresholds.red': told({}, (quarrel) => {
    quarrel.as('street', { action: 'regrade', danger: { violence: true, people: 2 }, reason: 'txt' });
  }),
  'thresholds.orange': graded({ people: 10, crossDepartment: true, amountFen: 10_000_000 }),
  'thresholds.yellow': graded({ people: 10 }),
};

const crowd = (count: number, kind: 'party' | 'representative') =>
  Array.from({ length: count }, (_, i) => ({ id: `p${i}`, side: 'A', kind }));

/** Six speak for one side: taken in, or refused. */
const represented: Scenario = (policy) => {
  const context = { now: MONDAY, actor: actorOf('grid'), policy, calendar: DEFAULT_CALENDAR, directory };
  const input = { ...QUARREL, parties: crowd(6, 'representative') };
  const taken = report(input, { ...context, newId: (prefix) => `${prefix}_1` });
  return isRefusal(taken) ? taken.refused : 'taken';
};

/** When the workflow is told to wake, by the real `apply` over a store that holds one quiet case. */
const woken: Scenario = async (policy) => {
  const { state } = new Case();
  store.locked.mockResolvedValue({ state, updatedAt: MONDAY, command: null, directoryVersion: 1 });
  const connection = { query: () => Promise.resolve({ rows: [] }), release: () => undefined };
  const apply = createApply({
    pool: { connect: () => Promise.resolve(connection) } as unknown as pg.Pool,
    rules: { policy: () => policy, calendar: () => DEFAULT_CALENDAR },
    directory: () => Promise.resolve(directory),
  });
  const applied = await apply({ kind: 'dispute', id: state.id, commandId: null, nowMs: MONDAY });
  return applied.nextWakeAt;
};

const repeated: Scenario = (policy) =>
  relationTo({ status: 'closed', closedAt: MONDAY - 90.5 * DAY }, MONDAY, policy);

const always = (scenario: Scenario) => () => scenario;
const among = (table: Record<string, Scenario>) => (name: string) => table[name]!;
const anyOf = (names: readonly string[]): string => `(${names.join('|')})`;

/** Which fields are proved by which scenario; what a group captures is handed to it. */
const LINES: Line[] = [
  { fields: /^version$/, scenario: always(told({})), other: () => 'other-2026.2' },
  { fields: /^hours\.windows\.\d\.(?:from|to)$/, scenario: always(atLevel('grid')) },
  {
    fields: /^hours\.service\.(?:from|to)$/,
    scenario: always(told({ damageHappeningNow: true }, undefined, lateAtNight)),
  },
  { fields: of('clocks', POLICY_CLOCKS), scenario: among(BY_CLOCK) },
  { fields: /^level\.profile$/, scenario: always(atLevel('community')), other: () => 'difficulty' },
  { fields: of('level.byLevel', LEVELS), scenario: atLevel },
  { fields: of('level.byDifficulty', DIFFICULTIES), scenario: byDifficulty },
  { fields: of('mediation', MEDIATION_KINDS), scenario: mediated },
  { fields: /^confirmationWindow\.(?:amount|unit)$/, scenario: always(confirmed) },
  {
    fields: /^warnings\.\d$/,
    scenario: always(told({}, (quarrel) => void quarrel.wait(DAY))),
    other: (fraction) => Number(fraction) + 0.1,
  },
  {
    fields: new RegExp(`^ladder\\.${anyOf(LEVELS.slice(0, -1))}$`),
    scenario: leftAlone,
    other: (next) => LEVELS[LEVELS.indexOf(next as Level) + 1] ?? null,
  },
  {
    fields: new RegExp(`^entryLevel\\.${anyOf(CHANNELS)}$`),
    scenario: (channel) => told({ channel: channel as (typeof CHANNELS)[number] }),
    other: (level) => (level === 'street' ? 'district' : 'street'),
  },
  {
    fields: new RegExp(
      `^grading\\.${anyOf(Object.keys(GRADING).map((name) => name.replaceAll('.', '\\.')))}$`,
    ),
    scenario: among(GRADING),
  },
  { fields: /^repeatWithinDays$/, scenario: always(repeated) },
  { fields: /^groupActing$/, scenario: always(told({ parties: crowd(5, 'party') })) },
  { fields: /^representativesPerSide$/, scenario: always(represented) },
  { fields: /^wakeJitterMs$/, scenario: always(woken) },
  {
    fields: new RegExp(`^retention\\.${anyOf(KINDS_OF_DATA)}$`),
    scenario: always((policy) => cutoffs(policy.retention, MONDAY)),
  },
];

/** Fields with one valid value only: nothing is above the city, so its ladder ends. Proved below. */
const FIXED = ['ladder.city'];

function of(path: string, names: readonly string[]): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.')}\\.${anyOf(names)}\\.(?:amount|unit)$`);
}

// --- walking the policy ---

type Leaf = [path: string, value: unknown];

/** Every leaf of a value by its dotted path, array elements included; an empty list or object is a leaf itself. */
function leavesOf(value: unknown, path: string[] = []): Leaf[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (inner.length === 0) return [[path.join('.'), value]];
  return inner.flatMap(([key, part]) => leavesOf(part, [...path, key]));
}

/** A copy of the default policy in which one leaf has another value. */
function withLeaf(path: string, value: unknown): Policy {
  const copy = structuredClone(DEFAULT_POLICY);
  const keys = path.split('.');
  const last = keys.pop()!;
  const parent = keys.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], copy);
  (parent as Record<string, unknown>)[last] = value;
  return copy;
}

/** The next larger number, half an hour later, a unit of another length. */
function another(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value !== 'string') throw new Error('say in the table what another value is');
  if (/^\d\d:\d[05]$/.test(value)) {
    const minutes = Number(value.slice(0, 2)) * 60 + Number(value.slice(3)) + 30;
    return new Date(minutes * 60_000).toISOString().slice(11, 16);
  }
  return value === 'clock-hour' ? 'clock-minute' : 'clock-hour';
}

const linesOf = (path: string): Line[] => LINES.filter(({ fields }) => fields.test(path));
const leaves = leavesOf(DEFAULT_POLICY).filter(([path]) => !FIXED.includes(path));

describe('every policy field changes some outcome', () => {
  test.each(leaves)('%s (%j)', async (path, value) => {
    const [line, second] = linesOf(path);
    if (line === undefined) throw new Error(`${path} has no scenario: add a line that shows what it changes`);
    expect(second, 'one line a field').toBeUndefined();
    const changed = withLeaf(path, (line.other ?? another)(value));
    expect(validatePolicy(changed), 'the other value is valid too').toEqual([]);

    const scenario = line.scenario(...(line.fields.exec(path)?.slice(1) ?? []));
    const usual = await scenario(DEFAULT_POLICY);
    expect(await scenario(structuredClone(DEFAULT_POLICY)), 'the scenario repeats itself').toEqual(usual);
    expect(await scenario(changed), `${path} changes nothing`).not.toEqual(usual);
  });
});

describe('the table', () => {
  test('a field that was added has no line until somebody writes one', () => {
    const grown = { ...DEFAULT_POLICY, lunch: { amount: 1, unit: 'clock-hour' }, flags: [] };
    const unknown = leavesOf(grown).filter(([path]) => !FIXED.includes(path) && linesOf(path).length === 0);
    expect(unknown.map(([path]) => path)).toEqual(['lunch.amount', 'lunch.unit', 'flags']);
    const clock = { ...DEFAULT_POLICY, clocks: { ...DEFAULT_POLICY.clocks, lunch: { amount: 1 } } };
    expect(leavesOf(clock).filter(([path]) => linesOf(path).length === 0)).toEqual([
      ['clocks.lunch.amount', 1],
      ['ladder.city', null],
    ]);
  });

  test('no line is left over from a field that is gone', () => {
    const unused = LINES.filter(({ fields }) => !leaves.some(([path]) => fields.test(path)));
    expect(unused.map(({ fields }) => fields.source)).toEqual([]);
  });

  test('the walk sees every limit of the policy', () => {
    const limits = [...POLICY_CLOCKS, ...LEVELS, ...DIFFICULTIES, ...MEDIATION_KINDS, 'confirmationWindow'];
    expect(leaves.filter(([path]) => path.endsWith('.unit'))).toHaveLength(limits.length);
  });

  test('nothing is above the city: its ladder has no other valid value', () => {
    for (const level of LEVELS)
      expect(validatePolicy(withLeaf('ladder.city', level)).map((fault) => fault.field)).toEqual([
        'ladder.city',
      ]);
  });
});
