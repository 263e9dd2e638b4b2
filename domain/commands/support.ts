import { isLive, type Clock, type ClockEvent } from '../clocks.ts';
import type { CommandOf, DisputeAction, Term } from '../dispute/commands.ts';
import type { DisputeEvent } from '../dispute/events.ts';
import { groupNotice } from '../dispute/group.ts';
import { becameRed } from '../dispute/red.ts';
import { stageOf, type Dispute, type Party, type Undertaking } from '../dispute/state.ts';
import { refuse, type Refusal } from '../errors.ts';
import { gradeOf, gradeRank, type DangerFacts } from '../grading.ts';
import type { Context } from '../machine.ts';

export type Decided = (DisputeEvent | ClockEvent)[] | Refusal;

/** One function per action; a group file holds those that belong together. */
export type Decider<A extends DisputeAction> = (
  state: Dispute,
  command: CommandOf<A>,
  context: Context,
) => Decided;

/** Most terms an agreement may have, and most parties a command may name. */
export const TERMS_MAX = 50;
export const NAMED_MAX = 200;

export const ONE_OF_ITS_PARTIES = 'the id of one of its parties';

export const partyOf = (state: Dispute, id: string): Party | undefined =>
  state.parties.find((p) => p.id === id);

/** Refuses the first id that is no party of the dispute. */
export function unknownParties(state: Dispute, ids: string[], field: string): Refusal | null {
  if (ids.length > NAMED_MAX) return refuse('limit_exceeded', `at most ${NAMED_MAX} parties`, field);
  const unknown = ids.findIndex((id) => partyOf(state, id) === undefined);
  if (unknown < 0) return null;
  return refuse('unknown_party', 'no such party in this dispute', `${field}.${unknown}`, ONE_OF_ITS_PARTIES);
}

/** Refuses an item that is not in dispute. */
export function unknownItems(state: Dispute, ids: string[], field: string): Refusal | null {
  const unknown = ids.findIndex((id) => !state.items.some((item) => item.id === id));
  if (unknown < 0) return null;
  const expected = 'the id of one of its items';
  return refuse('unknown_item', 'no such item in this dispute', `${field}.${unknown}`, expected);
}

/** Turns terms into undertakings with ids, or refuses the first that cannot be kept to. */
export function undertakings(
  state: Dispute,
  terms: Term[],
  field: string,
  context: Context,
): Undertaking[] | Refusal {
  if (terms.length > TERMS_MAX) return refuse('limit_exceeded', `at most ${TERMS_MAX} terms`, field);
  for (const [i, { promisedBy, amountFen, kind }] of terms.entries()) {
    if (promisedBy.type === 'party' && !partyOf(state, promisedBy.id)) {
      return refuse(
        'unknown_party',
        'the promising party is not in this dispute',
        `${field}.${i}.promisedBy.id`,
        ONE_OF_ITS_PARTIES,
      );
    }
    if (promisedBy.type === 'body' && !context.directory.bodies.has(promisedBy.id)) {
      return refuse('unknown_body', 'no such body', `${field}.${i}.promisedBy.id`);
    }
    if (promisedBy.type === 'staff' && !context.directory.staff.has(promisedBy.id)) {
      return refuse('unknown_person', 'no such member of staff', `${field}.${i}.promisedBy.id`);
    }
    if (kind === 'instalment' && amountFen === undefined) {
      return refuse(
        'missing_condition',
        'an instalment needs an amount',
        `${field}.${i}.amountFen`,
        'fen, a whole number',
      );
    }
  }
  return terms.map((term) => ({
    ...{
      id: context.newId('cmt'),
      kind: term.kind,
      promisedBy: term.promisedBy,
      what: term.what,
      dueAt: term.dueAt,
    },
    amountFen: term.amountFen ?? null,
    condition: term.condition ?? null,
  }));
}

/**
 * Grades from facts. Danger only rises here: lowering needs `regrade` and a second person, so a result below the
 * present grade leaves the grade and keeps the facts' lines. What becomes red goes to the street at once.
 */
export function raised(
  state: Dispute,
  danger: DangerFacts,
  cause: Extract<DisputeEvent, { type: 'graded' }>['cause'],
  context: Context,
): DisputeEvent[] {
  const { policy, actor } = context;
  const { grade, points, lines } = gradeOf(danger, policy.grading);
  if (gradeRank(grade) < gradeRank(state.grade)) return [];
  if (grade === state.grade && points === state.points) return [];
  const graded: DisputeEvent = { type: 'graded', by: actor.id, grade, points, lines, danger, cause };
  const told = groupNotice(state.danger.people, danger.people, state.level, context);
  return [graded, ...becameRed(state, grade, danger, context), ...told];
}

export const liveClock = (state: Dispute, id: string): Clock | undefined =>
  state.clocks.find((clock) => clock.id === id && isLive(clock));

export { refuse, stageOf };
