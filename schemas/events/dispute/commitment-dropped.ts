import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const commitmentDropped = defineEvent({
  kind: 'dispute',
  type: 'commitment-dropped',
  version: 1,
  summary: 'A promise no longer counts.',
  fields: { by: Id(), commitmentId: Id(), reason: TextRef() },
  example: { by: 'staff_7', commitmentId: 'cmt_1', reason: 'txt_5' },
});
