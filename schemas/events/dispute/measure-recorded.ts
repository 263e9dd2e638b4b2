import { Type } from 'typebox';
import { MEASURE_KINDS } from '../../../domain/dispute/events.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { TextRef } from '../parts.ts';

export const measureRecorded = defineEvent({
  kind: 'dispute',
  type: 'measure-recorded',
  version: 1,
  summary: 'Something was done to keep the quarrel from growing.',
  fields: {
    by: Id(),
    measureId: Id(),
    kind: OneOf(MEASURE_KINDS),
    note: TextRef(),
    loweredRisk: Type.Boolean(),
  },
  example: { by: 'staff_7', measureId: 'msr_1', kind: 'visit', note: 'txt_6', loweredRisk: true },
});
