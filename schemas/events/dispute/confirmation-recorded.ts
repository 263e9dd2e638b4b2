import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const confirmationRecorded = defineEvent({
  kind: 'dispute',
  type: 'confirmation-recorded',
  version: 1,
  summary: 'The court has answered a request to confirm an agreement.',
  fields: { by: Id(), agreementId: Id(), result: OneOf(['confirmed', 'dismissed', 'declined']) },
  example: { by: 'staff_9', agreementId: 'agr_1', result: 'confirmed' },
});
