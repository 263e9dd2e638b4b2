import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Owner, TextRef } from '../parts.ts';
import { OWNER } from '../samples.ts';

export const unmerged = defineEvent({
  kind: 'dispute',
  type: 'unmerged',
  version: 1,
  summary: 'A merge was undone; the dispute is open again and has an owner.',
  fields: { by: Id(), reason: TextRef(), owner: Owner },
  example: { by: 'staff_7', reason: 'txt_5', owner: OWNER },
});
