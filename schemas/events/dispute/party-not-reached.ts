import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const partyNotReached = defineEvent({
  kind: 'dispute',
  type: 'party-not-reached',
  version: 1,
  summary: 'A party never answered the notice. Silence is not consent.',
  fields: { partyId: Id() },
  example: { partyId: 'party_b' },
});
