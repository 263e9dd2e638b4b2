import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, TextRef } from '../parts.ts';

export const taskCancelled = defineEvent({
  kind: 'task',
  type: 'task-cancelled',
  version: 1,
  summary: 'The task is no longer needed.',
  fields: { by: Id(), reason: Nullable(TextRef()) },
  example: { by: 'system:handler', reason: null },
});
