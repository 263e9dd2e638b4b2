import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const calmed = defineEvent({
  kind: 'dispute',
  type: 'calmed',
  version: 1,
  summary: 'A red dispute was calmed on the spot; it stays open and another person must visit.',
  fields: { by: Id(), note: TextRef() },
  example: { by: 'staff_7', note: 'txt_4' },
});
