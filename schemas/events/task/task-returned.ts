import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const taskReturned = defineEvent({
  kind: 'task',
  type: 'task-returned',
  version: 1,
  summary: 'Whoever was asked is not responsible and said so in time.',
  fields: { by: Id(), reason: TextRef() },
  example: { by: 'staff_20', reason: 'txt_5' },
});
