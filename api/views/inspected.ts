import type { Static } from 'typebox';
import { stageOf, type Dispute } from '../../domain/dispute/state.ts';
import { maskedWords } from '../../domain/privacy.ts';
import { isTracked } from '../../domain/tracking.ts';
import type { Dossier } from '../../ports/privacy.ts';
import type { InspectedView } from '../../schemas/api/privacy.ts';

const REFERENCE = /^txt_[0-9a-f]+$/;
/** Fields of events and states that say through which account somebody acts. */
const OF_PERSONS = new Set(['accountId', 'reportedBy', 'externalNumber']);

/**
 * A dossier for an inspector: timeline, clocks, codes and measures as they are, words without names and numbers, and nothing of
 * who the people are. Ids of parties stay, so that what concerns one and the same can be followed; staff stay, since it
 * is their work that is inspected.
 */
export function inspectedView({
  region,
  state: found,
  names,
  texts,
  entries,
}: Dossier): Static<typeof InspectedView> {
  const state = found as Dispute;
  const people = new Set([
    state.reportedBy,
    ...state.parties.flatMap(({ accountId }) => (accountId === null ? [] : [accountId])),
  ]);
  const isPerson = (id: string): boolean => people.has(id) || isTracked(id);
  const words = (id: string | null): string | null =>
    id === null || texts[id] === undefined ? null : maskedWords(texts[id], names);
  const masked = (value: unknown): unknown => {
    if (typeof value === 'string') {
      if (REFERENCE.test(value)) return words(value);
      return isPerson(value) ? null : value;
    }
    if (Array.isArray(value)) return value.map(masked);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !OF_PERSONS.has(name))
        .map(([name, inner]) => [name, masked(inner)]),
    );
  };
  const list = (values: object[]): object[] => values.map((value) => masked(value) as object);
  const { id, number, category, difficulty, level, grade, points, reportedAt, policyVersion } = state;
  const { measures, failedMediations, reopened } = state;
  return {
    ...{ id, number, region, category, difficulty, stage: stageOf(state), level, grade, points },
    ...{ reportedAt, policyVersion, measures, failedMediations, reopened },
    ...{ title: words(state.title), narrative: words(state.narrative) },
    gradeLines: state.gradeLines,
    danger: state.danger,
    clocks: list(state.clocks),
    parties: list(state.parties),
    mediation: masked(state.mediation) as object,
    closure: masked(state.closure) as object | null,
    agreements: list(state.agreements),
    commitments: list(state.commitments),
    tasks: list(state.tasks),
    timeline: entries.map(({ actorId, data, ...entry }) => ({
      ...{ ...entry, actorId: isPerson(actorId) ? null : actorId, data: masked(data) as object },
    })),
  };
}
