import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const objected = defineEvent({
  kind: 'dispute',
  type: 'objected',
  version: 1,
  summary: 'Somebody disagrees with how the dispute was closed.',
  fields: { by: Id(), reason: TextRef() },
  example: { by: 'account_1', reason: 'txt_5' },
});
