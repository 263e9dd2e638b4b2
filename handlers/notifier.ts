import type { ClockEvent } from '../domain/clocks.ts';
import type { DisputeEvent } from '../domain/dispute/events.ts';
import type { Dispute } from '../domain/dispute/state.ts';
import { ownerAt } from '../domain/duty.ts';
import type { Level } from '../domain/regions.ts';
import type { Task, TaskEvent } from '../domain/task/task.ts';
import { nextWorkingMoment } from '../domain/working-time.ts';
import type { CaseKey, Effect, Handler, ReadModel } from '../ports/handler.ts';
import type { BusEvent } from '../schemas/events/envelope.ts';

/** Events that somebody hears of; a test holds the list complete. */
const NEWS: readonly string[] = [
  ...[
    'reported',
    'linked',
    'graded',
    'triaged',
    'taken-over',
    'handed-down',
    'return-decided',
    'unmerged',
    'reopened',
  ],
  ...[
    'escalated',
    'returned',
    'mediator-assigned',
    'leader-assigned',
    'team-set',
    'superior-notified',
    'supervised',
  ],
  ...[
    'urged',
    'objected',
    'clock-warned',
    'clock-broken',
    'merged',
    'marked-out-of-scope',
    'transferred',
    'resolved',
  ],
  ...['closed-unresolved', 'task-opened', 'task-answered', 'task-returned', 'task-fell-silent'],
  ...['owner-replaced', 'task-owner-replaced'],
];

/** Tells people: the owner what is due, the receiver what comes, the reporter what became of it. */
export const notifier: Handler = {
  group: 'fengqiao.notifier',
  concerns: ({ data }) => NEWS.includes(data.event.type) && ['dispute', 'task'].includes(data.caseKind),
  // The owners of what it was merged into, or is the same matter as, have to be found.
  alsoReads: ({ data: { event } }) => mentioned(event as DisputeEvent).map((id) => ({ kind: 'dispute', id })),
  handle({ data }, read): Effect[] {
    const key: CaseKey = { kind: data.caseKind, id: data.caseId };
    const state = read.stateOf(key);
    if (state === null) return [];
    const told = messagesOf(data, state, read);
    // Nobody is woken at night, except for danger.
    const { hours } = read.policy;
    const soon = nextWorkingMoment(read.now, hours, read.calendar);
    const notBefore = data.grade === 'red' ? read.now : soon;
    return unique(told).map(({ personId, kind }) => ({ type: 'notice', personId, kind, key, notBefore }));
  },
};

/** Other disputes that an event names. */
function mentioned(event: DisputeEvent): string[] {
  switch (event.type) {
    case 'merged':
      return [event.into];
    case 'linked':
      return event.relation === 'related' ? [] : [event.disputeId];
    case 'reported':
      return event.links.filter(({ relation }) => relation !== 'related').map(({ disputeId }) => disputeId);
    default:
      return [];
  }
}

interface Message {
  personId: string;
  kind: string;
}

const to = (kind: string, ...people: (string | null | undefined)[]): Message[] =>
  people.filter((id) => id !== null && id !== undefined).map((personId) => ({ personId, kind }));

/** One notice a person and event: the first reason counts. */
const unique = (messages: Message[]): Message[] => [
  ...new Map(messages.toReversed().map((message) => [message.personId, message])).values(),
];

function messagesOf({ caseKind, event }: BusEvent['data'], state: object, read: ReadModel): Message[] {
  if (caseKind === 'task') return taskMessages(event, state as Task, read);
  if (caseKind !== 'dispute') return [];
  return disputeMessages(event, state as Dispute, read);
}

function taskMessages(event: TaskEvent | ClockEvent, task: Task, read: ReadModel): Message[] {
  const { owner, reportedBy, target } = task;
  switch (event.type) {
    case 'task-opened':
    case 'task-owner-replaced':
      return to('task', owner?.staffId);
    case 'clock-warned':
      return to('reminder', owner?.staffId);
    case 'clock-broken':
      return to('clock-broken', owner?.staffId);
    case 'task-answered':
      return to('answered', reportedBy);
    case 'task-returned':
      return to('returned', reportedBy);
    case 'task-fell-silent': {
      // The dispute hears of its own tasks; a need, hazard or opinion has nobody above it but this.
      const above = reportedBy === null ? null : read.policy.ladder[target.level];
      return above === null
        ? []
        : to('silent', ownerAt(read.directory, target.region, above, read.now).staffId);
    }
    default:
      return [];
  }
}

function disputeMessages(event: DisputeEvent | ClockEvent, state: Dispute, read: ReadModel): Message[] {
  const { owner, mediation, reportedBy } = state;
  const dutyAt = (level: Level): string | null =>
    ownerAt(read.directory, state.region, level, read.now).staffId;
  switch (event.type) {
    case 'reported':
      return [
        ...to(state.grade === 'red' ? 'red-alert' : 'now-yours', owner.staffId),
        ...sameMatter(event, read),
      ];
    case 'linked':
      return sameMatter(event, read);
    case 'graded':
      return event.grade === 'red' && event.cause !== 'intake' && event.cause !== 'danger-tick'
        ? to('red-alert', owner.staffId, dutyAt('street'))
        : [];
    case 'triaged':
    case 'taken-over':
    case 'handed-down':
    case 'return-decided':
    case 'unmerged':
    case 'reopened':
    case 'owner-replaced':
      return to('now-yours', event.owner.staffId);
    case 'escalated':
      return to('take-over', dutyAt(event.to));
    case 'returned':
      return to('decide-return', event.decider.staffId);
    case 'mediator-assigned':
      return to('mediate', event.mediatorId, ...event.coMediatorIds);
    case 'leader-assigned':
      return to('lead', event.leaderId);
    case 'team-set':
      return to('team', event.leadId, ...event.memberIds);
    case 'superior-notified':
      return to('told', dutyAt(event.level));
    case 'supervised':
      return [...to('supervised', owner.staffId), ...to('supervise', dutyAt(event.byLevel))];
    case 'urged':
    case 'objected':
      return to(event.type, owner.staffId);
    case 'clock-warned':
      return to('reminder', event.kind === 'mediation' ? mediation.mediatorId : owner.staffId);
    case 'clock-broken':
      return to('clock-broken', event.kind === 'mediation' ? mediation.mediatorId : null, owner.staffId);
    case 'merged':
      return [...to('merged-into-yours', ...ownersOf(event, read)), ...to('merged', reportedBy)];
    case 'marked-out-of-scope':
    case 'transferred':
    case 'resolved':
    case 'closed-unresolved':
      return to(event.type, reportedBy);
    default:
      return [];
  }
}

/** Whoever had the matter before hears that it is back (domain brief: same matter within 90 days, notify). */
const sameMatter = (event: DisputeEvent, read: ReadModel): Message[] =>
  to('same-matter-again', ...ownersOf(event, read));

const ownersOf = (event: DisputeEvent, read: ReadModel): (string | null)[] =>
  mentioned(event).map(
    (id) => (read.stateOf({ kind: 'dispute', id }) as Dispute | null)?.owner.staffId ?? null,
  );
