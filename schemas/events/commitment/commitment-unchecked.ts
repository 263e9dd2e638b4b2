import { defineEvent } from '../contract.ts';
import { ClockId } from '../parts.ts';

export const commitmentUnchecked = defineEvent({
  kind: 'commitment',
  type: 'commitment-unchecked',
  version: 1,
  summary: 'Nobody has checked a promise that fell due.',
  fields: { clockId: ClockId() },
  example: { clockId: 'commitment-check:1' },
});
