import { Id, LevelCode } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { CauseCode, Nullable, TextRef } from '../parts.ts';

export const escalated = defineEvent({
  kind: 'dispute',
  type: 'escalated',
  version: 1,
  summary: 'The dispute goes to a higher level; the sender owns it until the receiver takes over.',
  fields: { by: Id(), from: LevelCode(), to: LevelCode(), cause: CauseCode(), reason: Nullable(TextRef()) },
  example: { by: 'system:clock', from: 'community', to: 'street', cause: 'clock', reason: null },
});
