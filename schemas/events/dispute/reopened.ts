import { REOPEN_GROUNDS } from '../../../domain/dispute/events.ts';
import { Id, LevelCode, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Owner, TextRef } from '../parts.ts';
import { OWNER } from '../samples.ts';

export const reopened = defineEvent({
  kind: 'dispute',
  type: 'reopened',
  version: 1,
  summary: 'A closed dispute is open again, with an owner and new clocks.',
  fields: { by: Id(), ground: OneOf(REOPEN_GROUNDS), reason: TextRef(), owner: Owner, level: LevelCode() },
  example: { by: 'staff_7', ground: 'broken-commitment', reason: 'txt_5', owner: OWNER, level: 'community' },
});
