import type { ConferenceEvent } from '../domain/conference/conference.ts';
import type { CommitmentEvent } from '../domain/commitment/commitment.ts';
import type { DisputeEvent } from '../domain/dispute/events.ts';
import type { Dispute } from '../domain/dispute/state.ts';
import { ownerAt } from '../domain/duty.ts';
import type { TaskEvent } from '../domain/task/task.ts';
import type { CaseKey, Effect, Handler, ReadModel } from '../ports/handler.ts';

/** Events that say something to another case; a test holds the list complete. */
const LINKING: readonly string[] = [
  'task-assigned',
  'conference-convened',
  'commitment-added',
  'commitment-fulfilled',
  'commitment-broken',
  'commitment-dropped',
  'merged',
  'marked-out-of-scope',
  'transferred',
  'task-answered',
  'task-returned',
  'task-cancelled',
  'task-fell-silent',
  'conference-held',
  'conference-cancelled',
  'commitment-unchecked',
];

/** How cases talk to each other: what one has come to becomes a command to another, never a call between workflows. */
export const links: Handler = {
  group: 'fengqiao.links',
  concerns: ({ data }) => LINKING.includes(data.event.type),
  handle({ data }, read): Effect[] {
    const { caseKind, caseId, disputeId, event } = data;
    switch (caseKind) {
      case 'dispute': {
        const dispute = read.stateOf({ kind: 'dispute', id: caseId }) as Dispute | null;
        return dispute === null ? [] : fromDispute(event as DisputeEvent, dispute, read);
      }
      case 'task':
        return disputeId === null ? [] : fromTask(event as TaskEvent, caseId, disputeId);
      case 'conference':
        return disputeId === null ? [] : fromConference(event as ConferenceEvent, caseId, disputeId);
      case 'commitment':
        return disputeId === null ? [] : fromCommitment(event as CommitmentEvent, caseId, disputeId);
    }
  },
};

const command = (key: CaseKey, action: string, body: object): Effect => ({
  type: 'command',
  key,
  action,
  body,
});

function fromDispute(event: DisputeEvent, dispute: Dispute, { directory, now }: ReadModel): Effect[] {
  const { id: disputeId, policyVersion, region, level, origin } = dispute;
  const opening = { policyVersion, disputeId };
  switch (event.type) {
    case 'task-assigned': {
      const { taskId, kind, target, what } = event;
      const owner = target.bodyId === null ? ownerAt(directory, target.region, target.level, now) : null;
      const fromPetition = origin.channel === 'petition';
      const body = { ...opening, id: taskId, kind, target, what, owner, fromPetition, reportedBy: null };
      return [command({ kind: 'task', id: taskId }, 'open-task', body)];
    }
    case 'conference-convened': {
      const { conferenceId: id, agenda, at, bodyIds, question, level: convenedAt } = event;
      const body = { ...opening, id, agenda, at, bodyIds, question, region, level: convenedAt };
      return [command({ kind: 'conference', id }, 'open-conference', body)];
    }
    case 'commitment-added': {
      const { id, kind, promisedBy, amountFen, dueAt } = event.commitment;
      const body = { ...opening, id, kind, promisedBy, amountFen, dueAt, region, level };
      return [command({ kind: 'commitment', id }, 'open-commitment', body)];
    }
    case 'commitment-fulfilled':
      return [settled(event.commitmentId, 'done')];
    case 'commitment-broken':
      return [settled(event.commitmentId, 'broken')];
    case 'commitment-dropped':
      return [settled(event.commitmentId, 'dropped')];
    case 'merged':
    case 'marked-out-of-scope':
    case 'transferred':
      return abandoned(dispute);
    default:
      return [];
  }
}

const settled = (id: string, result: 'done' | 'broken' | 'dropped'): Effect =>
  command({ kind: 'commitment', id }, 'settle-commitment', { result });

/** A dispute that leaves takes its open tasks and conferences with it. */
function abandoned({ tasks, conferences }: Dispute): Effect[] {
  return [
    ...tasks
      .filter(({ status }) => status === 'open')
      .map(({ id }) => command({ kind: 'task', id }, 'cancel-task', {})),
    ...conferences
      .filter(({ status }) => status === 'convened')
      .map(({ id }) => command({ kind: 'conference', id }, 'cancel-conference', {})),
  ];
}

function fromTask(event: TaskEvent, taskId: string, disputeId: string): Effect[] {
  const outcome = {
    'task-answered': 'answered',
    'task-returned': 'returned',
    'task-cancelled': 'cancelled',
    'task-fell-silent': 'silent',
  }[event.type as string];
  if (outcome === undefined) return [];
  return [command({ kind: 'dispute', id: disputeId }, 'record-task-outcome', { taskId, outcome })];
}

function fromConference(event: ConferenceEvent, conferenceId: string, disputeId: string): Effect[] {
  const key: CaseKey = { kind: 'dispute', id: disputeId };
  if (event.type === 'conference-held') {
    const body = { conferenceId, held: true, decisions: event.decisions };
    return [command(key, 'record-conference-outcome', body)];
  }
  if (event.type !== 'conference-cancelled') return [];
  return [command(key, 'record-conference-outcome', { conferenceId, held: false, decisions: [] })];
}

function fromCommitment(event: CommitmentEvent, commitmentId: string, disputeId: string): Effect[] {
  if (event.type !== 'commitment-unchecked') return [];
  return [command({ kind: 'dispute', id: disputeId }, 'record-commitment-unchecked', { commitmentId })];
}
