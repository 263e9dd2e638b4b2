import { ApplicationFailure } from '@temporalio/common';
import pg from 'pg';
import type { Applied, ApplyRequest, CaseActivities } from './apply.types.ts';

// Bad data, a broken constraint, a wrong statement: the same statement would fail the same way.
const OURS = /^(0A|21|22|23|42)/;

/** Whether trying again can help: a lost connection, a lock, a timeout, a full disk; not a bug of ours. */
export function mayRecover(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return !OURS.test(error.code ?? '');
  return !(error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError);
}

/**
 * The activities of the case worker. What may recover is thrown on and retried for ever; a bug is not, or it would
 * block the case's queue. A message from the database may quote a row, so only its code goes into the history.
 */
export function createActivities(apply: (request: ApplyRequest) => Promise<Applied>): CaseActivities {
  return {
    async apply(request) {
      try {
        return await apply(request);
      } catch (error) {
        const code = error instanceof pg.DatabaseError ? error.code : undefined;
        const name = error instanceof Error ? error.name : 'unknown';
        throw ApplicationFailure.create({
          message: `apply failed: ${code ?? name}`,
          type: 'apply-failed',
          nonRetryable: !mayRecover(error),
        });
      }
    },
  };
}
