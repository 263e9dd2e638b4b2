import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const taskAnswered = defineEvent({
  kind: 'task',
  type: 'task-answered',
  version: 1,
  summary: 'The task has its answer.',
  fields: { by: Id(), answer: TextRef() },
  example: { by: 'staff_20', answer: 'txt_14' },
});
