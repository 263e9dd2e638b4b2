import { Type } from 'typebox';
import { Instant } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId, ClockLimit, Code, Nullable } from '../parts.ts';
import { MORNING, NEXT_DAY, NOON } from '../samples.ts';

export const clockStarted = defineEvent({
  kind: 'clock',
  type: 'clock-started',
  version: 1,
  summary: 'An obligation begins to run.',
  fields: {
    clockId: ClockId(),
    kind: Code(),
    limit: ClockLimit,
    startedAt: Instant(),
    dueAt: Instant(),
    provisional: Type.Boolean(),
    warnAt: Nullable(Instant()),
  },
  example: {
    clockId: 'level:1',
    kind: 'level',
    limit: { amount: 1, unit: 'working-day' },
    startedAt: MORNING,
    dueAt: NEXT_DAY,
    provisional: false,
    warnAt: NOON,
  },
});
