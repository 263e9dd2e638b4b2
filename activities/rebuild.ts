import { isDeepStrictEqual } from 'node:util';
import { fold, type CaseKind, type Clocked } from '../domain/machine.ts';
import { caseRow } from '../infra/db/rows.ts';
import { codesOf, machineOf } from './machines.ts';

/** An event as it lies in the log, with the time of the act it belongs to. */
export interface LoggedEvent {
  type: string;
  data: unknown;
  recordedAt: number;
}

/** The state that the log says, whatever the row says. */
export function stateFrom(kind: CaseKind, id: string, events: LoggedEvent[]): Clocked {
  const machine = machineOf(kind);
  return events.reduce(
    (state, { type, data, recordedAt }) => fold(machine, state, { ...(data as object), type }, recordedAt),
    // As `apply` begins it: an end that overtook its beginning does not name the case.
    { ...machine.initial, id },
  );
}

/** The row that belongs to a state: its columns as `cases` names them. */
export function rowFrom(kind: CaseKind, state: Clocked, now: number): Record<string, unknown> {
  const codes = codesOf(kind, state);
  const final = machineOf(kind).isFinal(state);
  return caseRow({ kind, id: state.id, acts: [], state, codes, final, now });
}

// When a row was made and last renewed is not in the events' content.
const NOT_COMPARED = ['opened_at_ms', 'updated_at_ms'];

/** Columns in which a stored row differs from what the log says; empty for a sound case. */
export function differences(stored: Record<string, unknown>, rebuilt: Record<string, unknown>): string[] {
  // Through JSON once, as the row went: what was undefined is not there, what was a number is one.
  const plain = JSON.parse(JSON.stringify(rebuilt)) as Record<string, unknown>;
  return Object.keys(plain).filter((column) => {
    if (NOT_COMPARED.includes(column)) return false;
    const [a, b] = [stored[column], plain[column]];
    return !isDeepStrictEqual(column === 'region_number' ? String(a) : a, b);
  });
}
