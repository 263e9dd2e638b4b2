import { queueHandler } from './queues.ts';

/** The community's queue: triage to confirm, mediations to accept with proposed mediators, escalations from the grid. */
export const community = queueHandler('fengqiao.community', ['community']);
