import type { GradingPolicy } from './policy.ts';

export const GRADES = ['blue', 'yellow', 'orange', 'red'] as const;
export type Grade = (typeof GRADES)[number];

/** Higher is more dangerous. */
export const gradeRank = (grade: Grade): number => GRADES.indexOf(grade);

/**
 * What is known about the danger of a dispute. It is the dispute that is graded, never a person: nothing here may
 * describe who somebody is (no ethnicity, religion, petition history, convictions or diagnosis).
 */
export interface DangerFacts {
  /** Threat or violence, a weapon, or talk of self-harm. */
  violence: boolean;
  weapon: boolean;
  /** A minor or a victim of domestic violence is involved. */
  minorOrDomesticViolence: boolean;
  people: number;
  failedMediations: number;
  repeat: boolean;
  crossDepartment: boolean;
  /** Amount in dispute in fen; null when nobody has named one. */
  amountFen: number | null;
}

export const NO_DANGER: DangerFacts = {
  violence: false,
  weapon: false,
  minorOrDomesticViolence: false,
  people: 0,
  failedMediations: 0,
  repeat: false,
  crossDepartment: false,
  amountFen: null,
};

/** One line of the sum as the screen shows it: the factor, how often it counts, and its points. */
export interface GradeLine {
  factor: keyof DangerFacts;
  count: number;
  points: number;
}

export interface GradeResult {
  grade: Grade;
  points: number;
  lines: GradeLine[];
}

/** Grades a dispute by points and explains the sum line by line; `lines` always add up to `points`. */
export function gradeOf(facts: DangerFacts, policy: GradingPolicy): GradeResult {
  const lines: GradeLine[] = [];
  const add = (factor: keyof DangerFacts, count: number, points: number): void => {
    if (count > 0 && points > 0) lines.push({ factor, count, points });
  };
  if (facts.violence || facts.weapon) add(facts.weapon ? 'weapon' : 'violence', 1, policy.violence);
  if (facts.minorOrDomesticViolence) add('minorOrDomesticViolence', 1, policy.minorOrDomesticViolence);
  const group = policy.people.filter((step) => facts.people >= step.atLeast);
  add('people', facts.people, Math.max(0, ...group.map((step) => step.points)));
  add('failedMediations', facts.failedMediations, facts.failedMediations * policy.failedMediation);
  if (facts.repeat) add('repeat', 1, policy.repeat);
  if (facts.crossDepartment) add('crossDepartment', 1, policy.crossDepartment);
  if ((facts.amountFen ?? 0) >= policy.amount.atLeastFen) add('amountFen', 1, policy.amount.points);
  const points = lines.reduce((sum, line) => sum + line.points, 0);
  const { red, orange, yellow } = policy.thresholds;
  const grade = points >= red ? 'red' : points >= orange ? 'orange' : points >= yellow ? 'yellow' : 'blue';
  return { grade, points, lines };
}
