import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { ClockId } from '../parts.ts';

export const urged = defineEvent({
  kind: 'dispute',
  type: 'urged',
  version: 1,
  summary: 'Somebody who waits has asked the owner to hurry; once for each clock.',
  fields: { by: Id(), clockId: ClockId() },
  example: { by: 'account_1', clockId: 'level:1' },
});
