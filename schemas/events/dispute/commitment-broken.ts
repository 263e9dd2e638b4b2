import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const commitmentBroken = defineEvent({
  kind: 'dispute',
  type: 'commitment-broken',
  version: 1,
  summary: 'A promise was not kept; a resolved dispute is reopened by it.',
  fields: { by: Id(), commitmentId: Id(), reason: TextRef() },
  example: { by: 'staff_7', commitmentId: 'cmt_1', reason: 'txt_5' },
});
