import { describe, expect, test } from 'vitest';
import { allowedActions } from '../../domain/commands/decide.ts';
import { viewOf } from '../../api/views/dispute.ts';
import { workOf } from '../../handlers/queues.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { actorOf, Case, directory, HOUR, MONDAY, QUARREL, REGION } from '../support/street.ts';

const against = (accountId: string): Case =>
  new Case(
    { parties: [QUARREL.parties[0]!, { id: 'b', side: 'B', kind: 'party', accountId }] },
    DEFAULT_POLICY,
    'zhang',
  );

const may = (dispute: Case, who: string): string[] => allowedActions(dispute.state, { actor: actorOf(who) });

describe('given somebody with a post who is complained about', () => {
  test.each(['grid', 'community', 'street', 'handler', 'mediator'])(
    '%s sees her own part, and works on nothing of it',
    (who) => {
      const dispute = against(who);
      expect(viewOf(dispute.state, actorOf(who))).toBe('party');
      for (const action of ['triage', 'record-measure', 'regrade', 'mark-out-of-scope', 'record-follow-up'])
        expect(may(dispute, who)).not.toContain(action);
      expect(may(dispute, who)).toContain('refuse');
      expect(dispute.try(who, { action: 'record-measure', kind: 'visit', note: 'txt_n' })).toMatchObject({
        refused: 'not_permitted',
      });
    },
  );

  test('is not given it: where the one on duty is complained about it begins one level up', () => {
    expect(against('grid').state.owner).toMatchObject({ level: 'community', staffId: 'community' });
    expect(against('handler').state.owner).toMatchObject({ level: 'grid', staffId: 'grid' });
  });

  test('others at the same level still may', () => {
    expect(may(against('grid'), 'community')).toContain('triage');
    expect(viewOf(against('grid').state, actorOf('community'))).toBe('staff');
  });
});

describe('given a body that was asked something', () => {
  test('its handlers are no staff of the dispute', () => {
    const dispute = new Case();
    expect(viewOf(dispute.state, actorOf('handler'))).toBeNull();
    expect(may(dispute, 'handler')).toEqual([]);
  });
});

describe('given whoever reported it and is no party', () => {
  test('she is not offered to speak for those who are', () => {
    const dispute = new Case({}, DEFAULT_POLICY, 'wang');
    expect(may(dispute, 'wang')).not.toContain('consent');
    expect(may(dispute, 'wang')).toContain('object');
    expect(may(dispute, 'zhang')).toContain('consent');
  });
});

describe('given a report that was turned away', () => {
  test('the reporter may object and have it opened again, and its owner too', () => {
    for (const who of ['zhang', 'community']) {
      const dispute = new Case({}, DEFAULT_POLICY, 'zhang');
      dispute.as('community', { action: 'mark-out-of-scope', reason: 'txt_r', reporterTold: true });
      if (who === 'zhang') dispute.as(who, { action: 'object', reason: 'txt_o' });
      dispute.as(who, { action: 'reopen', ground: 'new-facts', reason: 'txt_r' });
      expect(dispute.state.closure).toBeNull();
      expect(dispute.state.clocks.some(({ state }) => state === 'running')).toBe(true);
    }
  });

  test('a merged one is unmerged, not reopened', () => {
    const dispute = new Case().as('community', { action: 'merge', into: 'dsp_2', reason: 'txt_r' });
    expect(
      dispute.try('community', { action: 'reopen', ground: 'new-facts', reason: 'txt_r' }),
    ).toMatchObject({
      refused: 'out_of_order',
    });
    expect(dispute.try('community', { action: 'unmerge', reason: 'txt_r' })).toBeNull();
  });
});

describe('given a respondent', () => {
  const replacement = { id: 'b2', side: 'B', kind: 'party' } as const;

  test('she is replaced only when she never answered, and never by somebody who is there already', () => {
    const dispute = new Case().as('community', {
      ...{
        action: 'triage',
        category: 'D02',
        difficulty: 'general',
        duplicatesChecked: true,
        level: 'community',
      },
    });
    const replace = { action: 'replace-respondent', partyId: 'b', replacement } as const;
    expect(dispute.try('community', replace)).toMatchObject({ refused: 'out_of_order', field: 'partyId' });
    dispute
      .as('community', { action: 'deliver-notice', partyIds: ['b'], channel: 'letter' })
      .wait(30 * 24 * HOUR);
    const same = { ...replace, replacement: { ...replacement, accountId: 'zhang' } };
    const owner = dispute.state.level === 'community' ? 'community' : 'district';
    expect(dispute.try(owner, same)).toMatchObject({ refused: 'conflict_of_interest' });
    const self = { ...replace, replacement: { ...replacement, accountId: owner } };
    expect(dispute.try(owner, self)).toMatchObject({
      ...{ refused: 'conflict_of_interest', field: 'replacement.accountId' },
    });
    const across = { ...replace, replacement: { ...replacement, actsFor: ['b', 'a'] } };
    expect(dispute.try(owner, across)).toMatchObject({
      ...{ refused: 'conflict_of_interest', field: 'replacement.actsFor.1' },
    });
    const stranger = { ...replace, replacement: { ...replacement, actsFor: ['zz'] } };
    expect(dispute.try(owner, stranger)).toMatchObject({
      ...{ refused: 'unknown_party', field: 'replacement.actsFor.0' },
    });
    expect(dispute.try(owner, replace)).toBeNull();
  });
});

describe('given one party', () => {
  const settled = (): Case => {
    const dispute = new Case({
      parties: [QUARREL.parties[0]!, { id: 'b', side: 'B', kind: 'party', accountId: 'wang' }],
    });
    dispute.as('community', {
      ...{
        action: 'triage',
        category: 'D02',
        difficulty: 'general',
        duplicatesChecked: true,
        level: 'community',
      },
    });
    dispute.as('zhang', { action: 'consent', partyId: 'a' }).as('wang', { action: 'consent', partyId: 'b' });
    dispute.as('director', { action: 'accept', kind: 'peoples', committeeId: 'committee' });
    return dispute.as('director', {
      action: 'assign-mediator',
      mediatorId: 'mediator',
      conflictsDisclosed: true,
    });
  };

  test('she asks for another mediator and does not name one', () => {
    const dispute = settled();
    const recuse = { action: 'recuse', mediatorId: 'mediator', reason: 'txt_r' } as const;
    expect(dispute.try('wang', { ...recuse, replacementId: 'mediator2' })).toMatchObject({
      ...{ refused: 'not_permitted', field: 'replacementId' },
    });
    expect(dispute.try('wang', recuse)).toBeNull();
  });

  test('she rates for herself, and no party applies for the other', () => {
    const dispute = settled();
    dispute.as('mediator', {
      ...{ action: 'record-oral-agreement', scope: 'whole' },
      register: { partyIds: ['a', 'b'], register: 'txt_r', terms: [] },
    });
    const agreementId = dispute.state.agreements[0]!.id;
    expect(
      dispute.try('wang', { action: 'apply-confirmation', agreementId, partyIds: ['a', 'b'] }),
    ).toMatchObject({
      refused: 'not_permitted',
    });
    dispute.as('community', {
      action: 'mark-resolved',
      kind: 'agreement',
      reason: 'txt_r',
      reporterTold: true,
    });
    expect(dispute.try('wang', { action: 'rate', partyId: 'a', score: 1 })).toMatchObject({
      refused: 'not_permitted',
    });
    expect(dispute.try('wang', { action: 'rate', partyId: 'b', score: 4 })).toBeNull();
  });
});

describe('given a region so large that nobody is on duty for it', () => {
  test('a report has to name a smaller one, and triage cannot move a case there', () => {
    const bare = { region: REGION.city };
    expect(() => new Case(bare)).toThrow('unknown_region');
    const triage = {
      action: 'triage',
      category: 'D02',
      difficulty: 'simple',
      duplicatesChecked: true,
    } as const;
    expect(new Case().try('street', { ...triage, region: REGION.city })).toMatchObject({
      refused: 'unknown_region',
    });
  });
});

test('given what cannot be done now, then it is not offered', () => {
  const red = new Case({ danger: { weapon: true } });
  expect(may(red, 'street')).not.toContain('mark-resolved');
  expect(may(red, 'street')).not.toContain('close-unresolved');
  const fresh = new Case();
  expect(may(fresh, 'grid')).not.toContain('hand-down');
  expect(may(fresh, 'grid')).not.toContain('mark-resolved');
  const asked = new Case().toMediation();
  const clockId = asked.state.clocks.find(({ kind }) => kind === 'mediation')!.id;
  asked.as('mediator', {
    action: 'request-extension',
    clockId,
    amount: 1,
    reason: 'txt_r',
    partiesAgree: true,
  });
  expect(may(asked, 'mediator')).not.toContain('decide-extension');
  expect(may(asked, 'street')).toContain('decide-extension');
});

test('given a case in any of these states, then somebody other than its parties has it in a queue', () => {
  const read = {
    ...{ now: MONDAY, directory, calendar: DEFAULT_CALENDAR, policy: DEFAULT_POLICY },
    ...{ stateOf: () => null, mediatorLoad: new Map<string, number>() },
  };
  for (const who of ['grid', 'community', 'street']) {
    const items = workOf('dispute', against(who).state, read);
    expect(items.some(({ roles, assigneeId }) => roles.length > 0 || assigneeId !== who)).toBe(true);
  }
});
