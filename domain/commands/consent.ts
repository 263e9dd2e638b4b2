import type { Party } from '../dispute/state.ts';
import { is } from '../dispute/who.ts';
import type { Context } from '../machine.ts';
import type { Dispute } from '../dispute/state.ts';
import type { Refusal } from '../errors.ts';
import { isTracked } from '../tracking.ts';
import { ONE_OF_ITS_PARTIES, partyOf, refuse, unknownParties, type Decider } from './support.ts';

export const deliverNotice: Decider<'deliver-notice'> = (state, { partyIds, channel }, { actor }) => {
  const unknown = unknownParties(state, partyIds, 'partyIds');
  if (unknown) return unknown;
  if (partyIds.length === 0) return refuse('missing_condition', 'name at least one party', 'partyIds');
  const accused = partyIds.findIndex(
    (id) => partyOf(state, id)?.accused === true && partyOf(state, id)?.kind === 'guardian',
  );
  if (accused >= 0)
    return refuse(
      'conflict_of_interest',
      'nothing passes through a guardian who is the accused',
      `partyIds.${accused}`,
    );
  return [{ type: 'notice-delivered', by: actor.id, partyIds, channel }];
};

export const consent: Decider<'consent'> = (state, { partyId, atOwnRequest = false }, context) => {
  const party = speakable(state, partyId, context);
  if ('refused' in party) return party;
  if (party.consent === 'replaced') return refuse('out_of_order', 'this party was replaced', 'partyId');
  // After a refusal or withdrawal nobody but that party herself can restart mediation (art. 17).
  const turnedAway = party.consent === 'refused' || party.consent === 'withdrawn';
  // Nobody must have an account to change her mind: staff record it, if she herself asked. A tracking code is none.
  const recorded = !hasAccount(party) && atOwnRequest;
  if (turnedAway && !recorded && !speaksFor(state, partyId, context)) {
    return refuse('not_permitted', 'only the party who refused can restart mediation', 'partyId');
  }
  return party.consent === 'agreed' ? [] : [{ type: 'consented', by: context.actor.id, partyId }];
};

export const refuseMediation: Decider<'refuse'> = (state, { partyId, effectTold, reason }, context) => {
  const party = speakable(state, partyId, context);
  if ('refused' in party) return party;
  if (!effectTold)
    return refuse('missing_condition', 'tell the party what refusing means first', 'effectTold', 'true');
  return [{ type: 'refused', by: context.actor.id, partyId, reason: reason ?? null }];
};

export const withdraw: Decider<'withdraw'> = (state, { partyId, reason }, context) => {
  const party = speakable(state, partyId, context);
  if ('refused' in party) return party;
  return [{ type: 'withdrawn', by: context.actor.id, partyId, reason: reason ?? null }];
};

export const replaceRespondent: Decider<'replace-respondent'> = (
  state,
  { partyId, replacement },
  { actor },
) => {
  const unknown = unknownParties(state, [partyId], 'partyId');
  if (unknown) return unknown;
  const { accountId: account } = replacement;
  if (account !== undefined && state.parties.some((known) => known.accountId === account))
    return refuse('conflict_of_interest', 'this person is in the dispute already', 'replacement.accountId');
  if (partyOf(state, replacement.id))
    return refuse('invalid_field', 'somebody in this dispute has this id', 'replacement.id', 'a new id');
  if (partyOf(state, partyId)?.consent !== 'not-reached')
    return refuse('out_of_order', 'only a party who never answered is replaced', 'partyId', 'not reached');
  const { mediatorId, coMediatorIds } = state.mediation;
  if (account !== undefined && [actor.id, mediatorId, ...coMediatorIds].includes(account))
    return refuse('conflict_of_interest', 'one person cannot stand on two sides', 'replacement.accountId');
  const { actsFor = [], side } = replacement;
  for (const [i, id] of actsFor.entries()) {
    const field = `replacement.actsFor.${i}`;
    const spokenFor = partyOf(state, id);
    if (!spokenFor)
      return refuse('unknown_party', 'no such party in this dispute', field, ONE_OF_ITS_PARTIES);
    if (spokenFor.side !== side)
      return refuse('conflict_of_interest', 'nobody speaks for the other side', field);
  }
  const party: Party = {
    ...{
      id: replacement.id,
      side,
      kind: replacement.kind,
      actsFor,
    },
    ...{ accountId: replacement.accountId ?? null, accused: replacement.accused ?? false },
    ...{ consent: 'not-asked', noticeDeliveredAt: null, asked: 0 },
  };
  return [{ type: 'respondent-replaced', by: actor.id, partyId, replacement: party }];
};

export const identifyParty: Decider<'identify-party'> = (state, { partyId, accountId }, { actor }) => {
  const party = partyOf(state, partyId);
  if (!party) return refuse('unknown_party', 'no such party in this dispute', 'partyId', ONE_OF_ITS_PARTIES);
  if (party.accountId === accountId) return [];
  if (party.consent === 'replaced') return refuse('out_of_order', 'this party was replaced', 'partyId');
  if (hasAccount(party)) return refuse('out_of_order', 'this party has an account of her own', 'partyId');
  if (party.accused && party.kind === 'guardian')
    return refuse('conflict_of_interest', 'nothing passes through a guardian who is the accused', 'partyId');
  const { mediatorId, coMediatorIds } = state.mediation;
  const otherSide = state.parties.some((p) => p.accountId === accountId && p.side !== party.side);
  // Nobody makes herself a party, and whoever mediates stays between the sides.
  if (otherSide || [actor.id, mediatorId, ...coMediatorIds].includes(accountId))
    return refuse('conflict_of_interest', 'one person cannot stand on two sides', 'accountId');
  return [{ type: 'party-identified', by: actor.id, partyId, accountId }];
};

const hasAccount = ({ accountId }: Party): boolean => accountId !== null && !isTracked(accountId);

/** A party's own account, or that of somebody who acts for her, but never a guardian who is the accused. */
export function speaksFor(state: Dispute, partyId: string, { actor }: Pick<Context, 'actor'>): boolean {
  return state.parties.some(
    (party) =>
      party.accountId === actor.id &&
      (party.id === partyId || (party.actsFor.includes(partyId) && !party.accused)),
  );
}

/** Staff who may write down what a party says or signs on paper. */
export const recordsForParties = (state: Dispute, context: Pick<Context, 'actor'>): boolean =>
  (['owner', 'mediator', 'counter', 'above', 'director'] as const).some((who) => is(who, state, context));

function speakable(state: Dispute, partyId: string, context: Context): Party | Refusal {
  const party = partyOf(state, partyId);
  if (!party) return refuse('unknown_party', 'no such party in this dispute', 'partyId', ONE_OF_ITS_PARTIES);
  if (!recordsForParties(state, context) && !speaksFor(state, partyId, context)) {
    return refuse('not_permitted', 'a party speaks for herself', 'partyId', 'your own party');
  }
  return party;
}
