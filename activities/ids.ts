import { createHash } from 'node:crypto';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Ids that are the same when the same command is decided again: an outcome retried makes no second task. */
export function idsFrom(seed: string): (prefix: string) => string {
  let count = 0;
  return (prefix) => `${prefix}_${digest(`${seed}\n${++count}`).slice(0, 26)}`;
}

/** A delay in [0, spread_ms), the same for the same case and deadline. */
export function jitterOf(caseId: string, at: number, spread_ms: number): number {
  if (spread_ms <= 0) return 0;
  return Number.parseInt(digest(`${caseId}\n${at}`).slice(0, 12), 16) % spread_ms;
}

/** The id of a command: one person, one case, one key. The separator cannot occur in any of the three. */
export const commandIdOf = (principal: string, caseId: string, idempotencyKey: string): string =>
  digest([principal, caseId, idempotencyKey].join('\0'));
