import { describe, expect, test } from 'vitest';
import { codesOf } from '../../activities/machines.ts';
import { viewOf } from '../../api/views/dispute.ts';
import { allowedActions } from '../../domain/commands/decide.ts';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { isRefusal } from '../../domain/errors.ts';
import { act } from '../../domain/machine.ts';
import type { Actor } from '../../domain/roles.ts';
import { allowedTaskActions, NO_TASK, taskMachine, type Task } from '../../domain/task/task.ts';
import { notifier } from '../../handlers/notifier.ts';
import { actorOf, Case, directory, MONDAY, REGION } from '../support/street.ts';

const HOLDER = 'track:one';
const holder: Actor = { id: HOLDER, posts: [] };
const triage = { action: 'triage', category: 'D02', difficulty: 'general', duplicatesChecked: true } as const;
const identify = (partyId = 'b', accountId = HOLDER) =>
  ({ action: 'identify-party', partyId, accountId }) as const;
const identified = (): Case =>
  new Case().as('community', { ...triage, level: 'community' }).as('community', identify());

describe('given a party without an account', () => {
  test('when staff identify her, then she is a member of the case and takes her own steps', () => {
    const quarrel = identified();
    expect(codesOf('dispute', quarrel.state).members).toContain(HOLDER);
    expect(viewOf(quarrel.state, holder)).toBe('party');
    expect(allowedActions(quarrel.state, { actor: holder })).toEqual(
      expect.arrayContaining(['consent', 'refuse', 'withdraw', 'urge', 'object', 'record-proceeding']),
    );
    quarrel.as(HOLDER, { action: 'consent', partyId: 'b' });
    expect(quarrel.state.parties.find(({ id }) => id === 'b')?.consent).toBe('agreed');
    expect(quarrel.try(HOLDER, { action: 'refuse', partyId: 'a', effectTold: true })).toMatchObject({
      refused: 'not_permitted',
    });
  });

  test('when it is said again, then nothing happens; when another code replaces hers, then the old one is nobody', () => {
    const quarrel = identified();
    const before = quarrel.events.length;
    quarrel.as('community', identify());
    expect(quarrel.events).toHaveLength(before);
    quarrel.as('community', identify('b', 'track:two'));
    expect(viewOf(quarrel.state, holder)).toBeNull();
  });

  test('when she gets an account of her own, then that stays hers', () => {
    const quarrel = identified().as('community', identify('b', 'resident'));
    expect(quarrel.try('community', identify())).toMatchObject({ refused: 'out_of_order', field: 'partyId' });
  });

  test.each([
    ['a stranger to the case', 'handler', identify(), 'not_permitted'],
    ['a party', 'zhang', identify(), 'not_permitted'],
    ['somebody who names nobody', 'community', identify('zz'), 'unknown_party'],
    ['somebody who makes herself the party', 'community', identify('b', 'community'), 'conflict_of_interest'],
    ['somebody who names the other side', 'community', identify('b', 'zhang'), 'conflict_of_interest'],
    ['somebody who takes an account from a party', 'community', identify('a'), 'out_of_order'],
  ] as const)('when %s tries, then it is refused', (_, who, command, refused) => {
    expect(new Case().try(who, command)).toMatchObject({ refused });
  });

  test('when she is named as the mediator, or as a guardian who is accused, then it is refused', () => {
    const quarrel = new Case().toMediation();
    expect(quarrel.try('community', identify('b', 'mediator'))).toMatchObject({
      refused: 'conflict_of_interest',
    });
    const guarded = new Case({
      parties: [
        { id: 'a', side: 'A', kind: 'party' },
        { id: 'b', side: 'B', kind: 'guardian', accused: true },
      ],
    });
    expect(guarded.try('community', identify())).toMatchObject({ refused: 'conflict_of_interest' });
  });
});

describe('given a party with a code', () => {
  test('when she refused and comes in person, then staff write down that she asks for mediation again', () => {
    const quarrel = identified().as(HOLDER, { action: 'refuse', partyId: 'b', effectTold: true });
    expect(quarrel.try('community', { action: 'consent', partyId: 'b' })).toMatchObject({
      refused: 'not_permitted',
    });
    expect(quarrel.try('community', { action: 'consent', partyId: 'b', atOwnRequest: true })).toBeNull();
  });

  test('when an agreement waits to be signed, then a code is no signature', () => {
    const quarrel = new Case().as('community', identify()).toMediation();
    quarrel.as('mediator', { action: 'propose-agreement', scope: 'whole', partyIds: ['a', 'b'], terms: [] });
    const agreementId = quarrel.state.agreements[0]!.id;
    const sign = { action: 'sign-agreement' as const, agreementId, partyIds: ['b'] };
    expect(allowedActions(quarrel.state, { actor: holder })).not.toContain('sign-agreement');
    expect(quarrel.try(HOLDER, sign)).toMatchObject({ refused: 'not_permitted' });
    expect(quarrel.try('mediator', { ...sign, mediatorSigned: true })).toBeNull();
  });
});

test('a report that staff write down for somebody is hers: they are not its reporter', () => {
  const quarrel = new Case({ reportedBy: HOLDER }, DEFAULT_POLICY, 'community');
  expect(quarrel.state.reportedBy).toBe(HOLDER);
  expect(viewOf(quarrel.state, holder)).toBe('reporter');
  expect(viewOf(quarrel.state, actorOf('community'))).toBe('staff');
});

describe('every step of a party without an account can be written down by staff', () => {
  test.each([
    ['consent', { action: 'consent', partyId: 'b' }],
    ['refuse', { action: 'refuse', partyId: 'b', effectTold: true }],
    ['withdraw', { action: 'withdraw', partyId: 'b' }],
    ['object', { action: 'object', reason: 'txt_r' }],
    ['record-proceeding', { action: 'record-proceeding', kind: 'lawsuit', body: 'txt_r' }],
  ] as const)('%s', (_, command) => {
    expect(
      new Case().as('community', { ...triage, level: 'community' }).try('community', command),
    ).toBeNull();
  });

  test('reopen, once it is closed', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'community' });
    quarrel.as('community', {
      action: 'mark-resolved',
      kind: 'coordinated',
      reason: 'txt_r',
      reporterTold: true,
    });
    expect(
      quarrel.try('community', { action: 'reopen', ground: 'not-satisfied', reason: 'txt_r' }),
    ).toBeNull();
  });
});

describe('a need, hazard or opinion', () => {
  const context = (actor: Actor) => ({
    ...{ now: MONDAY, actor, policy: DEFAULT_POLICY, calendar: DEFAULT_CALENDAR, directory },
    newId: (prefix: string) => `${prefix}_1`,
  });
  const opened = (fromPetition: boolean, reportedBy: string | null = HOLDER): Task => {
    const outcome = act(
      taskMachine,
      NO_TASK,
      {
        ...{
          action: 'open-task',
          id: 'tsk_1',
          policyVersion: 'p',
          disputeId: null,
          kind: 'answer',
          what: 'txt_w',
        },
        ...{ target: { bodyId: null, region: REGION.grid, level: 'grid' }, fromPetition, reportedBy },
        owner: { level: 'grid', region: REGION.grid, staffId: 'grid', via: 'responsible' },
      },
      context(actorOf('grid')),
    );
    if (isRefusal(outcome)) throw new Error(outcome.message);
    return outcome.state;
  };

  test('is answered by whoever received it: it is not returned, unless a petition office sent it', () => {
    const grid = context(actorOf('grid'));
    expect(allowedTaskActions(opened(false), grid)).toEqual(['report-in', 'answer']);
    expect(act(taskMachine, opened(false), { action: 'return-task', reason: 'txt_r' }, grid)).toMatchObject({
      refused: 'out_of_order',
    });
    expect(allowedTaskActions(opened(true), grid)).toContain('return-task');
    expect(allowedTaskActions(opened(false, null), grid)).toContain('return-task');
  });

  test('that falls silent is told to the level above, one that is answered or returned to whoever brought it', () => {
    const heard = (event: object, task: Task) =>
      notifier
        .handle({ id: 'e', data: { caseKind: 'task', caseId: 'tsk_1', grade: null, event } } as never, {
          ...{ now: MONDAY, directory, calendar: DEFAULT_CALENDAR, policy: DEFAULT_POLICY },
          ...{ mediatorLoad: new Map(), stateOf: () => task },
        })
        .map((effect) => (effect.type === 'notice' ? [effect.personId, effect.kind] : []));
    expect(heard({ type: 'task-fell-silent', clockId: 'c' }, opened(false))).toEqual([
      ['community', 'silent'],
    ]);
    expect(heard({ type: 'task-fell-silent', clockId: 'c' }, opened(false, null))).toEqual([]);
    expect(heard({ type: 'task-answered', by: 'grid', answer: 'txt_a' }, opened(false))).toEqual([
      [HOLDER, 'answered'],
    ]);
    expect(heard({ type: 'task-returned', by: 'grid', reason: 'txt_r' }, opened(true))).toEqual([
      [HOLDER, 'returned'],
    ]);
  });
});
