import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const archived = defineEvent({
  kind: 'dispute',
  type: 'archived',
  version: 1,
  summary: 'The dossier is complete and the dispute needs nobody any more.',
  fields: { by: Id() },
  example: { by: 'staff_7' },
});
