import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const unlinked = defineEvent({
  kind: 'dispute',
  type: 'unlinked',
  version: 1,
  summary: 'A link to another dispute was undone.',
  fields: { by: Id(), disputeId: Id(), reason: TextRef() },
  example: { by: 'staff_7', disputeId: 'dsp_0', reason: 'txt_5' },
});
