import { commitmentMachine, type Commitment } from '../domain/commitment/commitment.ts';
import { conferenceMachine, type Conference } from '../domain/conference/conference.ts';
import { disputeMachine } from '../domain/dispute/dispute.ts';
import { stageOf, type Dispute } from '../domain/dispute/state.ts';
import { bodyMember } from '../domain/scope.ts';
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
    case 'dispute':
      return disputeCodes(state as Dispute);
    case 'task': {
      const { status, target, owner, disputeId, policyVersion, reportedBy, what, answer } = state as Task;
      const { level, region } = target;
      const ownerId = owner?.staffId ?? null;
      const place = { stage: status, level, region, ownerId, disputeId, policyVersion };
      const members = [ownerId, reportedBy, target.bodyId === null ? null : bodyMember(target.bodyId)];
      return { ...NONE, ...place, members: present(members), texts: present([what, answer]) };
    }
    case 'conference': {
      const { status, level, region, disputeId, policyVersion, question, minutes } = state as Conference;
      const members = (state as Conference).participants.map(({ bodyId }) => bodyMember(bodyId));
      const place = { stage: status, level, region, disputeId: disputeId || null, policyVersion };
      return { ...NONE, ...place, members, texts: present([question, minutes]) };
    }
    case 'commitment': {
      const { status, level, region, disputeId, policyVersion } = state as Commitment;
      return { ...NONE, stage: status, level, region, disputeId: disputeId || null, policyVersion };
    }
  }
}

function disputeCodes(state: Dispute): CaseCodes {
  const { id, level, grade, category, region, number, policyVersion, title, owner } = state;
  const { mediation, team, leaderId, reportedBy, parties } = state;
  const people = [
    ...[owner.staffId, reportedBy, leaderId, team?.leadId, ...(team?.memberIds ?? [])],
    ...[mediation.mediatorId, ...mediation.coMediatorIds],
    // Nothing passes through a guardian who is the accused.
    ...parties
      .filter(({ kind, accused }) => !(accused && kind === 'guardian'))
      .map((party) => party.accountId),
  ];
  return {
    ...{ stage: stageOf(state), level, grade, category, region, number, policyVersion, title },
    ...{ disputeId: id, ownerId: owner.staffId, texts: [] },
    members: [...new Set(people.filter((person) => person !== null && person !== undefined))],
  };
}

const NONE = {
  grade: null,
  category: null,
  ownerId: null,
  number: null,
  title: null,
  members: [],
  texts: [],
};

const present = <T>(values: (T | null | undefined)[]): T[] =>
  values.filter((value) => value !== null && value !== undefined);
