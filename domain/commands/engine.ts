import { recomputeClocks } from '../clocks.ts';
import type { DisputeEvent } from '../dispute/events.ts';
import { mediationActive } from '../dispute/state.ts';
import { mediatorIsAbsent, ownerAt, ownerIsAbsent } from '../duty.ts';
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

/**
 * Whoever no longer holds the post is replaced: the owner by whoever is on duty now at her level, a mediator by nobody
 * yet, so that the director assigns another. Nothing happens where all still do.
 */
export const replaceAbsent: Decider<'replace-absent'> = (state, _command, { actor, directory, now }) => {
  const { owner, mediation, region } = state;
  const by = actor.id;
  const replaced: DisputeEvent[] = ownerIsAbsent(directory, owner, region, now)
    ? [{ type: 'owner-replaced', by, owner: ownerAt(directory, region, owner.level, now) }]
    : [];
  const mediators = mediationActive(state) ? [mediation.mediatorId, ...mediation.coMediatorIds] : [];
  const left = mediators.filter((id) => id !== null && mediatorIsAbsent(directory, id, now));
  return [
    ...replaced,
    ...left.map((id): DisputeEvent => ({ type: 'mediator-left', by, mediatorId: id as string })),
  ];
};

export const recompute: Decider<'recompute'> = (state, _command, context) =>
  recomputeClocks(state.clocks, context.now, context);
