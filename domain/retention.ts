import type { Instant } from './working-time.ts';

/**
 * How long each kind of data is kept, in days; 0 keeps nothing. What belongs to a case counts from the last change of a
 * case that is over for good: an open one keeps everything. [ours]: no law was found that names periods for all of these.
 */
export interface RetentionPolicy {
  /** Words people wrote in a case, and names, phones and ID numbers of its parties. */
  textsAndParties: number;
  statements: number;
  attachments: number;
  /** What followers of a case gave of themselves, with their codes. */
  tracking: number;
  /** Ids and codes of answered commands; the answer stays, so that a key is still known. */
  commandBodies: number;
  /** Longer than Kafka keeps events, or an event that comes again is carried out again. */
  inbox: number;
  /** Notices that were read. */
  notices: number;
  /** Content of dead letters that were dealt with. */
  deadLetters: number;
}

/** Data that belongs to a case, and data that belongs to none. */
export const CASE_KINDS_OF_DATA = [
  'textsAndParties',
  'statements',
  'attachments',
  'tracking',
  'commandBodies',
] as const;
export const OTHER_KINDS_OF_DATA = ['inbox', 'notices', 'deadLetters'] as const;
export const KINDS_OF_DATA = [...CASE_KINDS_OF_DATA, ...OTHER_KINDS_OF_DATA] as const;
export type KindOfData = (typeof KINDS_OF_DATA)[number];

export const INBOX_DAYS_MIN = 8;

/** Ten years for what a dossier is made of, as short as it works for everything else. */
export const DEFAULT_RETENTION: RetentionPolicy = {
  textsAndParties: 3650,
  statements: 3650,
  attachments: 3650,
  tracking: 365,
  commandBodies: 365,
  inbox: 30,
  notices: 90,
  deadLetters: 90,
};

const DAY_MS = 24 * 3_600_000;

/** What is older than these goes, kind by kind. A policy from before there was retention keeps the default periods. */
export function cutoffs(
  policy: Partial<RetentionPolicy> | undefined,
  now: Instant,
): Record<KindOfData, Instant> {
  const days = { ...DEFAULT_RETENTION, ...policy };
  return Object.fromEntries(KINDS_OF_DATA.map((kind) => [kind, now - days[kind] * DAY_MS])) as Record<
    KindOfData,
    Instant
  >;
}
