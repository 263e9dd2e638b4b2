import { CONTACT_CHANNELS, CONTACT_RESULTS } from '../../../domain/dispute/events.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, TextRef } from '../parts.ts';

export const contactRecorded = defineEvent({
  kind: 'dispute',
  type: 'contact-recorded',
  version: 1,
  summary: 'A party was contacted, or the attempt failed.',
  fields: {
    by: Id(),
    contactId: Id(),
    partyId: Id(),
    channel: OneOf(CONTACT_CHANNELS),
    result: OneOf(CONTACT_RESULTS),
    note: Nullable(TextRef()),
  },
  example: {
    by: 'staff_7',
    contactId: 'con_1',
    partyId: 'party_b',
    channel: 'phone',
    result: 'no-answer',
    note: null,
  },
});
