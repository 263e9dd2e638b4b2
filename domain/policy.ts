import type { Limit, WorkingHours } from './working-time.ts';
import type { Difficulty } from './categories.ts';
import { DIFFICULTIES } from './categories.ts';
import { LEVELS, rank, type Level } from './regions.ts';
import type { RetentionPolicy } from './retention.ts';

/** How a report came in; each channel has its default entry level in the policy. */
export const CHANNELS = [
  'grid',
  'resident',
  'counter',
  'hotline',
  'police',
  'court',
  'petition',
  'department',
  'sweep',
  'bus',
] as const;
export type Channel = (typeof CHANNELS)[number];

/** Kinds of mediation; forms, seal and clock follow the kind. */
export const MEDIATION_KINDS = [
  'peoples',
  'administrative',
  'medical',
  'labour',
  'market',
  'court-delegated',
] as const;
export type MediationKind = (typeof MEDIATION_KINDS)[number];

/** Every clock with a limit of its own in the policy. Level and mediation clocks have tables beside these. */
export const POLICY_CLOCKS = [
  'triage',
  'triageRed',
  'firstContact',
  'takeover',
  'takeoverRed',
  'returnDecision',
  'extensionDecision',
  'regradeDecision',
  'consent',
  'redVisit',
  'redPersist',
  'registerReview',
  'followUp',
  'followUpAgain',
  'archive',
  'attention',
  'taskReportIn',
  'taskAnswer',
  'petitionReturn',
  'stabilise',
  'conferenceConfirm',
  'conferenceMinutes',
  'commitmentCheck',
] as const;
export type PolicyClock = (typeof POLICY_CLOCKS)[number];

export interface GradingPolicy {
  violence: number;
  minorOrDomesticViolence: number;
  people: { atLeast: number; points: number }[];
  failedMediation: number;
  repeat: number;
  crossDepartment: number;
  amount: { atLeastFen: number; points: number };
  thresholds: { red: number; orange: number; yellow: number };
}

/**
 * Every rule an administrator may change, as one validated document. A case keeps the version it started with, so
 * changing a rule never rewrites what has happened.
 */
export interface Policy {
  version: string;
  hours: WorkingHours;
  clocks: Record<PolicyClock, Limit>;
  level: {
    /** `level`: the limit follows who is responsible; `difficulty`: it follows how hard the dispute is. */
    profile: 'level' | 'difficulty';
    byLevel: Record<Level, Limit>;
    byDifficulty: Record<Difficulty, Limit>;
  };
  mediation: Record<MediationKind, Limit>;
  /** Law of People's Mediation art. 33: both parties, within 30 days of the agreement's effect. */
  confirmationWindow: Limit;
  /** Fractions of the budget at which the owner is warned, ascending, each between 0 and 1. */
  warnings: number[];
  /** Where an unattended case goes next; null ends the ladder (supervision instead). */
  ladder: Record<Level, Level | null>;
  /** The level a report enters at, by channel; raised where the report names only a larger region. */
  entryLevel: Record<Channel, Level>;
  grading: GradingPolicy;
  /** A repeat or link is suggested when the same matter closed within this many calendar days. */
  repeatWithinDays: number;
  /** From so many people acting together on one side, one level up is told (not asked to take over). */
  groupActing: number;
  representativesPerSide: number;
  /** Wake-ups are spread by a hash over this long so that a deadline shared by many does not stampede; red: never. */
  wakeJitterMs: number;
  /** How long data is kept. Not pinned: what is in force today says what goes today. */
  retention: RetentionPolicy;
}

export interface PolicyFault {
  field: string;
  message: string;
}

/**
 * Contradictions that a schema cannot see. Returns an empty list for a sound policy.
 */
export function validatePolicy(policy: Policy): PolicyFault[] {
  const faults: PolicyFault[] = [];
  const fault = (field: string, message: string): void => void faults.push({ field, message });
  const limits: [string, Limit][] = [
    ...POLICY_CLOCKS.map((name): [string, Limit] => [`clocks.${name}`, policy.clocks[name]]),
    ...LEVELS.map((level): [string, Limit] => [`level.byLevel.${level}`, policy.level.byLevel[level]]),
    ...DIFFICULTIES.map((d): [string, Limit] => [`level.byDifficulty.${d}`, policy.level.byDifficulty[d]]),
    ...MEDIATION_KINDS.map((kind): [string, Limit] => [`mediation.${kind}`, policy.mediation[kind]]),
    ['confirmationWindow', policy.confirmationWindow],
  ];
  for (const [field, limit] of limits) {
    if (!(limit.amount > 0)) fault(field, 'a limit must be longer than nothing');
    if (limit.unit === 'calendar-month' && !Number.isInteger(limit.amount)) fault(field, 'months are whole');
  }
  policy.warnings.forEach((fraction, i) => {
    if (!(fraction > 0 && fraction < 1)) fault(`warnings.${i}`, 'a warning point lies between 0 and 1');
    if (i > 0 && fraction <= policy.warnings[i - 1]!) fault(`warnings.${i}`, 'warning points must ascend');
  });
  for (const level of LEVELS) {
    const next = policy.ladder[level];
    if (next !== null && rank(next) <= rank(level)) fault(`ladder.${level}`, 'the ladder only leads upwards');
  }
  const { red, orange, yellow } = policy.grading.thresholds;
  if (!(red > orange && orange > yellow && yellow > 0)) {
    fault('grading.thresholds', 'red must exceed orange, orange yellow, and yellow 0');
  }
  policy.grading.people.forEach((step, i) => {
    const previous = policy.grading.people[i - 1];
    if (previous && step.atLeast <= previous.atLeast) fault(`grading.people.${i}`, 'steps must ascend');
  });
  return [...faults, ...windowFaults(policy.hours)];
}

function windowFaults(hours: WorkingHours): PolicyFault[] {
  const faults: PolicyFault[] = [];
  if (hours.windows.length === 0)
    faults.push({ field: 'hours.windows', message: 'a working day needs a window' });
  hours.windows.forEach((window, i) => {
    const previous = hours.windows[i - 1];
    if (window.from >= window.to)
      faults.push({ field: `hours.windows.${i}`, message: 'a window ends after it begins' });
    if (previous && window.from < previous.to) {
      faults.push({ field: `hours.windows.${i}`, message: 'windows must not overlap and must ascend' });
    }
  });
  if (hours.service.from >= hours.service.to) {
    faults.push({ field: 'hours.service', message: 'service hours end after they begin' });
  }
  return faults;
}
