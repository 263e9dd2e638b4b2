import { OneOf } from '../../parts.ts';
import { defineEvent } from '../contract.ts';

export const commitmentSettled = defineEvent({
  kind: 'commitment',
  type: 'commitment-settled',
  version: 1,
  summary: 'A person has decided whether the promise was kept.',
  fields: { result: OneOf(['done', 'broken', 'dropped']) },
  example: { result: 'done' },
});
