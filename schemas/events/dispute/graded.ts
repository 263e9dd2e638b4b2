import { Type } from 'typebox';
import { GradeCode, Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { DangerFacts, GradeLine, List } from '../parts.ts';
import { DANGER } from '../samples.ts';

export const graded = defineEvent({
  kind: 'dispute',
  type: 'graded',
  version: 1,
  summary: 'The dispute has a grade; the lines explain the points one by one.',
  fields: {
    by: Id(),
    grade: GradeCode(),
    points: Type.Number({ minimum: 0 }),
    lines: List(GradeLine),
    danger: DangerFacts,
    cause: OneOf(['intake', 'triage', 'danger-tick', 'facts', 'raised', 'lowered']),
  },
  example: {
    by: 'staff_7',
    grade: 'yellow',
    points: 20,
    lines: [
      { factor: 'people', count: 12, points: 10 },
      { factor: 'repeat', count: 1, points: 10 },
    ],
    danger: DANGER,
    cause: 'triage',
  },
});
