import { UNRESOLVED_REASONS } from '../../../domain/dispute/state.ts';
import { Id, OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Routes, TextRef } from '../parts.ts';

export const closedUnresolved = defineEvent({
  kind: 'dispute',
  type: 'closed-unresolved',
  version: 1,
  summary:
    'The dispute is closed without being settled, without danger left, and with every other way shown.',
  fields: { by: Id(), reason: OneOf(UNRESOLVED_REASONS), note: TextRef(), routesTold: Routes },
  example: {
    by: 'staff_7',
    reason: 'failed',
    note: 'txt_5',
    routesTold: ['arbitration', 'administrative', 'court'],
  },
});
