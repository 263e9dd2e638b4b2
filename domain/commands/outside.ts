import { dueAt } from '../working-time.ts';
import type { DisputeEvent } from '../dispute/events.ts';
import { isRefusal } from '../errors.ts';
import { ownerAt } from '../duty.ts';
import type { Dispute } from '../dispute/state.ts';
import type { Context } from '../machine.ts';
import { refuse, undertakings, unknownParties, type Decider } from './support.ts';

export const addCommitment: Decider<'add-commitment'> = (state, { term }, context) => {
  const made = undertakings(state, [term], 'term', context);
  if (isRefusal(made)) return made;
  const by = context.actor.id;
  return made.map((commitment) => ({ type: 'commitment-added', by, commitment, agreementId: null }) as const);
};

const known = (state: Dispute, id: string) => {
  const commitment = state.commitments.find((candidate) => candidate.id === id);
  if (!commitment) return refuse('unknown_commitment', 'no such commitment', 'commitmentId');
  return commitment.status === 'open'
    ? null
    : refuse('out_of_order', `already ${commitment.status}`, 'commitmentId');
};

export const fulfilCommitment: Decider<'fulfil-commitment'> = (state, { commitmentId, proof }, { actor }) =>
  known(state, commitmentId) ?? [
    { type: 'commitment-fulfilled', by: actor.id, commitmentId, proof: proof ?? null },
  ];

export const breakCommitment: Decider<'break-commitment'> = (state, { commitmentId, reason }, context) => {
  const fault = known(state, commitmentId);
  if (fault) return fault;
  const broken: DisputeEvent = { type: 'commitment-broken', by: context.actor.id, commitmentId, reason };
  // A breach reopens: a closed case with a broken promise would otherwise be nobody's.
  return state.closure !== null && state.closure.outcome !== 'left'
    ? [broken, reopenedBy(state, context, 'broken-commitment', reason)]
    : [broken];
};

export const dropCommitment: Decider<'drop-commitment'> = (state, { commitmentId, reason }, { actor }) =>
  known(state, commitmentId) ?? [{ type: 'commitment-dropped', by: actor.id, commitmentId, reason }];

/** Reopening goes to whoever is on duty now at the level where the case was. */
export function reopenedBy(
  state: Dispute,
  { actor, directory, now }: Context,
  ground: Extract<DisputeEvent, { type: 'reopened' }>['ground'],
  reason: string,
): DisputeEvent {
  const owner = ownerAt(directory, state.region, state.level, now);
  return { type: 'reopened', by: actor.id, ground, reason, owner, level: owner.level };
}

export const recordProceeding: Decider<'record-proceeding'> = (_state, command, { actor, newId }) => {
  const { kind, body, reference, result } = command;
  const proceedingId = command.proceedingId ?? newId('prc');
  return [
    {
      type: 'proceeding-recorded',
      by: actor.id,
      proceedingId,
      kind,
      body,
      reference: reference ?? null,
      result: result ?? null,
    },
  ];
};

export const applyConfirmation: Decider<'apply-confirmation'> = (
  state,
  { agreementId, partyIds },
  context,
) => {
  const agreement = state.agreements.find((candidate) => candidate.id === agreementId);
  if (!agreement) return refuse('unknown_agreement', 'no such agreement', 'agreementId');
  if (agreement.effectiveAt === null)
    return refuse('out_of_order', 'the agreement is not in force', 'agreementId');
  if (agreement.confirmation !== 'none')
    return refuse('out_of_order', `already ${agreement.confirmation}`, 'agreementId');
  if (state.category === 'D01') {
    return refuse(
      'invalid_field',
      'never for marriage, adoption or parentage',
      'agreementId',
      'the court itself',
    );
  }
  const unknown = unknownParties(state, partyIds, 'partyIds');
  if (unknown) return unknown;
  const sidesOf = (ids: string[]) =>
    new Set(state.parties.filter((party) => ids.includes(party.id)).map((party) => party.side));
  const applying = sidesOf(partyIds.filter((id) => agreement.partyIds.includes(id)));
  if (applying.size < Math.max(2, sidesOf(agreement.partyIds).size))
    return refuse('missing_condition', 'all sides of the agreement apply together', 'partyIds');
  const { policy, calendar, now } = context;
  const end = dueAt(agreement.effectiveAt, policy.confirmationWindow, 0, policy.hours, calendar).at;
  if (now > end)
    return refuse(
      'out_of_order',
      'the 30 days from effect have passed',
      'agreementId',
      new Date(end).toISOString(),
    );
  return [{ type: 'confirmation-applied', by: context.actor.id, agreementId, partyIds }];
};

export const recordConfirmation: Decider<'record-confirmation'> = (
  state,
  { agreementId, result },
  { actor },
) => {
  const agreement = state.agreements.find((candidate) => candidate.id === agreementId);
  if (!agreement) return refuse('unknown_agreement', 'no such agreement', 'agreementId');
  if (agreement.confirmation !== 'applied')
    return refuse('out_of_order', 'confirmation was not applied for', 'agreementId');
  return [{ type: 'confirmation-recorded', by: actor.id, agreementId, result }];
};

export const replyToOrigin: Decider<'reply-to-origin'> = (_state, { kind, text }, { actor }) => [
  { type: 'origin-replied', by: actor.id, kind, text },
];
