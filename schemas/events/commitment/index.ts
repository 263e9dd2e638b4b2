import type { CommitmentEvent } from '../../../domain/commitment/commitment.ts';
import type { ContractsOf, Differing, None } from '../contract.ts';
import { commitmentFellDue } from './commitment-fell-due.ts';
import { commitmentOpened } from './commitment-opened.ts';
import { commitmentSettled } from './commitment-settled.ts';
import { commitmentUnchecked } from './commitment-unchecked.ts';

/** The contracts of what can happen to a commitment, clocks aside. */
export const COMMITMENT_EVENTS = {
  'commitment-opened': commitmentOpened,
  'commitment-fell-due': commitmentFellDue,
  'commitment-unchecked': commitmentUnchecked,
  'commitment-settled': commitmentSettled,
} satisfies ContractsOf<CommitmentEvent>;

/** Compiles only while every schema says exactly what the domain says; an event that differs is named here. */
export type DifferingCommitmentEvents = None<Differing<typeof COMMITMENT_EVENTS, CommitmentEvent>>;
