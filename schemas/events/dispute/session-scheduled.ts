import { Type } from 'typebox';
import { CONTACT_CHANNELS } from '../../../domain/dispute/events.ts';
import { Id, Instant, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List } from '../parts.ts';
import { NEXT_DAY } from '../samples.ts';

export const sessionScheduled = defineEvent({
  kind: 'dispute',
  type: 'session-scheduled',
  version: 1,
  summary: 'A session has a date.',
  fields: {
    by: Id(),
    sessionId: Id(),
    at: Instant(),
    channel: OneOf(CONTACT_CHANNELS),
    partyIds: List(Id()),
    joint: Type.Boolean(),
    closed: Type.Boolean(),
  },
  example: {
    by: 'staff_9',
    sessionId: 'ses_1',
    at: NEXT_DAY,
    channel: 'counter',
    partyIds: ['party_a', 'party_b'],
    joint: true,
    closed: false,
  },
});
