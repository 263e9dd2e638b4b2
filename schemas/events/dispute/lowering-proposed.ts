import { GradeCode, Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { DangerFacts, TextRef } from '../parts.ts';
import { DANGER } from '../samples.ts';

export const loweringProposed = defineEvent({
  kind: 'dispute',
  type: 'lowering-proposed',
  version: 1,
  summary: 'Somebody thinks the dispute is less dangerous than graded; a second person decides.',
  fields: { by: Id(), grade: GradeCode(), danger: DangerFacts, reason: TextRef() },
  example: { by: 'staff_7', grade: 'blue', danger: DANGER, reason: 'txt_5' },
});
