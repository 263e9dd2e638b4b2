import type { Static } from 'typebox';
import type { TimelineEntry } from '../../ports/reads.ts';
import type { TimelinePage } from '../../schemas/api/views.ts';
import type { View } from './dispute.ts';

/** What residents are told of: what happened to the dispute, not who said what. */
const PUBLIC = [
  'reported',
  'triaged',
  'notice-delivered',
  'mediation-accepted',
  'mediator-assigned',
  'session-scheduled',
  'mediation-suspended',
  'mediation-resumed',
  'agreement-in-force',
  'mediation-failed',
  'escalated',
  'taken-over',
  'handed-down',
  'transferred',
  'merged',
  'marked-out-of-scope',
  'resolved',
  'closed-unresolved',
  'reopened',
  'archived',
  'confirmation-recorded',
];

const REFERENCE = /^txt_[0-9a-f]+$/;

/** Text references anywhere in the entries. */
export function textsIn(entries: TimelineEntry[]): string[] {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === 'string') {
      if (REFERENCE.test(value)) found.add(value);
    } else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  entries.forEach(({ data }) => look(data));
  return [...found];
}

/** The entries a person may see; residents get what happened and when, without anybody's words or names. */
export function timelineView(
  entries: TimelineEntry[],
  view: View,
  names: ReadonlyMap<string, string>,
): Static<typeof TimelinePage>['entries'] {
  const shown = view === 'staff' ? entries : entries.filter(({ type }) => PUBLIC.includes(type));
  return shown.map(({ version, type, recordedAt, occurredAt, actorId, data }) => ({
    ...{ version, type, recordedAt, occurredAt },
    ...(view === 'staff'
      ? { actorId, actorName: names.get(actorId) ?? null, data }
      : { actorId: null, actorName: null, data: null }),
  }));
}
