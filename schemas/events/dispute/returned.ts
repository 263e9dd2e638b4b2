import { Type } from 'typebox';
import { Id, LevelCode } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Owner, TextRef } from '../parts.ts';
import { OWNER } from '../samples.ts';

export const returned = defineEvent({
  kind: 'dispute',
  type: 'returned',
  version: 1,
  summary: 'A level says the dispute is not its own; the level above both decides.',
  fields: {
    by: Id(),
    to: LevelCode(),
    reason: TextRef(),
    decider: Owner,
    count: Type.Integer({ minimum: 1 }),
  },
  example: { by: 'staff_3', to: 'street', reason: 'txt_5', decider: OWNER, count: 1 },
});
