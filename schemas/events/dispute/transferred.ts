import { Type } from 'typebox';
import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const transferred = defineEvent({
  kind: 'dispute',
  type: 'transferred',
  version: 1,
  summary: 'The dispute went to a body outside for good.',
  fields: { by: Id(), toBodyId: Id(), reason: TextRef(), toldReporter: Type.Boolean() },
  example: { by: 'staff_7', toBodyId: 'body_3', reason: 'txt_5', toldReporter: true },
});
