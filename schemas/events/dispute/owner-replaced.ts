import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Owner } from '../parts.ts';
import { OWNER } from '../samples.ts';

export const ownerReplaced = defineEvent({
  kind: 'dispute',
  type: 'owner-replaced',
  version: 1,
  summary: 'The owner no longer holds the post; whoever is on duty at her level owns the dispute.',
  fields: { by: Id(), owner: Owner },
  example: { by: 'system:handover', owner: OWNER },
});
