import { defineEvent } from '../contract.ts';
import { ClockId } from '../parts.ts';

export const conferenceOverdue = defineEvent({
  kind: 'conference',
  type: 'conference-overdue',
  version: 1,
  summary: 'The time, or the minutes, of the conference are missing past their deadline.',
  fields: { clockId: ClockId() },
  example: { clockId: 'conference-schedule:1' },
});
