import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, TextRef } from '../parts.ts';

export const withdrawn = defineEvent({
  kind: 'dispute',
  type: 'withdrawn',
  version: 1,
  summary: 'A party left a mediation that she had agreed to.',
  fields: { by: Id(), partyId: Id(), reason: Nullable(TextRef()) },
  example: { by: 'account_1', partyId: 'party_a', reason: null },
});
