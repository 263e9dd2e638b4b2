import { Type } from 'typebox';
import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId, Extra, Nullable, TextRef } from '../parts.ts';

export const extensionDecided = defineEvent({
  kind: 'dispute',
  type: 'extension-decided',
  version: 1,
  summary: 'A request for more time was granted or refused; the new deadline follows as clock-extended.',
  fields: {
    by: Id(),
    clockId: ClockId(),
    amount: Extra(),
    granted: Type.Boolean(),
    reason: Nullable(TextRef()),
  },
  example: { by: 'staff_8', clockId: 'level:1', amount: 2, granted: true, reason: null },
});
