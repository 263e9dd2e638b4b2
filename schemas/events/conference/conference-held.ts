import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Decision, List, TextRef } from '../parts.ts';
import { NEXT_WEEK } from '../samples.ts';

export const conferenceHeld = defineEvent({
  kind: 'conference',
  type: 'conference-held',
  version: 1,
  summary: 'The conference took place; each decision names who does what until when.',
  fields: { by: Id(), attendedBodyIds: List(Id()), minutes: TextRef(), decisions: List(Decision) },
  example: {
    by: 'staff_7',
    attendedBodyIds: ['body_2', 'body_3'],
    minutes: 'txt_15',
    decisions: [
      {
        id: 'cmt_2',
        kind: 'decision',
        promisedBy: { type: 'body', id: 'body_3' },
        what: 'txt_16',
        dueAt: NEXT_WEEK,
      },
    ],
  },
});
