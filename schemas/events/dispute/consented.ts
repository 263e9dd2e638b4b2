import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const consented = defineEvent({
  kind: 'dispute',
  type: 'consented',
  version: 1,
  summary: 'A party agreed to mediation.',
  fields: { by: Id(), partyId: Id() },
  example: { by: 'account_1', partyId: 'party_a' },
});
