import { recomputeClocks } from '../clocks.ts';
import type { DisputeEvent } from '../dispute/events.ts';
import { refuse, type Decider } from './support.ts';

export const recordTaskOutcome: Decider<'record-task-outcome'> = (
  state,
  { taskId, outcome },
  { actor, policy },
) => {
  const task = state.tasks.find((candidate) => candidate.id === taskId);
  if (!task) return refuse('unknown_task', 'no such task', 'taskId');
  if (task.status !== 'open') return [];
  if (outcome !== 'silent') return [{ type: 'task-closed', taskId, status: outcome }];
  if (task.silent) return [];
  const level = policy.ladder[state.level] ?? state.level;
  const told: DisputeEvent[] =
    state.closure === null ? [{ type: 'superior-notified', level, cause: 'silence' }] : [];
  const supervised = {
    by: actor.id,
    kind: 'supervision' as const,
    clockId: null,
    byLevel: level,
    reason: null,
  };
  return [{ type: 'task-silent', taskId }, ...told, { type: 'supervised', ...supervised }];
};

export const recordConferenceOutcome: Decider<'record-conference-outcome'> = (state, command, { actor }) => {
  const { conferenceId, held, decisions } = command;
  const conference = state.conferences.find((candidate) => candidate.id === conferenceId);
  if (!conference) return refuse('unknown_reference', 'no such conference', 'conferenceId');
  if (conference.status !== 'convened') return [];
  const commitments = decisions.map(
    ({ id, promisedBy, what, amountFen, dueAt, condition }): DisputeEvent => ({
      type: 'commitment-added',
      by: actor.id,
      commitment: {
        id,
        kind: 'decision',
        promisedBy,
        what,
        amountFen: amountFen ?? null,
        dueAt,
        condition: condition ?? null,
      },
      agreementId: null,
    }),
  );
  return [{ type: 'conference-closed', conferenceId, held }, ...commitments];
};

export const recordCommitmentUnchecked: Decider<'record-commitment-unchecked'> = (
  state,
  { commitmentId },
  context,
) => {
  const commitment = state.commitments.find((candidate) => candidate.id === commitmentId);
  if (!commitment) return refuse('unknown_commitment', 'no such commitment', 'commitmentId');
  if (commitment.status !== 'open') return [];
  const byLevel = context.policy.ladder[state.level] ?? state.level;
  return [
    { type: 'supervised', by: context.actor.id, kind: 'supervision', clockId: null, byLevel, reason: null },
  ];
};

export const recompute: Decider<'recompute'> = (state, _command, context) =>
  recomputeClocks(state.clocks, context.now, context);
