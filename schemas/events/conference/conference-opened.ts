import { AGENDA_KINDS } from '../../../domain/dispute/state.ts';
import { Id, Instant, LevelCode, OneOf, RegionCode } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List, Nullable, TextRef } from '../parts.ts';
import { GRID, NEXT_DAY } from '../samples.ts';

export const conferenceOpened = defineEvent({
  kind: 'conference',
  type: 'conference-opened',
  version: 1,
  summary: 'A conference was called and its bodies are asked to confirm.',
  fields: {
    id: Id(),
    policyVersion: Id(),
    disputeId: Id(),
    agenda: OneOf(AGENDA_KINDS),
    region: RegionCode(),
    level: LevelCode(),
    at: Nullable(Instant()),
    bodyIds: List(Id()),
    question: Nullable(TextRef()),
  },
  example: {
    id: 'cnf_1',
    policyVersion: 'default-2026.1',
    disputeId: 'dsp_1',
    agenda: 'solve',
    region: GRID,
    level: 'street',
    at: NEXT_DAY,
    bodyIds: ['body_2', 'body_3'],
    question: 'txt_8',
  },
});
