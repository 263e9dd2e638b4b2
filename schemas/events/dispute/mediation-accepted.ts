import { MEDIATION_KINDS } from '../../../domain/policy.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const mediationAccepted = defineEvent({
  kind: 'dispute',
  type: 'mediation-accepted',
  version: 1,
  summary: 'A committee takes the dispute on; the clock of its kind of mediation starts.',
  fields: { by: Id(), kind: OneOf(MEDIATION_KINDS), committeeId: Id() },
  example: { by: 'staff_7', kind: 'peoples', committeeId: 'body_1' },
});
