import { Id, LevelCode } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Owner, TextRef } from '../parts.ts';
import { OWNER } from '../samples.ts';

export const handedDown = defineEvent({
  kind: 'dispute',
  type: 'handed-down',
  version: 1,
  summary: 'A higher level gives the dispute to a lower one, which may return it.',
  fields: { by: Id(), from: LevelCode(), to: LevelCode(), owner: Owner, reason: TextRef() },
  example: { by: 'staff_7', from: 'street', to: 'community', owner: OWNER, reason: 'txt_5' },
});
