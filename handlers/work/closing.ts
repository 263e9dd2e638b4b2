import type { Dispute } from '../../domain/dispute/state.ts';
import type { WorkItem } from '../../ports/handler.ts';
import { dueOf, itemAt } from './item.ts';

/** After the end: visits, the answer another system waits for, and the file. */
export function closingWork(state: Dispute): WorkItem[] {
  if (state.closure?.outcome === 'left' || state.archivedAt !== null) return [];
  const { level, staffId } = state.owner;
  const items: WorkItem[] = [];
  const due = (kind: string): number | null => dueOf(state, kind);
  const add = (kind: string, clock: string): void => {
    if (due(clock) !== null)
      items.push(itemAt(level, state, { kind, assigneeId: staffId, dueAt: due(clock) }));
  };
  add('reply-to-origin', 'origin');
  if (state.closure === null) return items;
  add('follow-up', 'follow-up');
  add('archive', 'archive');
  // A visit or archive that is overdue is still owed: the case is looked at until somebody has.
  add('look-after-closing', 'attention');
  return items;
}
