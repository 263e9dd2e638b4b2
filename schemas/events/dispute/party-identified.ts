import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const partyIdentified = defineEvent({
  kind: 'dispute',
  type: 'party-identified',
  version: 1,
  summary: 'From now on this party acts herself, through her account or a tracking code.',
  fields: { by: Id(), partyId: Id(), accountId: Id() },
  example: { by: 'staff_7', partyId: 'party_b', accountId: 'account_9' },
});
