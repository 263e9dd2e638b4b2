import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const participantReplied = defineEvent({
  kind: 'conference',
  type: 'participant-replied',
  version: 1,
  summary: 'A body comes, or sends somebody in its stead.',
  fields: { by: Id(), bodyId: Id(), reply: OneOf(['confirmed', 'stand-in']) },
  example: { by: 'staff_20', bodyId: 'body_3', reply: 'confirmed' },
});
