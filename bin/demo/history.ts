import type { ClockEvent } from '../../domain/clocks.ts';
import { disputeMachine } from '../../domain/dispute/dispute.ts';
import type { DisputeEvent } from '../../domain/dispute/events.ts';
import { stageOf } from '../../domain/dispute/state.ts';
import { fold } from '../../domain/machine.ts';
import type { Place } from './script.ts';

/** An entry of the timeline as staff read it. */
export interface Entry {
  type: string;
  recordedAt: number;
  actorId: string;
  data: Record<string, unknown>;
}

/** One event in short: when, what, by whom, and the plain facts of it. */
export type Trace = { at: number; type: string; by: string; actor: string } & Record<string, unknown>;

/** Stages and levels the case went through: the log is folded as the engine folds it, each place is named once. */
export function pathOf(entries: readonly Entry[]): Place[] {
  const path: Place[] = [];
  let state = disputeMachine.initial;
  for (const { data, recordedAt } of entries) {
    state = fold(disputeMachine, state, data as unknown as DisputeEvent | ClockEvent, recordedAt);
    const place: Place = `${stageOf(state)}@${state.level}`;
    if (path.at(-1) !== place) path.push(place);
  }
  return path;
}

const REFERENCE = /^txt_/;

interface Nested {
  origin?: { channel: string };
  commitment?: { kind: string };
  agreement?: { scope: string; form: string };
}

/** Facts that say what happened; texts stay where they are. */
export function traceOf({ type, recordedAt, actorId, data }: Entry): Trace {
  const { origin, commitment, agreement } = data as Nested;
  const facts = Object.entries(data).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value)
      ? !(typeof value === 'string' && REFERENCE.test(value))
      : Array.isArray(value) && value.every((one) => typeof one === 'string'),
  );
  return {
    ...Object.fromEntries(facts),
    ...(origin !== undefined && { channel: origin.channel }),
    ...(commitment !== undefined && { kind: commitment.kind }),
    ...(agreement !== undefined && { scope: agreement.scope, form: agreement.form }),
    ...{ at: recordedAt, type, actor: actorId, by: (data['by'] as string | undefined) ?? actorId },
  };
}

/** How often each person acted: events of one act are recorded at one moment. */
export function actsOf(entries: readonly Entry[]): Map<string, number> {
  const acts = new Map<string, Set<number>>();
  for (const { actorId, recordedAt } of entries)
    acts.set(actorId, (acts.get(actorId) ?? new Set()).add(recordedAt));
  return new Map([...acts].map(([id, moments]) => [id, moments.size]));
}

/** Whether an event is what was looked for. */
export const matches = (trace: Trace, happening: Record<string, unknown>): boolean =>
  Object.entries(happening).every(([name, wanted]) => JSON.stringify(trace[name]) === JSON.stringify(wanted));

/** The first of these happenings that does not come after the one before it; null when all are in their order. */
export function outOfOrder(
  trail: readonly Trace[],
  happenings: readonly Record<string, unknown>[],
): Record<string, unknown> | null {
  let from = 0;
  for (const wanted of happenings) {
    const at = trail.findIndex((trace, i) => i >= from && matches(trace, wanted));
    if (at < 0) return wanted;
    from = at + 1;
  }
  return null;
}
