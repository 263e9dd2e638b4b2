import {
  isLive,
  recomputeClocks,
  type Clock,
  type ClockEvent,
  type TimeRules,
  type WantedClock,
} from '../clocks.ts';
import { ownerAt, ownerIsAbsent, type Owner } from '../duty.ts';
import { refuse, type Refusal } from '../errors.ts';
import type { Clocked, Context, Machine, TextRef } from '../machine.ts';
import { holds } from '../roles.ts';
import { ROLES_OF_LEVEL } from '../roles.ts';
import type { TaskKind, TaskTarget } from '../dispute/state.ts';
import type { Instant } from '../working-time.ts';

/** One request to a body or a duty owner: report in, then answer. A whistle is one kind; the dispute keeps its owner. */
export interface Task extends Clocked {
  policyVersion: string;
  /** The dispute it serves; null for the answer to a need, hazard or opinion. */
  disputeId: string | null;
  kind: TaskKind;
  target: TaskTarget;
  owner: Owner | null;
  openedAt: Instant;
  fromPetition: boolean;
  /** Who brought the need, hazard or opinion and hears the answer; null for tasks of a dispute. */
  reportedBy: string | null;
  what: TextRef | null;
  answer: TextRef | null;
  status: 'new' | 'open' | 'reported-in' | 'answered' | 'returned' | 'cancelled';
  silences: number;
}

export type TaskEvent =
  | {
      type: 'task-opened';
      id: string;
      policyVersion: string;
      disputeId: string | null;
      kind: TaskKind;
      target: TaskTarget;
      owner: Owner | null;
      what: TextRef | null;
      fromPetition: boolean;
      reportedBy: string | null;
    }
  | { type: 'task-reported-in'; by: string }
  | { type: 'task-answered'; by: string; answer: TextRef }
  | { type: 'task-returned'; by: string; reason: TextRef }
  | { type: 'task-cancelled'; by: string; reason: TextRef | null }
  | { type: 'task-fell-silent'; clockId: string }
  | { type: 'task-owner-replaced'; by: string; owner: Owner };

export type TaskCommand =
  | {
      action: 'open-task';
      id: string;
      policyVersion: string;
      disputeId: string | null;
      kind: TaskKind;
      target: TaskTarget;
      what: TextRef | null;
      fromPetition: boolean;
      owner: Owner | null;
      reportedBy: string | null;
    }
  | { action: 'report-in' }
  | { action: 'answer'; answer: TextRef }
  | { action: 'return-task'; reason: TextRef }
  | { action: 'cancel-task'; reason?: TextRef }
  | { action: 'replace-absent' }
  | { action: 'recompute' };

export const NO_TASK: Task = {
  id: '',
  version: 0,
  clocks: [],
  policyVersion: '',
  disputeId: null,
  kind: 'answer',
  target: { bodyId: null, region: '', level: 'grid' },
  owner: null,
  openedAt: 0,
  fromPetition: false,
  reportedBy: null,
  what: null,
  answer: null,
  status: 'new',
  silences: 0,
};

const isOpenTask = (task: Task): boolean => task.status === 'open' || task.status === 'reported-in';

function evolve(state: Task, event: TaskEvent, at: Instant): Task {
  switch (event.type) {
    case 'task-opened': {
      const { type: _, ...data } = event;
      return { ...state, ...data, openedAt: at, status: 'open' };
    }
    case 'task-reported-in':
      return { ...state, status: 'reported-in' };
    case 'task-answered':
      return { ...state, status: 'answered', answer: event.answer };
    case 'task-returned':
      return { ...state, status: 'returned' };
    case 'task-cancelled':
      return { ...state, status: 'cancelled' };
    case 'task-owner-replaced':
      return { ...state, owner: event.owner };
    case 'task-fell-silent':
      return { ...state, silences: state.silences + 1 };
    default:
      return event satisfies never;
  }
}

/** Who may act on a task: a handler of the tasked body, or those on duty at the tasked level and region. */
export function mayHandle(state: Task, { actor }: Pick<Context, 'actor'>): boolean {
  const { bodyId, region, level } = state.target;
  if (bodyId !== null) return actor.posts.some((post) => post.bodyId === bodyId);
  const named = actor.posts.length > 0 && actor.id === state.owner?.staffId;
  return named || holds(actor, ROLES_OF_LEVEL[level], region);
}

/** The actions this person may take on the task now. */
export function allowedTaskActions(
  state: Task,
  context: Pick<Context, 'actor' | 'now'>,
): TaskCommand['action'][] {
  if (!isOpenTask(state) || !mayHandle(state, context)) return [];
  // Whoever brings a need is answered by whoever received it first; only what a petition office sent goes back.
  const returnable =
    state.status === 'open' &&
    (state.reportedBy === null || state.fromPetition) &&
    state.clocks.some((clock) => clock.kind === returnClock(state) && isLive(clock));
  return [
    ...(state.status === 'open' && state.kind !== 'stabilise' ? (['report-in'] as const) : []),
    'answer',
    ...(returnable ? (['return-task'] as const) : []),
  ];
}

/** "Not ours" must be said within the report-in time; five days apply to petitions only. */
const returnClock = (state: Task): string => (state.fromPetition ? 'petition-return' : 'task-report-in');

function decide(state: Task, command: TaskCommand, context: Context): (TaskEvent | ClockEvent)[] | Refusal {
  const { actor } = context;
  if (command.action === 'open-task') return open(state, command);
  if (!isOpenTask(state)) return refuse('out_of_order', 'this task is already closed');
  switch (command.action) {
    case 'recompute':
      return recomputeClocks(state.clocks, context.now, context);
    case 'replace-absent':
      return replaceAbsent(state, context);
    case 'cancel-task':
      if (actor.system !== true) return refuse('not_permitted', 'a task is cancelled through its dispute');
      return [{ type: 'task-cancelled', by: actor.id, reason: command.reason ?? null }];
    case 'report-in':
    case 'answer':
    case 'return-task':
      if (!mayHandle(state, context))
        return refuse('not_permitted', 'only the tasked body or duty owner may do this');
      if (!allowedTaskActions(state, context).includes(command.action)) {
        return refuse('out_of_order', `not possible on a task that is ${state.status}`);
      }
      return handled(command, actor.id);
    default:
      return refuse('unknown_action', 'a task knows: report-in, answer, return-task', 'action');
  }
}

function open(state: Task, command: Extract<TaskCommand, { action: 'open-task' }>): TaskEvent[] | Refusal {
  if (state.status !== 'new') return refuse('out_of_order', 'this task is already open');
  const { action: _, ...data } = command;
  return [{ type: 'task-opened', ...data }];
}

/** Who no longer holds the post is replaced by whoever is on duty now where the task was sent. */
function replaceAbsent(
  { owner, target: { region, level } }: Task,
  { actor, directory, now }: Context,
): TaskEvent[] | Refusal {
  if (actor.system !== true) return refuse('not_permitted', 'the engine replaces who has left');
  if (owner === null || !ownerIsAbsent(directory, owner, region, now)) return [];
  return [{ type: 'task-owner-replaced', by: actor.id, owner: ownerAt(directory, region, level, now) }];
}

function handled(
  command: Extract<TaskCommand, { action: 'report-in' | 'answer' | 'return-task' }>,
  by: string,
): TaskEvent[] {
  switch (command.action) {
    case 'report-in':
      return [{ type: 'task-reported-in', by }];
    case 'answer':
      return [{ type: 'task-answered', by, answer: command.answer }];
    case 'return-task':
      return [{ type: 'task-returned', by, reason: command.reason }];
  }
}

function clocks(state: Task, { policy }: TimeRules): WantedClock[] {
  if (!isOpenTask(state)) return [];
  if (state.kind === 'stabilise')
    return [{ id: 'stabilise:1', kind: 'stabilise', limit: policy.clocks.stabilise }];
  const wanted: WantedClock[] = [
    { id: 'task-answer:1', kind: 'task-answer', limit: policy.clocks.taskAnswer },
  ];
  if (state.status === 'open')
    wanted.push({ id: 'task-report-in:1', kind: 'task-report-in', limit: policy.clocks.taskReportIn });
  if (state.status === 'open' && state.fromPetition) {
    wanted.push({ id: 'petition-return:1', kind: 'petition-return', limit: policy.clocks.petitionReturn });
  }
  const ticking = state.clocks.every((clock) => clock.state === 'broken') && state.clocks.length > 0;
  // Silence never ends the watch: once every clock is broken the task is looked at again and again until it is answered.
  if (ticking || state.silences > 0) {
    const round = state.clocks.filter((clock) => clock.kind === 'attention' && !isLive(clock)).length + 1;
    wanted.push({ id: `attention:${round}`, kind: 'attention', limit: policy.clocks.attention });
  }
  return wanted;
}

/** Opens, reports in, answers; silence is an event that the dispute hears of. */
export const taskMachine: Machine<Task, TaskEvent | ClockEvent, TaskCommand> = {
  kind: 'task',
  initial: NO_TASK,
  evolve: (state, event, at) => evolve(state, event as TaskEvent, at),
  decide,
  clocks,
  clockEnding: (state: Task, _clock: Clock) => (state.status === 'cancelled' ? 'cancelled' : 'met'),
  // The right to return lapses quietly: that it has passed is nobody's silence.
  broken: (_state, clock) =>
    clock.kind === 'petition-return' ? [] : [{ type: 'task-fell-silent', clockId: clock.id }],
  isFinal: (state) => ['answered', 'returned', 'cancelled'].includes(state.status),
};
