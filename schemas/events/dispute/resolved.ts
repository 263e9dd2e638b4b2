import { Type } from 'typebox';
import { RESOLUTION_KINDS } from '../../../domain/dispute/state.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const resolved = defineEvent({
  kind: 'dispute',
  type: 'resolved',
  version: 1,
  summary: 'The dispute is settled and closed; visits afterwards are due.',
  fields: { by: Id(), kind: OneOf(RESOLUTION_KINDS), reason: TextRef(), toldReporter: Type.Boolean() },
  example: { by: 'staff_7', kind: 'agreement', reason: 'txt_5', toldReporter: true },
});
