import type { Dispute, Party } from './dispute/state.ts';
import { is, isParty } from './dispute/who.ts';
import { holds, type Actor } from './roles.ts';

/** What somebody says about her own data. `disclosure`: her name and claim may be told to the other side. */
export const CONSENT_SUBJECTS = ['minor', 'health', 'finance', 'disclosure'] as const;
export type ConsentSubject = (typeof CONSENT_SUBJECTS)[number];
/** Kinds of data that are closed until their own consent stands. */
export const RESTRICTED_SUBJECTS = ['minor', 'health', 'finance'] as const;
export type RestrictedSubject = (typeof RESTRICTED_SUBJECTS)[number];
export const CONSENT_WAYS = ['paper', 'spoken', 'app'] as const;
export type ConsentWay = (typeof CONSENT_WAYS)[number];

/** What stands where something was erased. */
export const ERASED = '[erased]';

/**
 * Whether somebody works on this dispute herself: its owner, its mediator, whoever is above, or the director of the committee
 * that has it. Only she needs to reach people. Who merely may read the region (another desk, the counter, a director whose
 * committee has nothing to do with it) and members of a team do not: a masked number is enough to recognise one.
 */
export function isAtWork(state: Dispute, actor: Actor): boolean {
  if ((['owner', 'mediator', 'above'] as const).some((who) => is(who, state, { actor }))) return true;
  return state.mediation.committeeId !== null && is('director', state, { actor });
}

/** Whether somebody answers for people's rights in this dispute: at work on it, or administrator of its region. */
export const mayHandlePerson = (state: Dispute, actor: Actor): boolean =>
  isAtWork(state, actor) || (!isParty(state, actor) && holds(actor, ['administrator'], state.region));

/**
 * Whether contact and ID number of a party are closed until somebody consents for her: she has a guardian, so she is a minor or
 * cannot act. Not where the guardian is the accused: whoever protects her cannot wait for him.
 */
export function needsMinorConsent({ parties }: Dispute, partyId: string): boolean {
  const guardians = parties.filter(({ kind, actsFor }) => kind === 'guardian' && actsFor.includes(partyId));
  return guardians.length > 0 && guardians.every(({ accused }) => !accused);
}

/**
 * Parties whose name and claim may be told to the other sides: who said so, by her last word, and an applicant who said so when
 * she reported. `said` is the last word of each party who said anything since.
 */
export function disclosedParties(
  { parties, reportedBy, applicantConsentsToDisclosure }: Dispute,
  said: ReadonlyMap<string, boolean>,
): Party[] {
  return parties.filter(({ id, accountId, kind, consent }) => {
    if (kind !== 'party' || consent === 'replaced') return false;
    return said.get(id) ?? (applicantConsentsToDisclosure && accountId === reportedBy);
  });
}

/** Digits that may be a number of somebody: five and more, also with blanks or dashes between them, in any script. */
const NUMBER = /\p{Nd}(?:[\s\p{Pd}.]?\p{Nd}){3,}[\s\p{Pd}.]?[\p{Nd}Xx]/gu;
export const NUMBER_MASK = '＊＊＊＊＊';
export const NAME_MASK = '〔某人〕';
const NAME_MIN = 2;

/** A text without numbers of five and more digits and without these names. A name of one character would blot out words. */
export function maskedWords(text: string, names: readonly string[]): string {
  const longestFirst = [...new Set(names.map((name) => name.trim()))]
    .filter((name) => [...name].length >= NAME_MIN)
    .toSorted((a, b) => b.length - a.length);
  const unnamed = longestFirst.reduce((so, name) => so.replaceAll(caseless(name), NAME_MASK), text);
  return unnamed.replaceAll(NUMBER, NUMBER_MASK);
}

const caseless = (name: string): RegExp =>
  new RegExp(name.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'giu');
