import { Type } from 'typebox';
import { Instant } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId, Code, Nullable } from '../parts.ts';
import { NEXT_DAY, NOON } from '../samples.ts';

export const clockWarned = defineEvent({
  kind: 'clock',
  type: 'clock-warned',
  version: 1,
  summary: 'A warning point has been reached; the owner is told.',
  fields: {
    clockId: ClockId(),
    kind: Code(),
    fraction: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1 }),
    warnedAt: Instant(),
    dueAt: Instant(),
    warnAt: Nullable(Instant()),
  },
  example: {
    clockId: 'level:1',
    kind: 'level',
    fraction: 0.5,
    warnedAt: NOON,
    dueAt: NEXT_DAY,
    warnAt: null,
  },
});
