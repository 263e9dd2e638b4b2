import { defineUpdate } from '@temporalio/workflow';
import type { Answer } from '../activities/apply.types.ts';
import type { CaseKind } from '../domain/machine.ts';

export const CASES_QUEUE = 'fengqiao-cases';

/** What a case's workflow is started with, and all that it carries into its next run. */
export interface CaseRef {
  kind: CaseKind;
  id: string;
}

/** The workflow's id; one per case, for ever. */
export const workflowIdOf = ({ kind, id }: CaseRef): string => `${kind}-${id}`;

/** Carries out a stored command; without one the case is only woken. Everything else is read from PostgreSQL. */
export const command = defineUpdate<Answer, [{ commandId: string | null }]>('command');

/** Clean up to 10, tested; beyond that Temporal itself fails Updates. */
export const IN_FLIGHT_LIMIT = 8;

/** The failure type of an Update that found the queue full. */
export const BUSY = 'case-busy';
