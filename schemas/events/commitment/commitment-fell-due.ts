import { defineEvent } from '../contract.ts';

export const commitmentFellDue = defineEvent({
  kind: 'commitment',
  type: 'commitment-fell-due',
  version: 1,
  summary: 'The day has come; whether the promise was kept must now be checked.',
  fields: {},
  example: {},
});
