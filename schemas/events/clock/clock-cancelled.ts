import { Instant } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId, Code } from '../parts.ts';
import { NOON } from '../samples.ts';

export const clockCancelled = defineEvent({
  kind: 'clock',
  type: 'clock-cancelled',
  version: 1,
  summary: 'An obligation fell away.',
  fields: { clockId: ClockId(), kind: Code(), cancelledAt: Instant() },
  example: { clockId: 'level:1', kind: 'level', cancelledAt: NOON },
});
