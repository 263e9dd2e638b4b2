import type { CommandOf } from '../dispute/commands.ts';
import type { DisputeEvent } from '../dispute/events.ts';
import { activeParties, type Agreement, type Dispute } from '../dispute/state.ts';
import { is } from '../dispute/who.ts';
import { ownerAt } from '../duty.ts';
import { isRefusal } from '../errors.ts';
import { gradeOf, gradeRank, type DangerFacts } from '../grading.ts';
import type { Context } from '../machine.ts';
import { contains, isRegionCode, levelOf, rank, type Level } from '../regions.ts';
import { isCategory } from '../categories.ts';
import { raised, refuse, undertakings, unknownItems, unknownParties, type Decider } from './support.ts';

export const proposeTriage: Decider<'propose-triage'> = (state, command, context) => {
  const { category, difficulty, note } = command;
  if (!isCategory(category))
    return refuse('unknown_category', 'no such category', 'category', 'D01 to D15 or D99');
  const danger = { ...state.danger, ...command.danger };
  // Danger does not wait to be confirmed: whoever may propose may raise.
  return [
    { type: 'triage-proposed', by: context.actor.id, category, difficulty, danger, note: note ?? null },
    ...raised(state, danger, 'facts', context),
  ];
};

export const triage: Decider<'triage'> = (state, command, context) => {
  const { category, difficulty } = command;
  const { actor, directory, now, policy } = context;
  if (!isCategory(category))
    return refuse('unknown_category', 'no such category', 'category', 'D01 to D15 or D99');
  if (!command.duplicatesChecked) {
    return refuse('missing_condition', 'look at possible duplicates first', 'duplicatesChecked', 'true');
  }
  const region = command.region ?? state.region;
  if (!isRegionCode(region) || !directory.regions.has(region)) {
    return refuse('unknown_region', 'no such region', 'region', 'a code of the region list');
  }
  if (!contains(state.region, region) && !contains(region, state.region)) {
    return refuse('invalid_field', 'another street must be given the case by transfer', 'region');
  }
  if (levelOf(region) === 'city')
    return refuse(
      'unknown_region',
      'so large a region has nobody on duty',
      'region',
      'a district or smaller',
    );
  const danger: DangerFacts = { ...state.danger, ...command.danger };
  const graded = gradeOf(danger, policy.grading).grade;
  const grade = gradeRank(graded) > gradeRank(state.grade) ? graded : state.grade;
  const street = (['street', 'district', 'leader'] as const).some((who) => is(who, state, context));
  if (gradeRank(grade) >= gradeRank('orange') && !street) {
    return refuse('not_permitted', 'orange and red are confirmed by the street', 'danger');
  }
  const level = entryLevel(state, command, grade === 'red', region);
  const owner = ownerAt(directory, region, level, now);
  const events: DisputeEvent[] = raised(state, danger, 'triage', context);
  events.push({
    ...{ type: 'triaged', by: actor.id, category, difficulty, danger, region },
    ...{ level: owner.level, owner, duplicatesChecked: true },
  });
  return events;
};

/** Routed as asked, else where it already lies; red is the street's at least. */
function entryLevel(state: Dispute, command: CommandOf<'triage'>, red: boolean, region: string): Level {
  const asked = command.level ?? state.level;
  const lowest = red && rank(asked) < rank('street') ? 'street' : asked;
  return rank(lowest) < rank(levelOf(region)) ? levelOf(region) : lowest;
}

export const settleOnSpot: Decider<'settle-on-spot'> = (state, command, context) => {
  const { actor } = context;
  // Red never closes on the spot: it is calmed, and another person visits within 24 hours.
  if (state.grade === 'red') return [{ type: 'calmed', by: actor.id, note: command.note }];
  const unknown = unknownParties(state, command.partiesAgreed, 'partiesAgreed');
  if (unknown) return unknown;
  const missing = activeParties(state).find((party) => !command.partiesAgreed.includes(party.id));
  if (missing) {
    return refuse(
      'missing_condition',
      'each party must have said yes',
      'partiesAgreed',
      'every party of the dispute',
    );
  }
  if (!command.reporterTold)
    return refuse('missing_condition', 'tell the reporter first', 'reporterTold', 'true');
  const open = state.tasks.find((task) => task.status === 'open');
  if (open) return refuse('missing_condition', 'a task still waits for its answer', 'tasks');
  const mediated = command.asMediation
    ? registered(state, command.asMediation, command.partiesAgreed, context)
    : [];
  if (isRefusal(mediated)) return mediated;
  return [
    ...mediated,
    { type: 'resolved', by: actor.id, kind: 'on-spot', reason: command.note, toldReporter: true },
  ];
};

type AsMediation = NonNullable<CommandOf<'settle-on-spot'>['asMediation']>;

function registered(
  state: Dispute,
  { conflictsDisclosed, register }: AsMediation,
  agreed: string[],
  context: Context,
) {
  const { actor } = context;
  if (!actor.posts.some((post) => post.role === 'mediator')) {
    return refuse('not_permitted', 'only a registered mediator settles as mediation', 'asMediation');
  }
  if (!conflictsDisclosed || state.parties.some((party) => party.accountId === actor.id)) {
    return refuse(
      'conflict_of_interest',
      'a mediator without conflict is needed',
      'asMediation.conflictsDisclosed',
      'true',
    );
  }
  const willing = activeParties(state).filter(({ id }) => agreed.includes(id));
  const stranger = register.partyIds.findIndex((id) => !willing.some((party) => party.id === id));
  const field = 'asMediation.register.partyIds';
  if (stranger >= 0) return refuse('missing_condition', 'this party did not say yes', `${field}.${stranger}`);
  const sides = willing.filter(({ id }) => register.partyIds.includes(id)).map(({ side }) => side);
  if (new Set(sides).size < 2)
    return refuse('missing_condition', 'an agreement needs parties of two sides', field);
  return oralAgreement(state, register, 'whole', context, 'asMediation.register');
}

/** An oral agreement is in force when it is reached and registered (Law of People's Mediation art. 30). */
export function oralAgreement(
  state: Dispute,
  register: AsMediation['register'],
  scope: Agreement['scope'],
  context: Context,
  field: string,
) {
  const { actor, now } = context;
  const itemIds = register.itemIds ?? state.items.map((item) => item.id);
  const unknown =
    unknownParties(state, register.partyIds, `${field}.partyIds`) ??
    unknownItems(state, itemIds, `${field}.itemIds`);
  if (unknown) return unknown;
  const terms = undertakings(state, register.terms, `${field}.terms`, context);
  if (isRefusal(terms)) return terms;
  const agreement: Agreement = {
    ...{
      id: context.newId('agr'),
      form: 'oral',
      scope,
      itemIds,
      partyIds: register.partyIds,
      signedBy: [],
      terms,
    },
    ...{ mediatorSigned: true, sealed: false, effectiveAt: null, confirmation: 'none', reviewed: false },
  };
  return [
    { type: 'oral-agreement-recorded', by: actor.id, agreement },
    ...inForce(state, agreement, now, actor.id),
  ] satisfies DisputeEvent[];
}

/** What follows when an agreement takes effect: its items are covered, its terms become commitments. */
export function inForce(
  state: Dispute,
  agreement: Agreement,
  effectiveAt: number,
  by: string,
): DisputeEvent[] {
  // A trial arrangement settles nothing yet; the items stay open until it has proved itself.
  const trial = agreement.scope === 'trial';
  const itemIds = trial ? [] : coveredBy(state, agreement);
  const left = state.items.filter(({ id, status }) => status === 'open' && !itemIds.includes(id));
  const mediationEnds = !trial && left.length === 0 && state.mediation.status !== 'none';
  return [
    { type: 'agreement-in-force', agreementId: agreement.id, effectiveAt, itemIds, mediationEnds },
    ...agreement.terms.map((commitment): DisputeEvent => ({
      type: 'commitment-added',
      by,
      commitment,
      agreementId: agreement.id,
    })),
  ];
}

/**
 * Items that are settled once this agreement is in force: those for which every party who can still agree has one, this
 * or an earlier. Different parties may get different remedies, so what counts is item by party, not one whole agreement.
 */
function coveredBy(state: Dispute, agreement: Agreement): string[] {
  const standing = [
    ...state.agreements.filter((a) => a.effectiveAt !== null && a.scope !== 'trial'),
    agreement,
  ];
  const covers = (itemId: string, partyId: string): boolean =>
    standing.some((a) => a.itemIds.includes(itemId) && a.partyIds.includes(partyId));
  const parties = activeParties(state);
  return state.items
    .filter(({ status }) => status === 'open')
    .map(({ id }) => id)
    .filter((itemId) => parties.every((party) => covers(itemId, party.id)));
}

export const merge: Decider<'merge'> = (state, { into, reason }, { actor }) =>
  into === state.id
    ? refuse('invalid_field', 'a dispute cannot be merged into itself', 'into')
    : [{ type: 'merged', by: actor.id, into, reason }];

export const unmerge: Decider<'unmerge'> = (state, { reason }, { actor, directory, now }) => {
  const owner = ownerAt(directory, state.region, state.level, now);
  return [{ type: 'unmerged', by: actor.id, reason, owner }];
};

export const markOutOfScope: Decider<'mark-out-of-scope'> = (_state, { reason, reporterTold }, { actor }) =>
  reporterTold
    ? [{ type: 'marked-out-of-scope', by: actor.id, reason, toldReporter: true }]
    : refuse('missing_condition', 'tell the reporter where it went first', 'reporterTold', 'true');

export const transfer: Decider<'transfer'> = (
  _state,
  { toBodyId, reason, reporterTold },
  { actor, directory },
) => {
  if (!directory.bodies.has(toBodyId)) return refuse('unknown_body', 'no such body', 'toBodyId');
  if (!reporterTold)
    return refuse('missing_condition', 'tell the reporter where it went first', 'reporterTold', 'true');
  return [{ type: 'transferred', by: actor.id, toBodyId, reason, toldReporter: true }];
};

export const link: Decider<'link'> = (state, { disputeId, relation }, context) => {
  if (disputeId === state.id)
    return refuse('invalid_field', 'a dispute cannot be linked to itself', 'disputeId');
  const repeats = relation !== 'related' && !state.danger.repeat;
  const danger = { ...state.danger, repeat: true };
  return [
    { type: 'linked', by: context.actor.id, disputeId, relation },
    ...(repeats && state.closure === null ? raised(state, danger, 'facts', context) : []),
  ];
};

/** Undoes a link. What it added to the danger stays: a grade is lowered by two people, not by taking a line away. */
export const unlink: Decider<'unlink'> = (state, { disputeId, reason }, { actor }) =>
  state.links.some((link) => link.disputeId === disputeId)
    ? [{ type: 'unlinked', by: actor.id, disputeId, reason }]
    : refuse('unknown_reference', 'not linked to this dispute', 'disputeId', 'the id of a linked dispute');
