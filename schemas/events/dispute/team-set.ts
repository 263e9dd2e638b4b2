import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List } from '../parts.ts';

export const teamSet = defineEvent({
  kind: 'dispute',
  type: 'team-set',
  version: 1,
  summary: 'A case team has been set up; its members may see the dispute.',
  fields: { by: Id(), leadId: Id(), memberIds: List(Id()) },
  example: { by: 'staff_7', leadId: 'staff_7', memberIds: ['staff_9', 'staff_10'] },
});
