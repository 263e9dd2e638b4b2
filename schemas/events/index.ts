import { CASE_KINDS, type CaseKind } from '../../domain/machine.ts';
import { CLOCK_EVENTS } from './clock/index.ts';
import { COMMITMENT_EVENTS } from './commitment/index.ts';
import { CONFERENCE_EVENTS } from './conference/index.ts';
import type { EventContract } from './contract.ts';
import { DISPUTE_EVENTS } from './dispute/index.ts';
import { TASK_EVENTS } from './task/index.ts';

/** A contract as it appears on the bus: of one kind of case. */
export type BusContract = EventContract & { kind: CaseKind };

const OWN_EVENTS: Record<CaseKind, Record<string, EventContract>> = {
  dispute: DISPUTE_EVENTS,
  task: TASK_EVENTS,
  conference: CONFERENCE_EVENTS,
  commitment: COMMITMENT_EVENTS,
};

/** The CloudEvent type of a contract: `cn.fengqiao.<kind>.<type>.v<version>`. */
export const cloudEventType = ({ kind, type, version }: BusContract): string =>
  `cn.fengqiao.${kind}.${type}.v${version}`;

/** Every event that may be on `fengqiao.disputes.v1`, by its CloudEvent type. */
export const EVENT_CONTRACTS: ReadonlyMap<string, BusContract> = new Map(
  CASE_KINDS.flatMap((kind) =>
    Object.values({ ...OWN_EVENTS[kind], ...CLOCK_EVENTS }).map((contract): [string, BusContract] => {
      const onBus = { ...contract, kind };
      return [cloudEventType(onBus), onBus];
    }),
  ),
);
