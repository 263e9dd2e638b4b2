import { TASK_KINDS } from '../../../domain/dispute/state.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, TaskTarget, TextRef } from '../parts.ts';
import { GRID } from '../samples.ts';

export const taskAssigned = defineEvent({
  kind: 'dispute',
  type: 'task-assigned',
  version: 1,
  summary: 'A body or a duty owner is asked for something; the dispute keeps its owner.',
  fields: { by: Id(), taskId: Id(), kind: OneOf(TASK_KINDS), target: TaskTarget, what: Nullable(TextRef()) },
  example: {
    by: 'staff_7',
    taskId: 'tsk_1',
    kind: 'whistle',
    target: { bodyId: 'body_3', region: GRID, level: 'street' },
    what: 'txt_9',
  },
});
