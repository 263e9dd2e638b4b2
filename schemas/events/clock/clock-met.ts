import { Instant } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId, Code } from '../parts.ts';
import { NEXT_DAY, NOON } from '../samples.ts';

export const clockMet = defineEvent({
  kind: 'clock',
  type: 'clock-met',
  version: 1,
  summary: 'What was due was done.',
  fields: { clockId: ClockId(), kind: Code(), metAt: Instant(), dueAt: Instant() },
  example: { clockId: 'level:1', kind: 'level', metAt: NOON, dueAt: NEXT_DAY },
});
