import { Type } from 'typebox';
import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable } from '../parts.ts';

export const rated = defineEvent({
  kind: 'dispute',
  type: 'rated',
  version: 1,
  summary: 'A party or the reporter rated how the dispute was handled, from 1 to 5.',
  fields: { by: Id(), partyId: Nullable(Id()), score: Type.Integer({ minimum: 1, maximum: 5 }) },
  example: { by: 'account_1', partyId: 'party_a', score: 4 },
});
