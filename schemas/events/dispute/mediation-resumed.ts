import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const mediationResumed = defineEvent({
  kind: 'dispute',
  type: 'mediation-resumed',
  version: 1,
  summary: 'Mediation goes on; its clock runs again.',
  fields: { by: Id() },
  example: { by: 'staff_9' },
});
