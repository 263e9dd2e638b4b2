import { Instant } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId } from '../parts.ts';
import { NOON } from '../samples.ts';

export const clockHeld = defineEvent({
  kind: 'clock',
  type: 'clock-held',
  version: 1,
  summary: 'A clock stops for a while.',
  fields: { clockId: ClockId(), since: Instant() },
  example: { clockId: 'level:1', since: NOON },
});
