import { ownerAt } from '../../domain/duty.ts';
import { gradeRank } from '../../domain/grading.ts';
import { levelOf, rank, type Level } from '../../domain/regions.ts';
import type { Dispute } from '../../domain/dispute/state.ts';
import type { ReadModel, WorkItem } from '../../ports/handler.ts';
import { dueOf, itemAt } from './item.ts';

/** Before triage: a look on site for the grid's duty worker, the triage itself, and whatever cannot wait. */
export function discoveryWork(state: Dispute, read: ReadModel): WorkItem[] {
  if (state.closure !== null) return [];
  return [...siteCheck(state, read), ...triage(state), ...urgent(state), ...redAlert(state)];
}

function siteCheck(state: Dispute, { directory, now }: ReadModel): WorkItem[] {
  const inGrid = levelOf(state.region) === 'grid';
  if (!inGrid || state.triage !== 'none') return [];
  const { staffId } = ownerAt(directory, state.region, 'grid', now);
  const dueAt = dueOf(state, 'triage', 'triage-red');
  return [itemAt('grid', state, { kind: 'check-on-site', assigneeId: staffId, dueAt })];
}

/** Blue and yellow are confirmed by the community, orange and red by the street; nobody below the present level. */
function triage(state: Dispute): WorkItem[] {
  if (state.triage === 'done') return [];
  const graver: Level = gradeRank(state.grade) >= gradeRank('orange') ? 'street' : 'community';
  const level = rank(state.level) > rank(graver) ? state.level : graver;
  const dueAt = dueOf(state, 'triage', 'triage-red', 'level');
  const detail = { proposed: state.triage === 'proposed', category: state.category };
  return [itemAt(level, state, { kind: 'confirm-triage', dueAt, detail })];
}

function urgent(state: Dispute): WorkItem[] {
  if (!state.urgent || state.contacted) return [];
  const { level, staffId } = state.owner;
  const dueAt = dueOf(state, 'first-contact');
  return [itemAt(level, state, { kind: 'first-contact', assigneeId: staffId, dueAt })];
}

function redAlert(state: Dispute): WorkItem[] {
  if (state.grade !== 'red') return [];
  const level: Level = rank(state.level) > rank('street') ? state.level : 'street';
  const detail = { visited: state.redVisited };
  return [
    itemAt(level, state, { kind: 'red-alert', dueAt: dueOf(state, 'red-visit', 'red-persist'), detail }),
  ];
}
