import { commitmentMachine, type Commitment } from '../domain/commitment/commitment.ts';
import { conferenceMachine, type Conference } from '../domain/conference/conference.ts';
import { disputeMachine } from '../domain/dispute/dispute.ts';
import { stageOf, type Dispute } from '../domain/dispute/state.ts';
import { CASE_KINDS, type CaseKind, type Clocked, type Machine } from '../domain/machine.ts';
import { taskMachine, type Task } from '../domain/task/task.ts';
import type { CaseCodes } from '../infra/db/rows.ts';

/** A machine seen from outside, where the kind is known only at run time. */
export type AnyMachine = Machine<Clocked, { type: string }, { action: string }>;

// The four differ in their types only inside; what is stored was made by the same machine.
const MACHINES = {
  dispute: disputeMachine,
  task: taskMachine,
  conference: conferenceMachine,
  commitment: commitmentMachine,
} as unknown as Record<CaseKind, AnyMachine>;

/** The machine of a kind. Throws on a kind that does not exist. */
export function machineOf(kind: CaseKind): AnyMachine {
  if (!CASE_KINDS.includes(kind)) throw new RangeError('no such kind of case');
  return MACHINES[kind];
}

/** The codes of a case of any kind: what its row, its events and the workflow's screen carry. */
export function codesOf(kind: CaseKind, state: Clocked): CaseCodes {
  switch (kind) {
    case 'dispute': {
      const dispute = state as Dispute;
      const { level, grade, category, region, number, policyVersion } = dispute;
      const ownerId = dispute.owner.staffId;
      return {
        ...{ stage: stageOf(dispute), level, grade, category, region, ownerId, number, policyVersion },
        disputeId: dispute.id,
      };
    }
    case 'task': {
      const { status, target, owner, disputeId, policyVersion } = state as Task;
      const { level, region } = target;
      return {
        ...NONE,
        stage: status,
        level,
        region,
        ownerId: owner?.staffId ?? null,
        disputeId,
        policyVersion,
      };
    }
    case 'conference':
    case 'commitment': {
      const { status, level, region, disputeId, policyVersion } = state as Conference | Commitment;
      return { ...NONE, stage: status, level, region, disputeId: disputeId || null, policyVersion };
    }
  }
}

const NONE = { grade: null, category: null, ownerId: null, number: null } as const;
