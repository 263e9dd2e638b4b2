import { queueHandler } from './queues.ts';

/** The queues from the street up: red alerts, escalations to take over, conferences, decisions, supervision. */
export const street = queueHandler('fengqiao.street', ['street', 'district', 'city']);
