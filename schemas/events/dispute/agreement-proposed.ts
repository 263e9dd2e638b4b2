import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Agreement } from '../parts.ts';
import { agreement } from '../samples.ts';

export const agreementProposed = defineEvent({
  kind: 'dispute',
  type: 'agreement-proposed',
  version: 1,
  summary: 'A written agreement is on the table, for the first time or changed; nobody has signed this text.',
  fields: { by: Id(), agreement: Agreement },
  example: { by: 'staff_9', agreement: agreement('written') },
});
