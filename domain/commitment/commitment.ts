import { isLive, recomputeClocks, type ClockEvent, type TimeRules, type WantedClock } from '../clocks.ts';
import { refuse, type Refusal } from '../errors.ts';
import type { Clocked, Context, Machine } from '../machine.ts';
import type { Level, RegionCode } from '../regions.ts';
import type { CommitmentKind, Promiser } from '../dispute/state.ts';
import type { Instant } from '../working-time.ts';

/**
 * The watch over one promise: until its due date, then until somebody has checked it. Whether it was kept is decided by
 * a person on the dispute; the watch only makes sure that the question is asked and does not go away unanswered.
 */
export interface Commitment extends Clocked {
  policyVersion: string;
  disputeId: string;
  kind: CommitmentKind;
  promisedBy: Promiser;
  amountFen: number | null;
  dueAt: Instant;
  region: RegionCode;
  level: Level;
  status: 'new' | 'open' | 'fell-due' | 'settled';
  result: 'done' | 'broken' | 'dropped' | null;
}

export type CommitmentEvent =
  | {
      type: 'commitment-opened';
      id: string;
      policyVersion: string;
      disputeId: string;
      kind: CommitmentKind;
      promisedBy: Promiser;
      amountFen: number | null;
      dueAt: Instant;
      region: RegionCode;
      level: Level;
    }
  | { type: 'commitment-fell-due' }
  | { type: 'commitment-unchecked'; clockId: string }
  | { type: 'commitment-settled'; result: 'done' | 'broken' | 'dropped' };

export type CommitmentCommand =
  | ({ action: 'open-commitment' } & Omit<Extract<CommitmentEvent, { type: 'commitment-opened' }>, 'type'>)
  | { action: 'settle-commitment'; result: 'done' | 'broken' | 'dropped' }
  | { action: 'recompute' };

export const NO_COMMITMENT: Commitment = {
  id: '',
  version: 0,
  clocks: [],
  policyVersion: '',
  disputeId: '',
  kind: 'term',
  promisedBy: { type: 'party', id: '' },
  amountFen: null,
  dueAt: 0,
  region: '',
  level: 'community',
  status: 'new',
  result: null,
};

function evolve(state: Commitment, event: CommitmentEvent): Commitment {
  switch (event.type) {
    case 'commitment-opened': {
      const { type: _, ...rest } = event;
      return { ...state, ...rest, status: 'open' };
    }
    case 'commitment-fell-due':
      return { ...state, status: 'fell-due' };
    case 'commitment-unchecked':
      return state;
    case 'commitment-settled':
      return { ...state, status: 'settled', result: event.result };
    default:
      return event satisfies never;
  }
}

function decide(
  state: Commitment,
  command: CommitmentCommand,
  context: Context,
): (CommitmentEvent | ClockEvent)[] | Refusal {
  switch (command.action) {
    case 'open-commitment': {
      if (state.status !== 'new') return refuse('out_of_order', 'this commitment is already watched');
      const { action: _, ...data } = command;
      return [{ type: 'commitment-opened', ...data }];
    }
    case 'settle-commitment':
      // The answer can overtake the opening on another partition; the watch then never needs to start.
      if (state.status === 'settled') return refuse('out_of_order', 'this commitment is already settled');
      if (context.actor.system !== true)
        return refuse('not_permitted', 'a commitment is settled through its dispute');
      return [{ type: 'commitment-settled', result: command.result }];
    case 'recompute':
      return recomputeClocks(state.clocks, context.now, context);
    default:
      return refuse('unknown_action', 'commitments are acted on through their dispute', 'action');
  }
}

function clocks(state: Commitment, { policy }: TimeRules): WantedClock[] {
  if (state.status !== 'open' && state.status !== 'fell-due') return [];
  const due: WantedClock = { id: 'commitment-due:1', kind: 'commitment-due', limit: { until: state.dueAt } };
  if (state.status === 'open') return [due];
  const check = { id: 'commitment-check:1', kind: 'commitment-check', limit: policy.clocks.commitmentCheck };
  const checkBroken = state.clocks.some((clock) => clock.id === check.id && clock.state === 'broken');
  if (!checkBroken) return [due, { ...check, startedAt: state.dueAt }];
  const round = state.clocks.filter((clock) => clock.kind === 'attention' && !isLive(clock)).length + 1;
  return [due, check, { id: `attention:${round}`, kind: 'attention', limit: policy.clocks.attention }];
}

/** Due, checked, settled; an unchecked promise is asked about until somebody answers. */
export const commitmentMachine: Machine<Commitment, CommitmentEvent | ClockEvent, CommitmentCommand> = {
  kind: 'commitment',
  initial: NO_COMMITMENT,
  evolve: (state, event) => evolve(state, event as CommitmentEvent),
  decide,
  clocks,
  clockEnding: (state) => (state.result === 'dropped' ? 'cancelled' : 'met'),
  broken: (_state, clock) =>
    clock.kind === 'commitment-due'
      ? [{ type: 'commitment-fell-due' }]
      : [{ type: 'commitment-unchecked', clockId: clock.id }],
  isFinal: (state) => state.status === 'settled',
};
