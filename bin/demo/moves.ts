/** Moves that many cases share, each the acts of real people. */
import { ROUTES } from '../../domain/dispute/events.ts';
import type { Level } from '../../domain/regions.ts';
import type { Category, Difficulty } from '../../domain/categories.ts';
import type { Report } from '../../schemas/api/reports.ts';
import type { Play } from './play.ts';

const MINUTE_MS = 60_000;

/** A moment from now; promises of the demo fall due after it is over unless they say otherwise. */
export const inMinutes = (minutes = 10): number => Date.now() + minutes * MINUTE_MS;

export const yuan = (amount: number): number => amount * 100;

/** All routes that stay open, as they are told to the parties. */
export const routesTold = [...ROUTES];

type Person = NonNullable<Report['parties']>[number];

/** A party of a report. */
export const person = (ref: string, side: string, name: string, more: Partial<Person> = {}): Person => ({
  ...{ ref, side, kind: 'party', name },
  ...more,
});

/** Confirms category, difficulty and level; duplicates were looked at. */
export const triage = (
  play: Play,
  login: string,
  category: Category,
  level: Level,
  difficulty: Difficulty = 'general',
): Promise<unknown> => play.act(login, 'triage', { category, difficulty, level, duplicatesChecked: true });

/** Tells parties their rights and records that each agrees, by the same person on their behalf. */
export async function askOnBehalf(
  play: Play,
  login: string,
  refs: string[],
  channel: 'visit' | 'phone' | 'chat' | 'counter' = 'visit',
): Promise<void> {
  await play.act(login, 'deliver-notice', { partyIds: play.parties(...refs), channel });
  for (const ref of refs) await play.act(login, 'consent', { partyId: play.party(ref) });
}

/** A committee's director accepts and names the mediator. */
export const accept = (
  play: Play,
  login: string,
  committeeId: string,
  mediatorId: string,
  kind: 'peoples' | 'labour' | 'market' = 'peoples',
): Promise<unknown> => play.act(login, 'accept', { kind, committeeId, mediatorId, conflictsDisclosed: true });

export interface Sitting {
  refs?: string[];
  channel?: 'visit' | 'phone' | 'chat' | 'counter';
  joint?: boolean;
  result: 'progress' | 'no-progress' | 'agreement' | 'failed' | 'adjourned';
  record: string;
}

export const sit = (play: Play, login: string, sitting: Sitting): Promise<unknown> => {
  const { refs = [], channel = 'visit', joint = true, result, record } = sitting;
  return play.act(login, 'record-session', {
    ...{ partyIds: play.parties(...refs), channel, joint, result, record },
  });
};

export interface TermOptions {
  kind?: 'term' | 'instalment' | 'rectification' | 'watch' | 'referral' | 'decision';
  yuan?: number;
  dueAt?: number;
  condition?: string;
}

/** Something promised. `by` is a party's short name, or `body:`, `staff:` or `outsider:` with an id. */
export function term(play: Play, by: string, what: string, more: TermOptions = {}): object {
  const [type, id] = by.includes(':') ? by.split(':', 2) : ['party', play.party(by)];
  return {
    ...{ kind: more.kind ?? 'term', promisedBy: { type, id }, what, dueAt: more.dueAt ?? inMinutes() },
    ...(more.yuan !== undefined && { amountFen: yuan(more.yuan) }),
    ...(more.condition !== undefined && { condition: more.condition }),
  };
}

export interface Agreeing {
  scope?: 'whole' | 'part' | 'supplementary';
  refs: string[];
  items?: number[];
  terms: object[];
}

/** An oral agreement with its register, in force at once. */
export const agreeOrally = (
  play: Play,
  mediator: string,
  { scope = 'whole', refs, terms }: Agreeing,
  register: string,
): Promise<unknown> =>
  play.act(mediator, 'record-oral-agreement', {
    scope,
    register: { partyIds: play.parties(...refs), terms, register },
  });

/** A written draft. Returns its id. */
export async function draft(play: Play, mediator: string, agreeing: Agreeing): Promise<string> {
  const { scope = 'whole', refs, items, terms } = agreeing;
  await play.act(mediator, 'propose-agreement', {
    ...{ scope, partyIds: play.parties(...refs), terms },
    ...(items !== undefined && { itemIds: items.map((place) => play.item(place)) }),
  });
  const { agreements } = await play.look();
  return agreements.findLast(({ effectiveAt }) => effectiveAt === null)!.id;
}

/** Signatures taken on paper are recorded by the mediator; the committee's director seals. */
export async function signAndSeal(
  play: Play,
  agreementId: string,
  { refs, mediator, director }: { refs: string[]; mediator: string; director: string },
): Promise<void> {
  const partyIds = play.parties(...refs);
  await play.act(mediator, 'sign-agreement', { agreementId, partyIds, mediatorSigned: true });
  await play.act(director, 'sign-agreement', { agreementId, sealed: true });
}

/** Reviews every oral agreement that was not looked at yet. */
export async function reviewRegister(play: Play, director: string): Promise<void> {
  const { agreements } = await play.look();
  for (const { id: agreementId } of agreements)
    await play.act(director, 'review-register', { agreementId, approved: true });
}

/** Keeps the open promises that `which` picks, with the proof that was seen. */
export async function fulfil(
  play: Play,
  login: string,
  proof: string,
  which: (kind: string, place: number) => boolean = () => true,
): Promise<void> {
  const { commitments } = await play.look();
  const open = commitments.filter(({ status, kind }, place) => status === 'open' && which(kind, place));
  for (const { id: commitmentId } of open)
    await play.act(login, 'fulfil-commitment', { commitmentId, proof });
}

export const resolve = (
  play: Play,
  login: string,
  kind: 'prevented' | 'coordinated' | 'agreement' | 'administrative' | 'protective' | 'external',
  reason: string,
): Promise<unknown> => play.act(login, 'mark-resolved', { kind, reason, reporterTold: true });
