import { Type } from 'typebox';
import { Id, Instant } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List } from '../parts.ts';
import { NOON } from '../samples.ts';

export const agreementInForce = defineEvent({
  kind: 'dispute',
  type: 'agreement-in-force',
  version: 1,
  summary: 'An agreement binds from now on; its terms follow as commitments.',
  fields: { agreementId: Id(), effectiveAt: Instant(), itemIds: List(Id()), mediationEnds: Type.Boolean() },
  example: { agreementId: 'agr_1', effectiveAt: NOON, itemIds: ['item_1'], mediationEnds: true },
});
