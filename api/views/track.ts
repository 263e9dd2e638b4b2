import type { Static } from 'typebox';
import type { Clock } from '../../domain/clocks.ts';
import type { Dispute } from '../../domain/dispute/state.ts';
import type { Task } from '../../domain/task/task.ts';
import type { TimeRules } from '../../domain/clocks.ts';
import type { TimelineEntry } from '../../ports/reads.ts';
import type { Holder } from '../../ports/tracking.ts';
import { OPEN_ROUTES, type TrackView } from '../../schemas/api/track.ts';
import { disputeView, isPublic, ownParties, type Surroundings, type View } from './dispute.ts';
import { timelineView } from './timeline.ts';

export interface Followed extends TimeRules {
  now: number;
  call: { name: string; contact: string } | null;
}

type Tracked = Static<typeof TrackView>;

/** A dispute as its reporter or a party follows it: by the same view as with an account, and no more. */
export function trackedDispute(
  state: Dispute,
  view: View,
  { speaksFor, language }: Holder,
  around: Followed & Surroundings & { entries: TimelineEntry[] },
): Tracked {
  const shown = disputeView(state, view, around);
  // Until when she herself is asked; what others are asked is not hers to know.
  const asked = ownParties(state, around.actor).map(({ id }) => `:${id}:`);
  const isHers = ({ kind, id }: Clock): boolean =>
    kind === 'consent' && asked.some((part) => id.includes(part));
  const clocks = state.clocks.filter((clock) => isPublic(clock) || isHers(clock));
  return {
    ...{ caseKind: 'dispute', caseId: state.id, number: state.number, version: state.version },
    ...{ speaksFor, language, stage: shown.stage, level: shown.level, title: shown.title },
    ...{ reportedAt: state.reportedAt, responsible: shown.owner, call: around.call },
    ...clocksOf(clocks),
    timeline: timelineView(around.entries, view, around.names).map(brief),
    ...{ parties: shown.parties, closure: shown.closure, answer: null },
    ...{ routes: [...OPEN_ROUTES], allowedActions: shown.allowedActions },
  };
}

/** Of a need, hazard or opinion: that somebody has it, until when it is answered, and the answer. */
const PUBLIC_TASK_EVENTS = [
  'task-opened',
  'task-reported-in',
  'task-answered',
  'task-returned',
  'task-cancelled',
];

export function trackedTask(
  task: Task,
  { speaksFor, language }: Holder,
  around: Followed & {
    texts: ReadonlyMap<string, string>;
    names: ReadonlyMap<string, string>;
    entries: TimelineEntry[];
  },
): Tracked {
  const { texts, names, call, entries } = around;
  const text = (id: string | null): string | null => (id === null ? null : (texts.get(id) ?? null));
  const { owner } = task;
  const name = owner?.staffId == null ? null : (names.get(owner.staffId) ?? null);
  return {
    ...{ caseKind: 'task', caseId: task.id, number: null, version: task.version, speaksFor, language },
    ...{ stage: task.status, level: task.target.level, reportedAt: task.openedAt, call },
    // What is asked begins with the title she gave it.
    title: text(task.what)?.split('\n', 1)[0] ?? null,
    responsible: owner === null ? null : { ...owner, name },
    ...clocksOf(task.clocks.filter(({ kind }) => ['task-report-in', 'task-answer'].includes(kind))),
    timeline: entries.filter(({ type }) => PUBLIC_TASK_EVENTS.includes(type)).map(brief),
    ...{
      parties: [],
      closure: null,
      answer: text(task.answer),
      routes: [...OPEN_ROUTES],
      allowedActions: [],
    },
  };
}

const brief = ({ version, type, recordedAt }: Tracked['timeline'][number]): Tracked['timeline'][number] => ({
  ...{ version, type, recordedAt },
});

function clocksOf(clocks: Clock[]): Pick<Tracked, 'clocks' | 'next'> {
  const shown = clocks.map(({ id, kind, state, dueAt, provisional }) => ({
    id,
    kind,
    state,
    dueAt,
    provisional,
  }));
  const running = shown.filter(({ state }) => state === 'running').toSorted((a, b) => a.dueAt - b.dueAt);
  return { clocks: shown, next: running[0] ?? null };
}
