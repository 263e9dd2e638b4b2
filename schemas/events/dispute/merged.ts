import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const merged = defineEvent({
  kind: 'dispute',
  type: 'merged',
  version: 1,
  summary: 'The dispute continues inside another one and leaves this file.',
  fields: { by: Id(), into: Id(), reason: TextRef() },
  example: { by: 'staff_7', into: 'dsp_2', reason: 'txt_5' },
});
