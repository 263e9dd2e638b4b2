import type { Category } from '../../domain/categories.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Level } from '../../domain/regions.ts';
import type { Stage } from '../../domain/dispute/state.ts';
import type { Play } from './play.ts';

/** A stage and the level it was reached at. */
export type Place = `${Stage}@${Level}`;

/** Facts of an event that has to appear in the case's trail; what is not named may be anything. */
export type Happening = { type: string } & Record<string, unknown>;

/** How a case has to end, and what has to be found on its way. Everything here is compared with what was read back. */
export interface Expected {
  path: Place[];
  closure: { outcome: string; kind: string };
  /** Kinds of clock that break, of the dispute and of its tasks, conferences and promises; no others may. */
  broken?: string[];
  /** Kinds of clock that are met, among others. */
  met?: string[];
  /** Happenings in this order, others in between. */
  shows?: Happening[];
  /** From the report to the first of these nobody acts. */
  nobodyActsUntil?: Happening;
  /** Confirmation of each agreement in force. */
  agreements?: string[];
}

/** One step: what a person does, in the words of the progress line, and the acts it is made of. */
export interface Step {
  /** The step of the published case that it tells. */
  tells?: number;
  /** The day it really happened, YYYY-MM-DD, where it is told afterwards. */
  on?: string;
  say: string;
  act: (play: Play) => Promise<unknown>;
}

/** A case of the demo. */
export interface Script {
  id: string;
  title: { zh: string; en: string };
  category: Category;
  /** The published case it tells; null for one of our own. */
  source: { id: string; url: string } | null;
  /** The version that is in force when it is reported. */
  policy: Policy;
  expected: Expected;
  steps: Step[];
}

/** What is wrong with the order in which a published case is told; null when every step from 1 on is in its place. */
export function tellingFault(told: readonly number[]): string | null {
  const last = Math.max(0, ...told);
  for (let order = 1; order <= last; order += 1)
    if (!told.includes(order)) return `step ${order} is not told`;
  const back = told.findIndex((order, i) => i > 0 && order < told[i - 1]!);
  return back < 0 ? null : `step ${told[back]} is told after step ${told[back - 1]}`;
}
