import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, TextRef } from '../parts.ts';

export const refused = defineEvent({
  kind: 'dispute',
  type: 'refused',
  version: 1,
  summary: 'A party refused mediation after hearing what that means; only she can take it back.',
  fields: { by: Id(), partyId: Id(), reason: Nullable(TextRef()) },
  example: { by: 'staff_7', partyId: 'party_b', reason: 'txt_5' },
});
