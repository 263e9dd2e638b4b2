import { Type } from 'typebox';
import { CONTACT_CHANNELS, SESSION_RESULTS } from '../../../domain/dispute/events.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List, TextRef } from '../parts.ts';

export const sessionRecorded = defineEvent({
  kind: 'dispute',
  type: 'session-recorded',
  version: 1,
  summary: 'A session took place and its record is kept.',
  fields: {
    by: Id(),
    sessionId: Id(),
    channel: OneOf(CONTACT_CHANNELS),
    partyIds: List(Id()),
    joint: Type.Boolean(),
    result: OneOf(SESSION_RESULTS),
    record: TextRef(),
  },
  example: {
    by: 'staff_9',
    sessionId: 'ses_1',
    channel: 'counter',
    partyIds: ['party_a', 'party_b'],
    joint: true,
    result: 'progress',
    record: 'txt_7',
  },
});
