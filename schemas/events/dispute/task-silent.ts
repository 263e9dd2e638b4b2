import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const taskSilent = defineEvent({
  kind: 'dispute',
  type: 'task-silent',
  version: 1,
  summary: 'Whoever was asked did not answer in time; the task stays open.',
  fields: { taskId: Id() },
  example: { taskId: 'tsk_1' },
});
