import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, TextRef } from '../parts.ts';

export const conferenceCancelled = defineEvent({
  kind: 'conference',
  type: 'conference-cancelled',
  version: 1,
  summary: 'The conference does not take place.',
  fields: { by: Id(), reason: Nullable(TextRef()) },
  example: { by: 'staff_7', reason: 'txt_5' },
});
