import { Type } from 'typebox';
import { Instant } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId, Nullable } from '../parts.ts';
import { NEXT_DAY, NOON } from '../samples.ts';

export const clockResumed = defineEvent({
  kind: 'clock',
  type: 'clock-resumed',
  version: 1,
  summary: 'A held clock runs on; what was held, in its own unit, does not count.',
  fields: {
    clockId: ClockId(),
    heldMs: Type.Number({ minimum: 0 }),
    dueAt: Instant(),
    provisional: Type.Boolean(),
    warnAt: Nullable(Instant()),
  },
  example: { clockId: 'level:1', heldMs: 5_400_000, dueAt: NEXT_DAY, provisional: false, warnAt: NOON },
});
