import { Type } from 'typebox';
import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const conferenceClosed = defineEvent({
  kind: 'dispute',
  type: 'conference-closed',
  version: 1,
  summary: 'A conference was held or called off.',
  fields: { conferenceId: Id(), held: Type.Boolean() },
  example: { conferenceId: 'cnf_1', held: true },
});
