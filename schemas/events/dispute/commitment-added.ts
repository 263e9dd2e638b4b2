import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { Nullable, Undertaking } from '../parts.ts';
import { UNDERTAKING } from '../samples.ts';

export const commitmentAdded = defineEvent({
  kind: 'dispute',
  type: 'commitment-added',
  version: 1,
  summary: 'Something was promised with a date.',
  fields: { by: Id(), commitment: Undertaking, agreementId: Nullable(Id()) },
  example: { by: 'staff_7', commitment: UNDERTAKING, agreementId: 'agr_1' },
});
