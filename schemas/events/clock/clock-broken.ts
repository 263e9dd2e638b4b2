import { Instant } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId, Code } from '../parts.ts';
import { NEXT_DAY } from '../samples.ts';

export const clockBroken = defineEvent({
  kind: 'clock',
  type: 'clock-broken',
  version: 1,
  summary: 'A deadline passed; the time is the deadline itself, however late it was noticed.',
  fields: { clockId: ClockId(), kind: Code(), brokenAt: Instant() },
  example: { clockId: 'level:1', kind: 'level', brokenAt: NEXT_DAY },
});
