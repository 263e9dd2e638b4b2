import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Party } from '../parts.ts';
import { party } from '../samples.ts';

export const respondentReplaced = defineEvent({
  kind: 'dispute',
  type: 'respondent-replaced',
  version: 1,
  summary: 'The wrong person was named; another one takes her place and is asked anew.',
  fields: { by: Id(), partyId: Id(), replacement: Party },
  example: { by: 'staff_7', partyId: 'party_b', replacement: party('party_c', 'B') },
});
