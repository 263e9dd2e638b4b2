import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId, Extra, TextRef } from '../parts.ts';

export const extensionRequested = defineEvent({
  kind: 'dispute',
  type: 'extension-requested',
  version: 1,
  summary: 'More time is asked for on one clock; the deadline stands until it is granted.',
  fields: { by: Id(), clockId: ClockId(), amount: Extra(), reason: TextRef() },
  example: { by: 'staff_7', clockId: 'level:1', amount: 2, reason: 'txt_5' },
});
