import { Type } from 'typebox';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, TextRef } from '../parts.ts';

export const followUpRecorded = defineEvent({
  kind: 'dispute',
  type: 'follow-up-recorded',
  version: 1,
  summary: 'Somebody looked whether the solution holds.',
  fields: {
    by: Id(),
    performed: OneOf(['yes', 'partly', 'no', 'not-applicable']),
    satisfied: Nullable(Type.Boolean()),
    note: Nullable(TextRef()),
  },
  example: { by: 'staff_7', performed: 'yes', satisfied: true, note: null },
});
