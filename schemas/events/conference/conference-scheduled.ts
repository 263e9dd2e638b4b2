import { Id, Instant } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List } from '../parts.ts';
import { NEXT_DAY } from '../samples.ts';

export const conferenceScheduled = defineEvent({
  kind: 'conference',
  type: 'conference-scheduled',
  version: 1,
  summary: 'The conference has a time, and perhaps more bodies.',
  fields: { by: Id(), at: Instant(), bodyIds: List(Id()) },
  example: { by: 'staff_7', at: NEXT_DAY, bodyIds: ['body_4'] },
});
