import { Type } from 'typebox';
import { Instant } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId, ClockLimit, Nullable } from '../parts.ts';
import { NEXT_DAY, NEXT_WEEK } from '../samples.ts';

export const clockExtended = defineEvent({
  kind: 'clock',
  type: 'clock-extended',
  version: 1,
  summary: 'A clock has more time; the limit already contains it.',
  fields: {
    clockId: ClockId(),
    limit: ClockLimit,
    dueAt: Instant(),
    provisional: Type.Boolean(),
    warnAt: Nullable(Instant()),
  },
  example: {
    clockId: 'level:1',
    limit: { amount: 2, unit: 'working-day' },
    dueAt: NEXT_WEEK,
    provisional: false,
    warnAt: NEXT_DAY,
  },
});
