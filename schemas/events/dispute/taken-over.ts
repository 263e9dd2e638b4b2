import { Type } from 'typebox';
import { Id, LevelCode } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Owner } from '../parts.ts';
import { OWNER } from '../samples.ts';

export const takenOver = defineEvent({
  kind: 'dispute',
  type: 'taken-over',
  version: 1,
  summary: 'The receiving level owns the dispute, by its own act or because its time to act ran out.',
  fields: { by: Id(), level: LevelCode(), owner: Owner, automatic: Type.Boolean() },
  example: { by: 'staff_7', level: 'community', owner: { ...OWNER, via: 'named' }, automatic: false },
});
