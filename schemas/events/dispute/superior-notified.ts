import { LevelCode } from '../../parts.ts';
import { defineEvent } from '../contract.ts';
import { CauseCode } from '../parts.ts';

export const superiorNotified = defineEvent({
  kind: 'dispute',
  type: 'superior-notified',
  version: 1,
  summary: 'The next level is told; it is not asked to take over.',
  fields: { level: LevelCode(), cause: CauseCode() },
  example: { level: 'street', cause: 'group' },
});
