import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const referred = defineEvent({
  kind: 'dispute',
  type: 'referred',
  version: 1,
  summary: 'The parties were shown the way to another body; the dispute stays here.',
  fields: { by: Id(), bodyId: Id(), reason: TextRef() },
  example: { by: 'staff_7', bodyId: 'body_3', reason: 'txt_5' },
});
