import type { ClockEvent } from '../clocks.ts';
import { decide } from '../commands/decide.ts';
import type { Machine } from '../machine.ts';
import { broken } from './broken.ts';
import { clockEnding, isFinal, wantedClocks } from './clock-rules.ts';
import type { DisputeCommand } from './commands.ts';
import type { DisputeEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { NO_DISPUTE, type Dispute } from './state.ts';

/** The dispute as a case: its state, events, commands and clocks in one value. */
export const disputeMachine: Machine<Dispute, DisputeEvent | ClockEvent, DisputeCommand> = {
  kind: 'dispute',
  initial: NO_DISPUTE,
  evolve: (state, event, at) => evolve(state, event as DisputeEvent, at),
  decide,
  clocks: wantedClocks,
  clockEnding,
  broken,
  isFinal,
};
