import { Ajv, type ErrorObject } from 'ajv';
import { Type, type Static, type TSchema } from 'typebox';
import {
  FIRST_YEAR,
  LAST_YEAR,
  validateCalendar,
  type Calendar as CalendarData,
} from '../domain/calendar.ts';
import { DIFFICULTIES } from '../domain/categories.ts';
import { CHANNELS, MEDIATION_KINDS, POLICY_CLOCKS, validatePolicy, type Policy } from '../domain/policy.ts';
import { LEVELS, type Level } from '../domain/regions.ts';
import { INBOX_DAYS_MIN } from '../domain/retention.ts';
import type { Unit } from '../domain/working-time.ts';
import { FEN_MAX, LevelCode, OneOf, Strict } from './parts.ts';

/** Smallest and largest amount of a limit. Below, an attention clock would fire without pause; above lie typing errors. */
export const LIMIT_AMOUNT_MIN = 0.01;
export const LIMIT_AMOUNT_MAX = 1000;
export const POINTS_MAX = 1000;
/** A hundred years: for ever, as far as anybody can promise. */
export const DAYS_MAX = 36_500;
/** Most faults told at once: the person mends one and sends it again. */
export const FAULTS_MAX = 50;

const UNITS = [
  'clock-minute',
  'clock-hour',
  'service-hour',
  'working-hour',
  'working-day',
  'calendar-day',
  'calendar-month',
] as const satisfies readonly Unit[];

const Version = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' });
const Limit = Strict({
  amount: Type.Number({ minimum: LIMIT_AMOUNT_MIN, maximum: LIMIT_AMOUNT_MAX }),
  unit: OneOf(UNITS),
});
const TimeOfDay = Type.String({ pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$' });
const DayWindow = Strict({ from: TimeOfDay, to: TimeOfDay });
const Points = Type.Integer({ minimum: 0, maximum: POINTS_MAX });
const Threshold = Type.Integer({ minimum: 1, maximum: POINTS_MAX });
const People = Type.Integer({ minimum: 1, maximum: 100_000 });
const Days = (minimum: number) => Type.Integer({ minimum, maximum: DAYS_MAX });
// One keyword instead of a union, so that a wrong word gives one fault and not three.
const NextLevel = Type.Unsafe<Level | null>({ enum: [...LEVELS, null] });

/** An object with exactly these keys, all of the same schema. */
const Each = <const K extends readonly string[], T extends TSchema>(keys: K, of: T) =>
  Strict(Object.fromEntries(keys.map((key) => [key, of])) as Record<K[number], T>);

/** The policy as an administrator uploads it; what a schema cannot see, `validatePolicy` says. */
export const PolicyDocument = Strict({
  version: Version,
  hours: Strict({
    windows: Type.Array(DayWindow, { minItems: 1, maxItems: 6 }),
    service: DayWindow,
  }),
  clocks: Each(POLICY_CLOCKS, Limit),
  level: Strict({
    profile: OneOf(['level', 'difficulty']),
    byLevel: Each(LEVELS, Limit),
    byDifficulty: Each(DIFFICULTIES, Limit),
  }),
  mediation: Each(MEDIATION_KINDS, Limit),
  confirmationWindow: Limit,
  warnings: Type.Array(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }), { maxItems: 5 }),
  ladder: Each(LEVELS, NextLevel),
  entryLevel: Each(CHANNELS, LevelCode()),
  grading: Strict({
    violence: Points,
    minorOrDomesticViolence: Points,
    people: Type.Array(Strict({ atLeast: People, points: Points }), { maxItems: 10 }),
    failedMediation: Points,
    repeat: Points,
    crossDepartment: Points,
    // From nothing on, every dispute would count as a large sum.
    amount: Strict({ atLeastFen: Type.Integer({ minimum: 1, maximum: FEN_MAX }), points: Points }),
    thresholds: Strict({ red: Threshold, orange: Threshold, yellow: Threshold }),
  }),
  repeatWithinDays: Type.Integer({ minimum: 1, maximum: 3650 }),
  groupActing: Type.Integer({ minimum: 2, maximum: 1000 }),
  representativesPerSide: Type.Integer({ minimum: 1, maximum: 50 }),
  wakeJitterMs: Type.Integer({ minimum: 0, maximum: 600_000 }),
  retention: Strict({
    ...{ textsAndParties: Days(365), statements: Days(365), attachments: Days(365), tracking: Days(30) },
    ...{ commandBodies: Days(30), inbox: Days(INBOX_DAYS_MIN), notices: Days(1), deadLetters: Days(1) },
  }),
});

const Dates = (minItems: number, maxItems: number) =>
  Type.Array(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), { minItems, maxItems, uniqueItems: true });

/** A calendar as it is uploaded when the yearly notice appears. There were never fewer than seven days off in a year. */
export const CalendarDocument = Strict({
  version: Version,
  years: Type.Array(
    Strict({
      year: Type.Integer({ minimum: FIRST_YEAR, maximum: LAST_YEAR }),
      holidays: Dates(7, 60),
      makeUpDays: Dates(0, 30),
    }),
    { minItems: 1, maxItems: 100 },
  ),
});

type Same<X, Y> = [X] extends [Y] ? ([Y] extends [X] ? true : false) : false;

// Compiles only while the documents say exactly what the core's types say.
const _policyMatches: Same<Static<typeof PolicyDocument>, Policy> = true;
const _calendarMatches: Same<Static<typeof CalendarDocument>, CalendarData> = true;
void [_policyMatches, _calendarMatches];

export interface DocumentFault {
  /** Dotted path like `clocks.triage.amount`; empty for the document itself. */
  field: string;
  message: string;
  expected?: string;
}

const ajv = new Ajv({ allErrors: true, strict: true });
const policyShape = ajv.compile<Policy>(PolicyDocument);
const calendarShape = ajv.compile<CalendarData>(CalendarDocument);

/** An uploaded policy, checked by its schema and then for contradictions; at most FAULTS_MAX faults are named. */
export function checkPolicy(
  value: unknown,
): { ok: true; policy: Policy } | { ok: false; faults: DocumentFault[] } {
  if (!policyShape(value)) return { ok: false, faults: shapeFaults(policyShape.errors) };
  const faults = validatePolicy(value);
  return faults.length === 0
    ? { ok: true, policy: value }
    : { ok: false, faults: faults.slice(0, FAULTS_MAX) };
}

/** An uploaded calendar, checked by its schema and then for gaps and contradictions; at most FAULTS_MAX faults are named. */
export function checkCalendar(
  value: unknown,
): { ok: true; calendar: CalendarData } | { ok: false; faults: DocumentFault[] } {
  if (!calendarShape(value)) return { ok: false, faults: shapeFaults(calendarShape.errors) };
  const faults = validateCalendar(value);
  return faults.length === 0
    ? { ok: true, calendar: value }
    : { ok: false, faults: faults.slice(0, FAULTS_MAX) };
}

export const shapeFaults = (errors: ErrorObject[] | null | undefined): DocumentFault[] =>
  (errors ?? []).slice(0, FAULTS_MAX).map(shapeFault);

function shapeFault({ instancePath, keyword, params, message }: ErrorObject): DocumentFault {
  const given = params as Record<string, unknown>;
  const path = instancePath.split('/').slice(1);
  if (keyword === 'required') path.push(String(given['missingProperty']));
  // The name comes from outside: as long as an id may be.
  if (keyword === 'additionalProperties') path.push(String(given['additionalProperty']).slice(0, 80));
  const expected = expectation(keyword, given);
  return {
    field: path.join('.'),
    message: message ?? 'is not valid',
    ...(expected !== undefined && { expected }),
  };
}

function expectation(keyword: string, params: Record<string, unknown>): string | undefined {
  switch (keyword) {
    case 'enum':
      return (params['allowedValues'] as unknown[]).map(String).join(', ');
    case 'type':
      return String(params['type']);
    case 'pattern':
      return String(params['pattern']);
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `${String(params['comparison'])} ${String(params['limit'])}`;
    case 'minItems':
    case 'minLength':
      return `at least ${String(params['limit'])}`;
    case 'maxItems':
    case 'maxLength':
      return `at most ${String(params['limit'])}`;
    default:
      return undefined;
  }
}
