import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const mediatorLeft = defineEvent({
  kind: 'dispute',
  type: 'mediator-left',
  version: 1,
  summary: 'A mediator no longer holds the post; another is to be assigned.',
  fields: { by: Id(), mediatorId: Id() },
  example: { by: 'system:handover', mediatorId: 'staff_9' },
});
