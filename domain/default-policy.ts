import type { Policy } from './policy.ts';
import { DEFAULT_RETENTION } from './retention.ts';

/**
 * The default profile of the domain brief. Sources: [law] and [local] as marked there; all others are our defaults.
 * Level limits 1/2/4 working days follow Gaotai's published 1+2+2+2 practice; mediation limits follow the Ministry of
 * Justice's rule 33 (one month), the medical rule (30 working days), labour (15 days) and market complaints (45 working days).
 */
export const DEFAULT_POLICY: Policy = {
  version: 'default-2026.1',
  hours: {
    windows: [
      { from: '09:00', to: '12:00' },
      { from: '13:30', to: '18:00' },
    ],
    service: { from: '07:00', to: '22:00' },
  },
  clocks: {
    triage: { amount: 4, unit: 'working-hour' },
    triageRed: { amount: 30, unit: 'clock-minute' },
    firstContact: { amount: 1, unit: 'service-hour' },
    takeover: { amount: 4, unit: 'working-hour' },
    takeoverRed: { amount: 30, unit: 'clock-minute' },
    returnDecision: { amount: 1, unit: 'working-day' },
    extensionDecision: { amount: 1, unit: 'working-day' },
    regradeDecision: { amount: 1, unit: 'working-day' },
    consent: { amount: 3, unit: 'working-day' },
    redVisit: { amount: 24, unit: 'clock-hour' },
    redPersist: { amount: 7, unit: 'calendar-day' },
    registerReview: { amount: 3, unit: 'working-day' },
    followUp: { amount: 3, unit: 'working-day' },
    followUpAgain: { amount: 30, unit: 'calendar-day' },
    archive: { amount: 10, unit: 'working-day' },
    attention: { amount: 5, unit: 'working-day' },
    taskReportIn: { amount: 4, unit: 'working-hour' },
    taskAnswer: { amount: 5, unit: 'working-day' },
    petitionReturn: { amount: 5, unit: 'calendar-day' },
    stabilise: { amount: 30, unit: 'clock-minute' },
    conferenceConfirm: { amount: 4, unit: 'working-hour' },
    conferenceMinutes: { amount: 1, unit: 'working-day' },
    commitmentCheck: { amount: 3, unit: 'working-day' },
  },
  level: {
    profile: 'level',
    byLevel: {
      grid: { amount: 1, unit: 'working-day' },
      community: { amount: 2, unit: 'working-day' },
      street: { amount: 4, unit: 'working-day' },
      district: { amount: 5, unit: 'working-day' },
      city: { amount: 5, unit: 'working-day' },
    },
    byDifficulty: {
      simple: { amount: 1, unit: 'calendar-day' },
      general: { amount: 7, unit: 'calendar-day' },
      complex: { amount: 20, unit: 'calendar-day' },
    },
  },
  mediation: {
    peoples: { amount: 1, unit: 'calendar-month' },
    administrative: { amount: 1, unit: 'calendar-month' },
    medical: { amount: 30, unit: 'working-day' },
    labour: { amount: 15, unit: 'calendar-day' },
    market: { amount: 45, unit: 'working-day' },
    'court-delegated': { amount: 30, unit: 'calendar-day' },
  },
  confirmationWindow: { amount: 30, unit: 'calendar-day' },
  warnings: [0.5, 0.8],
  ladder: { grid: 'community', community: 'street', street: 'district', district: 'city', city: null },
  entryLevel: {
    grid: 'grid',
    resident: 'grid',
    counter: 'street',
    hotline: 'community',
    police: 'community',
    court: 'street',
    petition: 'street',
    department: 'street',
    sweep: 'community',
    bus: 'community',
  },
  grading: {
    violence: 60,
    minorOrDomesticViolence: 40,
    people: [
      { atLeast: 5, points: 10 },
      { atLeast: 10, points: 20 },
    ],
    failedMediation: 15,
    repeat: 15,
    crossDepartment: 10,
    amount: { atLeastFen: 10_000_000, points: 10 },
    thresholds: { red: 60, orange: 40, yellow: 20 },
  },
  repeatWithinDays: 90,
  groupActing: 5,
  representativesPerSide: 5,
  wakeJitterMs: 30_000,
  retention: DEFAULT_RETENTION,
};
