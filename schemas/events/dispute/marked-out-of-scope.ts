import { Type } from 'typebox';
import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const markedOutOfScope = defineEvent({
  kind: 'dispute',
  type: 'marked-out-of-scope',
  version: 1,
  summary: 'The matter is nothing that may be handled here, and the reporter was told where to go.',
  fields: { by: Id(), reason: TextRef(), toldReporter: Type.Boolean() },
  example: { by: 'staff_7', reason: 'txt_5', toldReporter: true },
});
