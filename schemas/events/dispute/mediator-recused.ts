import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const mediatorRecused = defineEvent({
  kind: 'dispute',
  type: 'mediator-recused',
  version: 1,
  summary: 'A mediator stepped back and may not return to this dispute.',
  fields: { by: Id(), mediatorId: Id(), reason: TextRef() },
  example: { by: 'staff_7', mediatorId: 'staff_9', reason: 'txt_5' },
});
