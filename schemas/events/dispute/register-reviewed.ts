import { Type } from 'typebox';
import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, TextRef } from '../parts.ts';

export const registerReviewed = defineEvent({
  kind: 'dispute',
  type: 'register-reviewed',
  version: 1,
  summary: 'The director has looked at the register of an oral agreement.',
  fields: { by: Id(), agreementId: Id(), approved: Type.Boolean(), note: Nullable(TextRef()) },
  example: { by: 'staff_11', agreementId: 'agr_1', approved: true, note: null },
});
