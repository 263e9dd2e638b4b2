import { Type } from 'typebox';
import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List } from '../parts.ts';

export const agreementSigned = defineEvent({
  kind: 'dispute',
  type: 'agreement-signed',
  version: 1,
  summary: 'Parties or the mediator signed, or the seal was set.',
  fields: {
    by: Id(),
    agreementId: Id(),
    partyIds: List(Id()),
    mediatorSigned: Type.Boolean(),
    sealed: Type.Boolean(),
  },
  example: {
    by: 'staff_9',
    agreementId: 'agr_1',
    partyIds: ['party_a', 'party_b'],
    mediatorSigned: true,
    sealed: false,
  },
});
