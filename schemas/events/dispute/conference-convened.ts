import { AGENDA_KINDS } from '../../../domain/dispute/state.ts';
import { Id, Instant, LevelCode, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List, Nullable, TextRef } from '../parts.ts';
import { NEXT_DAY } from '../samples.ts';

export const conferenceConvened = defineEvent({
  kind: 'dispute',
  type: 'conference-convened',
  version: 1,
  summary: 'Several bodies are called to one table; the conference is a case of its own.',
  fields: {
    by: Id(),
    conferenceId: Id(),
    agenda: OneOf(AGENDA_KINDS),
    question: Nullable(TextRef()),
    at: Nullable(Instant()),
    bodyIds: List(Id()),
    level: LevelCode(),
  },
  example: {
    by: 'staff_7',
    conferenceId: 'cnf_1',
    agenda: 'solve',
    question: 'txt_8',
    at: NEXT_DAY,
    bodyIds: ['body_2', 'body_3'],
    level: 'street',
  },
});
