import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Owner } from '../parts.ts';
import { OWNER } from '../samples.ts';

export const taskOwnerReplaced = defineEvent({
  kind: 'task',
  type: 'task-owner-replaced',
  version: 1,
  summary: 'Whoever had the task no longer holds the post; it is with whoever is on duty there now.',
  fields: { by: Id(), owner: Owner },
  example: { by: 'system:handover', owner: OWNER },
});
