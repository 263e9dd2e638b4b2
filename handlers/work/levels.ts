import { levelAbove, rank, type Level } from '../../domain/regions.ts';
import { ROLES_OF_LEVEL } from '../../domain/roles.ts';
import type { Dispute } from '../../domain/dispute/state.ts';
import type { WorkItem } from '../../ports/handler.ts';
import { dueOf, itemAbove, itemAt } from './item.ts';

/** The owner's own work, what waits to be taken over, and what waits for a decision from above. */
export function levelWork(state: Dispute): WorkItem[] {
  // A visit that nobody made after the closing is supervised like any other breach.
  if (state.closure !== null) return state.archivedAt === null ? supervision(state) : [];
  return [...handling(state), ...takeOver(state), ...decisions(state), ...supervision(state)];
}

function handling(state: Dispute): WorkItem[] {
  if (state.triage !== 'done') return [];
  const { level, staffId } = state.owner;
  const dueAt = dueOf(state, 'level', 'attention');
  return [
    itemAt(level, state, { kind: 'handle', assigneeId: staffId, dueAt, detail: { level: state.level } }),
  ];
}

function takeOver(state: Dispute): WorkItem[] {
  if (state.pendingTransfer === null) return [];
  const { to } = state.pendingTransfer;
  const detail = { from: state.level };
  return [itemAt(to, state, { kind: 'take-over', dueAt: dueOf(state, 'takeover'), detail })];
}

function decisions(state: Dispute): WorkItem[] {
  const above = levelAbove(state.level) ?? state.level;
  const items: WorkItem[] = [];
  if (state.pendingReturn !== null) {
    const { to, count } = state.pendingReturn;
    const higher = rank(to) > rank(state.level) ? to : state.level;
    const decider = levelAbove(higher) ?? higher;
    const detail = { to, binding: count >= 2 };
    // Whoever sent it may take it back by her own word, once.
    if (count === 1)
      items.push(itemAt(to, state, { kind: 'take-back', dueAt: dueOf(state, 'return-decision'), detail }));
    items.push(
      itemAbove(state, decider, { kind: 'decide-return', dueAt: dueOf(state, 'return-decision'), detail }),
    );
  }
  if (state.pendingExtension !== null) {
    const detail = state.pendingExtension;
    const dueAt = dueOf(state, 'extension-decision');
    items.push(itemAbove(state, above, { kind: 'decide-extension', dueAt, detail }));
  }
  if (state.pendingRegrade !== null) {
    const detail = { grade: state.pendingRegrade.grade };
    const dueAt = dueOf(state, 'regrade-decision');
    items.push(itemAbove(state, above, { kind: 'confirm-regrade', dueAt, detail }));
  }
  return items;
}

function supervision(state: Dispute): WorkItem[] {
  return state.awaitingSupervision.map(({ key, level }) => {
    const at: Level = level;
    const roles = [...ROLES_OF_LEVEL[at], 'leader' as const];
    return itemAt(at, state, { kind: 'supervise', subject: key, roles, detail: { clockId: key } });
  });
}
