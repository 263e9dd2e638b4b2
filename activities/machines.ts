import { commitmentMachine, type Commitment } from '../domain/commitment/commitment.ts';
import { conferenceMachine, type Conference } from '../domain/conference/conference.ts';
import { disputeMachine } from '../domain/dispute/dispute.ts';
import { stageOf, type Dispute } from '../domain/dispute/state.ts';
import type { CaseKind, Clocked, Machine } from '../domain/machine.ts';
import { taskMachine, type Task } from '../domain/task/task.ts';

/** Any case, when its kind does not matter. Commands are checked by `decide`, which refuses what it does not know. */
export type AnyMachine = Machine<Clocked, { type: string }, { action: string }>;

/** What lists, queues and Temporal's own screen show of a case. */
export interface Codes {
  disputeId: string | null;
  number: string | null;
  region: string;
  category: string | null;
  stage: string;
  level: string;
  grade: string | null;
  ownerId: string | null;
}

const NONE = { number: null, category: null, grade: null, ownerId: null };

/** The four kinds: the one place that knows them all. */
const KINDS: Record<CaseKind, { machine: AnyMachine; codes: (state: never) => Codes }> = {
  dispute: {
    machine: disputeMachine,
    codes: ({ number, region, category, level, grade, owner, ...rest }: Dispute) => ({
      ...{ disputeId: null, number, region, category, level, grade, ownerId: owner.staffId },
      stage: stageOf({ number, region, category, level, grade, owner, ...rest }),
    }),
  },
  task: {
    machine: taskMachine,
    codes: ({ disputeId, target, status, owner }: Task) => ({
      ...{ ...NONE, disputeId, region: target.region, stage: status, level: target.level },
      ownerId: owner?.staffId ?? null,
    }),
  },
  conference: {
    machine: conferenceMachine,
    codes: ({ disputeId, region, status, level }: Conference) => ({
      ...NONE,
      disputeId,
      region,
      stage: status,
      level,
    }),
  },
  commitment: {
    machine: commitmentMachine,
    codes: ({ disputeId, region, status, level }: Commitment) => ({
      ...NONE,
      disputeId,
      region,
      stage: status,
      level,
    }),
  },
};

export const machineOf = (kind: CaseKind): AnyMachine => KINDS[kind].machine;

export const codesOf = (kind: CaseKind, state: Clocked): Codes => KINDS[kind].codes(state as never);
