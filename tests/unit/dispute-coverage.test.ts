import { describe, expect, test } from 'vitest';
import type { CommandOf } from '../../domain/dispute/commands.ts';
import type { Dispute } from '../../domain/dispute/state.ts';
import { ROUTES } from '../../domain/dispute/events.ts';
import { levelWork } from '../../handlers/work/levels.ts';
import { Case, HOUR, MONDAY } from '../support/street.ts';

const DAY = 24 * HOUR;
const PARTIES = [
  { id: 'a', side: 'A', kind: 'party' as const, accountId: 'zhang' },
  { id: 'b', side: 'B', kind: 'party' as const },
  { id: 'c', side: 'B', kind: 'party' as const },
];

function mediated(): Case {
  const dispute = new Case({ parties: PARTIES, itemIds: ['wall', 'drain'] });
  dispute.as('community', {
    ...{
      action: 'triage',
      category: 'D02',
      difficulty: 'general',
      duplicatesChecked: true,
      level: 'community',
    },
  });
  for (const partyId of ['b', 'c']) dispute.as('community', { action: 'consent', partyId });
  dispute.as('zhang', { action: 'consent', partyId: 'a' });
  dispute.as('director', { action: 'accept', kind: 'peoples', committeeId: 'committee' });
  return dispute.as('director', {
    action: 'assign-mediator',
    mediatorId: 'mediator',
    conflictsDisclosed: true,
  });
}

/** An oral agreement between these parties over these items. */
const agree = (
  dispute: Case,
  partyIds: string[],
  itemIds: string[],
  scope: 'part' | 'trial' = 'part',
): Case =>
  dispute.as('mediator', {
    ...{ action: 'record-oral-agreement', scope },
    register: { partyIds, itemIds, register: 'txt_r', terms: [] },
  });

const items = ({ items: all }: Dispute): Record<string, string> =>
  Object.fromEntries(all.map(({ id, status }) => [id, status]));

describe('given parties who get different remedies', () => {
  test('an item is settled when each of them has an agreement over it, in whatever order', () => {
    const dispute = mediated();
    agree(dispute, ['a', 'b'], ['wall']);
    expect(items(dispute.state)).toEqual({ wall: 'open', drain: 'open' });
    agree(dispute, ['a', 'b', 'c'], ['drain']);
    expect(items(dispute.state)).toEqual({ wall: 'open', drain: 'covered' });
    expect(dispute.state.mediation.status).toBe('assigned');
    agree(dispute, ['a', 'c'], ['wall']);
    expect(items(dispute.state)).toEqual({ wall: 'covered', drain: 'covered' });
    expect(dispute.state.mediation.status).toBe('agreed');
  });

  test('a party with an agreement over another item is not covered for this one', () => {
    const dispute = mediated();
    agree(dispute, ['a', 'b', 'c'], ['wall']);
    agree(dispute, ['a', 'b'], ['drain']);
    expect(items(dispute.state)).toEqual({ wall: 'covered', drain: 'open' });
    dispute.as('community', { action: 'refuse', partyId: 'c', effectTold: true });
    agree(dispute, ['a', 'b'], ['drain']);
    expect(dispute.state.mediation.status).toBe('agreed');
  });

  test('a trial arrangement settles nothing', () => {
    const dispute = agree(mediated(), ['a', 'b', 'c'], ['wall', 'drain'], 'trial');
    expect(items(dispute.state)).toEqual({ wall: 'open', drain: 'open' });
  });
});

describe('given a clock somebody wants extended', () => {
  const extend = (dispute: Case, kind: string, more: object = {}) => {
    const clockId = dispute.state.clocks.find((clock) => clock.kind === kind)!.id;
    return dispute.try('community', {
      action: 'request-extension',
      clockId,
      amount: 1,
      reason: 'txt_r',
      ...more,
    });
  };

  test('mediation goes on beyond its month only if all parties agree', () => {
    expect(extend(mediated(), 'mediation')).toMatchObject({
      refused: 'missing_condition',
      field: 'partiesAgree',
    });
    expect(extend(mediated(), 'mediation', { partiesAgree: true })).toBeNull();
  });

  test('a visit that danger asks for is not put off', () => {
    const red = new Case({ danger: { weapon: true } });
    const clockId = red.state.clocks.find(({ kind }) => kind === 'red-visit')!.id;
    const command = { action: 'request-extension', clockId, amount: 1, reason: 'txt_r' } as const;
    expect(red.try('street', command)).toMatchObject({ refused: 'invalid_field' });
  });
});

describe('given a party who refused and has no account', () => {
  test('she herself can ask for mediation again, recorded by staff; nobody can for one who has an account', () => {
    const dispute = mediated().as('community', { action: 'refuse', partyId: 'c', effectTold: true });
    expect(dispute.try('community', { action: 'consent', partyId: 'c' })).toMatchObject({
      refused: 'not_permitted',
    });
    expect(dispute.try('community', { action: 'consent', partyId: 'c', atOwnRequest: true })).toBeNull();
    dispute.as('zhang', { action: 'refuse', partyId: 'a', effectTold: true });
    expect(dispute.try('community', { action: 'consent', partyId: 'a', atOwnRequest: true })).toMatchObject({
      refused: 'not_permitted',
    });
  });

  test('the others go on, so the dispute is not closed over their heads', () => {
    const dispute = mediated().as('community', { action: 'refuse', partyId: 'c', effectTold: true });
    const close: CommandOf<'close-unresolved'> = {
      ...{ action: 'close-unresolved', reason: 'refused', note: 'txt_n', noDangerLeft: true },
      routesTold: [...ROUTES],
    };
    expect(dispute.try('community', close)).toMatchObject({ refused: 'out_of_order' });
    dispute.as('community', { action: 'refuse', partyId: 'b', effectTold: true });
    expect(dispute.try('community', close)).toBeNull();
  });
});

test('given a first return, then it waits both for who sent it and for the level above both', () => {
  const dispute = mediated()
    .as('community', { action: 'escalate', reason: 'txt_r' })
    .as('street', { action: 'take-over' });
  dispute.as('street', { action: 'return', reason: 'txt_r' });
  const waiting = levelWork(dispute.state).filter(({ kind }) =>
    ['take-back', 'decide-return'].includes(kind),
  );
  expect(waiting.map(({ kind, queue }) => [kind, queue])).toEqual([
    ['take-back', 'community'],
    ['decide-return', 'district'],
  ]);
  expect(waiting[0]!.dueAt).toBeLessThan(MONDAY + 7 * DAY);
});
