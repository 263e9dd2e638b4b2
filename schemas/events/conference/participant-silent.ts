import { Id } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { List } from '../parts.ts';

export const participantSilent = defineEvent({
  kind: 'conference',
  type: 'participant-silent',
  version: 1,
  summary: 'Some bodies did not say in time whether they come.',
  fields: { bodyIds: List(Id()) },
  example: { bodyIds: ['body_2'] },
});
