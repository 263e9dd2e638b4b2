import type { Commitment } from '../domain/commitment/commitment.ts';
import type { Conference } from '../domain/conference/conference.ts';
import type { Dispute } from '../domain/dispute/state.ts';
import type { CaseKind, Clocked } from '../domain/machine.ts';
import type { Level } from '../domain/regions.ts';
import type { Task } from '../domain/task/task.ts';
import type { Effect, Handler, ReadModel, WorkItem } from '../ports/handler.ts';
import { closingWork } from './work/closing.ts';
import { discoveryWork } from './work/discovery.ts';
import { levelWork } from './work/levels.ts';
import { mediationWork } from './work/mediation.ts';
import { commitmentWork, conferenceWork, taskWork } from './work/other-kinds.ts';

/** Everything that waits for somebody in a case, at whatever level. */
export function workOf(kind: CaseKind, state: Clocked, read: ReadModel): WorkItem[] {
  switch (kind) {
    case 'dispute': {
      const dispute = state as Dispute;
      return [
        ...discoveryWork(dispute, read),
        ...levelWork(dispute),
        ...mediationWork(dispute, read),
        ...closingWork(dispute),
      ];
    }
    case 'task':
      return taskWork(state as Task);
    case 'conference':
      return conferenceWork(state as Conference);
    case 'commitment':
      return commitmentWork(state as Commitment);
  }
}

/**
 * A group that keeps the queues of its levels. What waits follows from the state alone, never from the way there, so a
 * queue cannot drift from its cases and can be made again at any time.
 */
export function queueHandler(group: string, queues: readonly Level[]): Handler {
  return {
    group,
    readsLoad: queues.some((level) => level !== 'grid'),
    handle({ data }, read): Effect[] {
      const key = { kind: data.caseKind, id: data.caseId };
      const state = read.stateOf(key);
      if (state === null) return [];
      const items = workOf(key.kind, state, read).filter((item) => queues.includes(item.queue));
      return [{ type: 'queue', queues, key, disputeId: data.disputeId, items }];
    },
  };
}
