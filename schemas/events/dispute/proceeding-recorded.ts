import { PROCEEDING_KINDS } from '../../../domain/dispute/state.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, TextRef } from '../parts.ts';

export const proceedingRecorded = defineEvent({
  kind: 'dispute',
  type: 'proceeding-recorded',
  version: 1,
  summary: 'The matter is also before a court or an authority; that alone stops nothing here.',
  fields: {
    by: Id(),
    proceedingId: Id(),
    kind: OneOf(PROCEEDING_KINDS),
    body: TextRef(),
    reference: Nullable(TextRef()),
    result: Nullable(TextRef()),
  },
  example: {
    by: 'staff_7',
    proceedingId: 'prc_1',
    kind: 'lawsuit',
    body: 'txt_11',
    reference: 'txt_12',
    result: null,
  },
});
