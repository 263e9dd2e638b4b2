import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List } from '../parts.ts';

export const confirmationApplied = defineEvent({
  kind: 'dispute',
  type: 'confirmation-applied',
  version: 1,
  summary: 'Both sides ask the court to confirm their agreement.',
  fields: { by: Id(), agreementId: Id(), partyIds: List(Id()) },
  example: { by: 'staff_9', agreementId: 'agr_1', partyIds: ['party_a', 'party_b'] },
});
