import { CategoryCode, DifficultyCode, Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { DangerFacts, Nullable, TextRef } from '../parts.ts';
import { DANGER } from '../samples.ts';

export const triageProposed = defineEvent({
  kind: 'dispute',
  type: 'triage-proposed',
  version: 1,
  summary: 'Somebody below the deciding level proposes how to classify the dispute.',
  fields: {
    by: Id(),
    category: CategoryCode(),
    difficulty: DifficultyCode(),
    danger: DangerFacts,
    note: Nullable(TextRef()),
  },
  example: { by: 'staff_7', category: 'D02', difficulty: 'general', danger: DANGER, note: 'txt_3' },
});
