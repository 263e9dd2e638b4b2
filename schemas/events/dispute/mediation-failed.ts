import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List, Routes, TextRef } from '../parts.ts';

export const mediationFailed = defineEvent({
  kind: 'dispute',
  type: 'mediation-failed',
  version: 1,
  summary: 'Mediation ended without agreement and the parties know which ways are open.',
  fields: { by: Id(), reason: TextRef(), itemIds: List(Id()), routesTold: Routes },
  example: {
    by: 'staff_9',
    reason: 'txt_5',
    itemIds: ['item_1'],
    routesTold: ['arbitration', 'administrative', 'court'],
  },
});
