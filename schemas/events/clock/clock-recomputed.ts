import { Type } from 'typebox';
import { Instant } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId, Nullable } from '../parts.ts';
import { NEXT_DAY, NOON } from '../samples.ts';

export const clockRecomputed = defineEvent({
  kind: 'clock',
  type: 'clock-recomputed',
  version: 1,
  summary: 'A newer calendar moved a deadline.',
  fields: { clockId: ClockId(), dueAt: Instant(), provisional: Type.Boolean(), warnAt: Nullable(Instant()) },
  example: { clockId: 'level:1', dueAt: NEXT_DAY, provisional: false, warnAt: NOON },
});
