import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Agreement } from '../parts.ts';
import { agreement } from '../samples.ts';

export const oralAgreementRecorded = defineEvent({
  kind: 'dispute',
  type: 'oral-agreement-recorded',
  version: 1,
  summary: 'The parties agreed by word of mouth and it was registered; the director reviews it.',
  fields: { by: Id(), agreement: Agreement },
  example: { by: 'staff_9', agreement: agreement('oral') },
});
