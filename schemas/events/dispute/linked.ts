import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Relation } from '../parts.ts';

export const linked = defineEvent({
  kind: 'dispute',
  type: 'linked',
  version: 1,
  summary: 'The dispute is connected with another one; the same matter again counts towards danger.',
  fields: { by: Id(), disputeId: Id(), relation: Relation() },
  example: { by: 'staff_7', disputeId: 'dsp_0', relation: 'same-matter' },
});
