import { GROUPS } from '../../infra/consumers/groups.ts';
import { matches, outOfOrder, type Trace } from './history.ts';
import { tellingFault, type Expected, type Happening, type Place } from './script.ts';

/** Number of clocks by kind. */
export type ByKind = Record<string, number>;

/** What was found of a case after its play. */
export interface Found {
  path: Place[];
  closure: { outcome: string; kind: string } | null;
  clocks: { met: ByKind; broken: ByKind; cancelled: ByKind; running: ByKind };
  events: number;
  seenBy: Record<string, number>;
  /** Confirmation of each agreement in force. */
  agreements: string[];
  policy: string;
  trail: Trace[];
  /** Steps of the published case, in the order in which they were told. */
  told: number[];
}

/** Where a case went another way than its script says; empty when it went as told. */
export function judge(expected: Expected, policy: string, found: Found): string[] {
  return [
    ...differs('policy', policy, found.policy),
    ...differs('path', expected.path, found.path),
    ...differs('closure', expected.closure, found.closure),
    ...differs('broken clocks', [...(expected.broken ?? [])].sort(), Object.keys(found.clocks.broken).sort()),
    ...differs('agreements', expected.agreements ?? found.agreements, found.agreements),
    ...(expected.met ?? [])
      .filter((kind) => !found.clocks.met[kind])
      .map((kind) => `no ${kind} clock was met`),
    ...missing(expected.shows ?? [], found.trail),
    ...acted(expected.nobodyActsUntil, found.trail),
    ...unseen(found),
    ...[tellingFault(found.told)].filter((fault) => fault !== null),
  ];
}

function differs(what: string, expected: unknown, found: unknown): string[] {
  const [wanted, got] = [JSON.stringify(expected), JSON.stringify(found)];
  return wanted === got ? [] : [`${what}: expected ${wanted}, found ${got}`];
}

function missing(shows: readonly Happening[], trail: readonly Trace[]): string[] {
  const wanted = outOfOrder(trail, shows);
  return wanted === null ? [] : [`did not happen in its place: ${JSON.stringify(wanted)}`];
}

function acted(until: Happening | undefined, trail: readonly Trace[]): string[] {
  if (until === undefined) return [];
  const end = trail.findIndex((trace) => matches(trace, until));
  if (end < 0) return [`did not happen: ${JSON.stringify(until)}`];
  const reported = trail[0]?.at;
  const person = trail
    .slice(0, end + 1)
    .find(({ actor, at }) => !actor.startsWith('system:') && at !== reported);
  return person === undefined ? [] : [`${person.actor} acted (${person.type}) where nobody was to act`];
}

function unseen({ events, seenBy }: Found): string[] {
  return GROUPS.filter((group) => seenBy[group] !== events).map(
    (group) => `${group} has seen ${seenBy[group] ?? 0} of ${events} events`,
  );
}
