import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { POLICY_CLOCKS, type Policy } from '../../domain/policy.ts';
import type { Limit } from '../../domain/working-time.ts';

/** Longer than the demo may last: a clock with this limit breaks for nobody, however slow the machine. */
const PATIENT: Limit = { amount: 10, unit: 'clock-minute' };
/** Three seconds: its warnings come after one and a half and after two and a half. */
const SHORT: Limit = { amount: 0.05, unit: 'clock-minute' };

const each = <K extends string>(keys: readonly K[]): Record<K, Limit> =>
  Object.fromEntries(keys.map((key) => [key, PATIENT])) as Record<K, Limit>;

const keysOf = <K extends string>(record: Record<K, unknown>): K[] => Object.keys(record) as K[];

/**
 * The default profile with every clock in minutes of the wall, so that it is the same at night and on holidays. Cases
 * whose people act run under it.
 */
export const DEMO_POLICY: Policy = {
  ...DEFAULT_POLICY,
  version: 'demo-patient.1',
  clocks: each(POLICY_CLOCKS),
  level: {
    profile: 'level',
    byLevel: each(keysOf(DEFAULT_POLICY.level.byLevel)),
    byDifficulty: each(keysOf(DEFAULT_POLICY.level.byDifficulty)),
  },
  mediation: each(keysOf(DEFAULT_POLICY.mediation)),
  confirmationWindow: PATIENT,
  wakeJitterMs: 0,
};

/** Nobody looks at the case: triage, taking over and the lower levels run out in seconds; the street has time. */
export const UNATTENDED_POLICY: Policy = {
  ...DEMO_POLICY,
  version: 'demo-unattended.1',
  clocks: { ...DEMO_POLICY.clocks, triage: SHORT, takeover: SHORT },
  level: { ...DEMO_POLICY.level, byLevel: { ...DEMO_POLICY.level.byLevel, grid: SHORT, community: SHORT } },
};

/** The case is looked after, but whoever is asked does not answer: a party about consent, a body about reporting in. */
export const UNANSWERED_POLICY: Policy = {
  ...DEMO_POLICY,
  version: 'demo-unanswered.1',
  clocks: { ...DEMO_POLICY.clocks, consent: SHORT, taskReportIn: SHORT },
};

/**
 * In the order in which the demo puts them in force. A case keeps the version it was reported under, so each is in
 * force only until the cases that need it are reported; the patient one stays.
 */
export const POLICIES = [UNATTENDED_POLICY, UNANSWERED_POLICY, DEMO_POLICY] as const;
