import { ORIGIN_REPLIES } from '../../../domain/dispute/events.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const originReplied = defineEvent({
  kind: 'dispute',
  type: 'origin-replied',
  version: 1,
  summary: 'The system or office that the report came from was answered.',
  fields: { by: Id(), kind: OneOf(ORIGIN_REPLIES), text: TextRef() },
  example: { by: 'staff_7', kind: 'result', text: 'txt_13' },
});
