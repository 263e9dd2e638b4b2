import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, TextRef } from '../parts.ts';

export const commitmentFulfilled = defineEvent({
  kind: 'dispute',
  type: 'commitment-fulfilled',
  version: 1,
  summary: 'A promise was kept.',
  fields: { by: Id(), commitmentId: Id(), proof: Nullable(TextRef()) },
  example: { by: 'staff_7', commitmentId: 'cmt_1', proof: 'txt_10' },
});
