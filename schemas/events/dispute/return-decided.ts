import { Type } from 'typebox';
import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Owner, TextRef } from '../parts.ts';
import { OWNER } from '../samples.ts';

export const returnDecided = defineEvent({
  kind: 'dispute',
  type: 'return-decided',
  version: 1,
  summary: 'Who owns a returned dispute is decided; the second decision binds.',
  fields: { by: Id(), accepted: Type.Boolean(), owner: Owner, binding: Type.Boolean(), reason: TextRef() },
  example: { by: 'staff_7', accepted: false, owner: OWNER, binding: false, reason: 'txt_5' },
});
