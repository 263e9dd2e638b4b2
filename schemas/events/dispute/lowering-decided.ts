import { Type } from 'typebox';
import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, TextRef } from '../parts.ts';

export const loweringDecided = defineEvent({
  kind: 'dispute',
  type: 'lowering-decided',
  version: 1,
  summary: 'A lower grade was confirmed, refused, or lapsed unanswered.',
  fields: { by: Id(), confirmed: Type.Boolean(), reason: Nullable(TextRef()) },
  example: { by: 'staff_8', confirmed: true, reason: null },
});
