import { Id, LevelCode, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId, Nullable, TextRef } from '../parts.ts';

export const supervised = defineEvent({
  kind: 'dispute',
  type: 'supervised',
  version: 1,
  summary: 'A higher level looks into how the dispute is handled; it does not take it over.',
  fields: {
    by: Id(),
    kind: OneOf(['supervision', 'listed']),
    clockId: Nullable(ClockId()),
    byLevel: LevelCode(),
    reason: Nullable(TextRef()),
  },
  example: {
    by: 'system:clock',
    kind: 'supervision',
    clockId: 'red-visit:1-0',
    byLevel: 'street',
    reason: null,
  },
});
