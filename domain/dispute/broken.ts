import type { Clock } from '../clocks.ts';
import { leaderFor, ownerAt } from '../duty.ts';
import type { Context } from '../machine.ts';
import type { DisputeEvent } from './events.ts';
import type { Dispute } from './state.ts';

/**
 * What follows when a clock runs out. Every automatic step is an event with its cause, and a person can change it.
 * Clocks of work lead upwards; clocks of care (visits, reviews, archive) lead to supervision.
 */
export function broken(state: Dispute, clock: Clock, context: Context): DisputeEvent[] {
  const { directory, now } = context;
  switch (clock.kind) {
    case 'triage':
    case 'triage-red':
    case 'level':
    case 'mediation':
      return upwards(state, clock, context);
    case 'takeover': {
      const owner = ownerAt(directory, state.region, state.pendingTransfer!.to, now);
      return [{ type: 'taken-over', by: 'system:clock', level: owner.level, owner, automatic: true }];
    }
    case 'consent': {
      const party = state.parties.find((p) => clock.id === `consent:${p.id}:${p.asked}`);
      return party ? [{ type: 'party-not-reached', partyId: party.id }] : [];
    }
    case 'regrade-decision':
      return [{ type: 'lowering-decided', by: 'system:clock', confirmed: false, reason: null }];
    case 'extension-decision': {
      const { clockId, amount } = state.pendingExtension!;
      return [
        { type: 'extension-decided', by: 'system:clock', clockId, amount, granted: false, reason: null },
      ];
    }
    case 'red-persist':
      return redPersists(state, context);
    default:
      return [supervision(state, clock, context)];
  }
}

function upwards(state: Dispute, clock: Clock, context: Context): DisputeEvent[] {
  const to = context.policy.ladder[state.level];
  if (to === null || state.pendingTransfer !== null) return [supervision(state, clock, context)];
  return [{ type: 'escalated', by: 'system:clock', from: state.level, to, cause: 'clock', reason: null }];
}

/** Still red after the limit: a named leader and a conference (domain brief, clock "red"). */
function redPersists(state: Dispute, { directory, now, newId }: Context): DisputeEvent[] {
  const leaderId = state.leaderId ?? leaderFor(directory, state.region, now);
  const conference = {
    conferenceId: newId('cnf'),
    agenda: 'solve' as const,
    question: null,
    at: null,
    bodyIds: [],
  };
  return [
    ...(leaderId !== null && leaderId !== state.leaderId
      ? [{ type: 'leader-assigned' as const, by: 'system:clock', leaderId }]
      : []),
    { type: 'conference-convened', by: 'system:clock', ...conference, level: 'street' },
  ];
}

function supervision(state: Dispute, clock: Clock, { policy }: Context): DisputeEvent {
  const byLevel = policy.ladder[state.level] ?? state.level;
  return {
    type: 'supervised',
    by: 'system:clock',
    kind: 'supervision',
    clockId: clock.id,
    byLevel,
    reason: null,
  };
}
