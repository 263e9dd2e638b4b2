import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const leaderAssigned = defineEvent({
  kind: 'dispute',
  type: 'leader-assigned',
  version: 1,
  summary: 'A leader is named for the dispute.',
  fields: { by: Id(), leaderId: Id() },
  example: { by: 'system:clock', leaderId: 'staff_12' },
});
