import { CONTACT_CHANNELS } from '../../../domain/dispute/events.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List } from '../parts.ts';

export const noticeDelivered = defineEvent({
  kind: 'dispute',
  type: 'notice-delivered',
  version: 1,
  summary: 'Parties were told about mediation and asked whether they agree to it; their time to answer runs.',
  fields: { by: Id(), partyIds: List(Id()), channel: OneOf(CONTACT_CHANNELS) },
  example: { by: 'staff_7', partyIds: ['party_a', 'party_b'], channel: 'visit' },
});
