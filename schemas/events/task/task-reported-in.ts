import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const taskReportedIn = defineEvent({
  kind: 'task',
  type: 'task-reported-in',
  version: 1,
  summary: 'Whoever was asked has said that the task is seen.',
  fields: { by: Id() },
  example: { by: 'staff_20' },
});
