import { defineEvent } from '../contract.ts';
import { ClockId } from '../parts.ts';

export const taskFellSilent = defineEvent({
  kind: 'task',
  type: 'task-fell-silent',
  version: 1,
  summary: 'A deadline passed without a word; the dispute hears of it.',
  fields: { clockId: ClockId() },
  example: { clockId: 'task-answer:1' },
});
