import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const taskClosed = defineEvent({
  kind: 'dispute',
  type: 'task-closed',
  version: 1,
  summary: 'A task was answered, sent back or cancelled.',
  fields: { taskId: Id(), status: OneOf(['answered', 'returned', 'cancelled']) },
  example: { taskId: 'tsk_1', status: 'answered' },
});
