import { queueHandler } from './queues.ts';

/** The grid's queue: checks on site, stabilising, what the grid worker owns, visits due. */
export const grid = queueHandler('fengqiao.grid', ['grid']);
