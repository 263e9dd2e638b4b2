import { SUSPENSION_REASONS } from '../../../domain/dispute/events.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const mediationSuspended = defineEvent({
  kind: 'dispute',
  type: 'mediation-suspended',
  version: 1,
  summary: 'Mediation pauses; its clock is held.',
  fields: { by: Id(), reason: OneOf(SUSPENSION_REASONS) },
  example: { by: 'staff_9', reason: 'appraisal' },
});
