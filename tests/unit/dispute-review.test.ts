import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { ROUTES } from '../../domain/dispute/events.ts';
import { report } from '../../domain/dispute/report.ts';
import { stageOf } from '../../domain/dispute/state.ts';
import { bodyFor, type Directory } from '../../domain/duty.ts';
import { isRefusal } from '../../domain/errors.ts';
import { act } from '../../domain/machine.ts';
import { disputeMachine } from '../../domain/dispute/dispute.ts';
import { actorOf, Case, directory, HOUR, MONDAY, QUARREL, REGION } from '../support/street.ts';

const DAY = 24 * HOUR;
const routesTold = [...ROUTES];
const triage = { action: 'triage', category: 'D02', difficulty: 'simple', duplicatesChecked: true } as const;
const term = (dueAt = MONDAY + 60 * DAY) => ({
  kind: 'term' as const,
  promisedBy: { type: 'party' as const, id: 'b' },
  what: 'txt_what',
  dueAt,
});
const onSpot = {
  action: 'settle-on-spot' as const,
  note: 'txt',
  partiesAgreed: ['a', 'b'],
  reporterTold: true,
};
const clock = (quarrel: Case, id: string) => quarrel.state.clocks.find((candidate) => candidate.id === id)!;
const level = (quarrel: Case) => clock(quarrel, `level:${quarrel.state.levelEntries}`);

describe('returns', () => {
  /** Entered at the community, passed to the street and handed down again. */
  const handedDown = () => {
    const quarrel = new Case().as('community', { ...triage, level: 'community' });
    quarrel.as('community', { action: 'escalate', reason: 'txt' }).as('street', { action: 'take-over' });
    return quarrel.as('street', { action: 'hand-down', to: 'community', reason: 'txt' });
  };
  const notOurs = { action: 'return', reason: 'txt' } as const;
  const decide = (accepted: boolean) => ({ action: 'decide-return', accepted, reason: 'txt' }) as const;

  test('given a first return, then the sender may take it back but not send it away again', () => {
    const quarrel = handedDown().as('community', notOurs);
    expect(quarrel.try('street', decide(false))).toMatchObject({ refused: 'not_permitted' });
    expect(quarrel.try('street', { ...decide(true), ownerLevel: 'grid' })).toMatchObject({
      field: 'ownerLevel',
    });
    quarrel.as('street', decide(true));
    expect(quarrel.state.owner.level).toBe('street');
  });

  test('given a second return, then only the common superior of both decides, and it binds', () => {
    const quarrel = handedDown().as('community', notOurs).as('district', decide(false));
    quarrel.as('community', notOurs);
    expect(quarrel.try('street', decide(true))).toMatchObject({ refused: 'not_permitted' });
    quarrel.as('district', decide(false));
    expect(quarrel.state.owner.level).toBe('community');
    expect(quarrel.try('community', notOurs)).toMatchObject({ refused: 'out_of_order' });
  });

  test('given the report-in time has passed, then "not ours" comes too late', () => {
    expect(
      handedDown()
        .wait(4 * HOUR)
        .try('community', notOurs),
    ).toBeNull();
    expect(handedDown().wait(DAY).try('community', notOurs)).toMatchObject({ refused: 'out_of_order' });
  });

  test('given it came up from the community though it began in the grid, then it returns to the community', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'grid' });
    quarrel.as('grid', { action: 'escalate', reason: 'txt' }).as('community', { action: 'take-over' });
    quarrel.as('community', { action: 'escalate', reason: 'txt' }).as('street', { action: 'take-over' });
    quarrel.as('street', notOurs);
    expect(quarrel.state.pendingReturn?.to).toBe('community');
  });

  test('given the case moves on meanwhile, then the question is closed', () => {
    const quarrel = handedDown().as('community', notOurs);
    quarrel.as('community', { action: 'escalate', reason: 'txt' }).as('street', { action: 'take-over' });
    expect(quarrel.state.pendingReturn).toBeNull();
  });
});

describe('who is above', () => {
  test('a leader of the street neither receives for the city nor stands above the district', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'community' });
    const up = { action: 'escalate', reason: 'txt' } as const;
    quarrel.as('community', up).as('street', { action: 'take-over' });
    quarrel.as('street', up).as('district', { action: 'take-over' });
    quarrel.as('district', up);
    expect(quarrel.try('leader', { action: 'take-over' })).toMatchObject({ refused: 'not_permitted' });
    expect(quarrel.try('leader', { action: 'hand-down', to: 'street', reason: 'txt' })).toMatchObject({
      refused: 'not_permitted',
    });
  });

  test('a conference that the district calls is the district’s to run', () => {
    const quarrel = new Case().as('district', {
      ...{ action: 'convene-conference', agenda: 'solve', question: 'txt' },
      ...{ at: MONDAY + DAY, bodyIds: ['housing', 'police'] },
    });
    expect(quarrel.events.at(-1)).toMatchObject({ type: 'conference-convened', level: 'district' });
  });
});

describe('extensions', () => {
  test('given a leader asked, then she may not decide it herself', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'community' });
    quarrel.as('leader', {
      action: 'request-extension',
      clockId: level(quarrel).id,
      amount: 1,
      reason: 'txt',
    });
    const granted = { action: 'decide-extension', granted: true } as const;
    expect(quarrel.try('leader', granted)).toMatchObject({ refused: 'not_permitted' });
    expect(quarrel.try('street', granted)).toBeNull();
  });
});

describe('red', () => {
  const raise = { action: 'regrade', danger: { weapon: true }, reason: 'txt' } as const;

  test('given a quiet case becomes red, then the street owns it at once and community and grid stabilise', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'grid' }).as('grid', raise);
    expect(quarrel.state).toMatchObject({ grade: 'red', level: 'street', pendingTransfer: null });
    expect(quarrel.state.owner.staffId).toBe('street');
    expect(quarrel.state.tasks.map((task) => task.target.level)).toEqual(['community', 'grid']);
    expect(stageOf(quarrel.state)).toBe('escalation');
  });

  test('given the grid worker proposes a danger, then it is not lost when the proposal is confirmed without it', () => {
    const quarrel = new Case().as('grid', {
      ...{ action: 'propose-triage', category: 'D02', difficulty: 'simple' },
      danger: { violence: true },
    });
    expect(quarrel.state).toMatchObject({ grade: 'red', level: 'street' });
    quarrel.as('street', { ...triage, level: 'community' });
    expect(quarrel.state).toMatchObject({ grade: 'red', level: 'street', danger: { violence: true } });
  });

  test('given the points of failed mediations make it red, then it goes to the street and not one level up', () => {
    const quarrel = new Case().toMediation();
    quarrel.as('community', {
      action: 'regrade',
      danger: { people: 12, crossDepartment: true, repeat: true, amountFen: 1e9 },
      reason: 'txt',
    });
    expect(quarrel.state).toMatchObject({ grade: 'orange', points: 55 });
    quarrel.as('mediator', { action: 'fail-mediation', reason: 'txt', routesTold });
    expect(quarrel.state).toMatchObject({ grade: 'red', level: 'street', pendingTransfer: null });
    expect(quarrel.types().filter((type) => type === 'escalated')).toHaveLength(1);
  });

  test.each([
    { action: 'merge', into: 'dsp_2', reason: 'txt' },
    { action: 'mark-out-of-scope', reason: 'txt', reporterTold: true },
    { action: 'transfer', toBodyId: 'housing', reason: 'txt', reporterTold: true },
  ] as const)('$action does not end red, a confirmed lowering does', (leave) => {
    const quarrel = new Case({ danger: { violence: true } });
    expect(quarrel.try('street', leave)).toMatchObject({ refused: 'out_of_order' });
    quarrel.as('street', { action: 'regrade', grade: 'yellow', reason: 'txt' });
    quarrel.as('leader', { action: 'confirm-regrade', confirmed: true });
    expect(quarrel.try('street', leave)).toBeNull();
  });

  test('given red came up to the street, then it cannot be returned below', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'community' }).as('community', raise);
    expect(quarrel.try('street', { action: 'return', reason: 'txt' })).toMatchObject({ field: 'grade' });
  });

  test('given a lowering waits, then new danger can still be told, and the lowering is off', () => {
    const quarrel = new Case({ danger: { violence: true } });
    quarrel.as('street', { action: 'regrade', danger: { violence: false }, reason: 'txt' });
    quarrel.as('grid', {
      action: 'regrade',
      danger: { violence: true, minorOrDomesticViolence: true },
      reason: 'txt',
    });
    expect(quarrel.state).toMatchObject({ grade: 'red', points: 100, pendingRegrade: null });
    expect(quarrel.try('leader', { action: 'confirm-regrade', confirmed: true })).toMatchObject({
      refused: 'out_of_order',
    });
  });

  test('given it is only calmed, then the visit that was owed does not count as made', () => {
    const quarrel = new Case({ danger: { violence: true } }).as('grid', onSpot);
    expect(clock(quarrel, 'red-visit:1-0').state).toBe('cancelled');
    quarrel.as('community', { action: 'record-measure', kind: 'visit', note: 'txt' });
    expect(clock(quarrel, 'red-visit:1-1').state).toBe('met');
  });

  test('given red is lowered before triage, then its triage clock was not met', () => {
    const quarrel = new Case({ danger: { violence: true } });
    quarrel.as('street', { action: 'regrade', grade: 'blue', reason: 'txt' });
    quarrel.as('leader', { action: 'confirm-regrade', confirmed: true });
    expect(clock(quarrel, 'triage-red:1').state).toBe('cancelled');
    expect(clock(quarrel, 'triage:1').state).toBe('running');
  });

  describe('the police', () => {
    const police = (id: string, regions: string[]) => ({ id, kind: 'police', regions, categories: [] });
    const withPolice: Directory = {
      ...directory,
      bodies: new Map(
        [police('city-police', []), police('station', [REGION.street])].map((body) => [body.id, body]),
      ),
    };
    const rules = { now: MONDAY, policy: DEFAULT_POLICY, calendar: DEFAULT_CALENDAR, directory: withPolice };
    const reported = (danger: object) => {
      let ids = 0;
      const newId = (prefix: string) => `${prefix}_${++ids}`;
      const taken = report({ ...QUARREL, danger }, { ...rules, actor: actorOf('grid'), newId });
      if (isRefusal(taken)) throw new Error(taken.message);
      return { state: taken.state, newId };
    };
    const called = (state: { tasks: { target: { bodyId: string | null } }[] }) =>
      state.tasks.map((task) => task.target.bodyId).filter((bodyId) => bodyId !== null);

    test.each([{ minorOrDomesticViolence: true }, { violence: true }, { weapon: true }])(
      'given %j at intake, then the nearest police are called out',
      (danger) => {
        expect(called(reported(danger).state)).toEqual(['station']);
      },
    );

    test('given it becomes known later, then too; given only many points, then not', () => {
      const { state, newId } = reported({});
      const regraded = (danger: object) =>
        act(
          disputeMachine,
          state,
          { action: 'regrade', danger, reason: 'txt' },
          { ...rules, actor: actorOf('street'), newId },
        );
      const abuse = regraded({ minorOrDomesticViolence: true, people: 12 });
      expect(!isRefusal(abuse) && called(abuse.state)).toEqual(['station']);
      const crowd = regraded({ people: 12, repeat: true, crossDepartment: true });
      expect(!isRefusal(crowd) && called(crowd.state)).toEqual([]);
    });

    test('a body without regions is there for all, the nearest comes first', () => {
      expect(bodyFor(withPolice, 'police', '110105013001')?.id).toBe('city-police');
      expect(bodyFor(withPolice, 'court', REGION.grid)).toBeNull();
    });
  });
});

describe('many acting together', () => {
  test('given it becomes known at triage, then one level up is told, and only when it grows', () => {
    const quarrel = new Case();
    quarrel.as('grid', {
      ...{ action: 'propose-triage', category: 'D02', difficulty: 'simple' },
      danger: { people: 8 },
    });
    quarrel.as('community', { ...triage, level: 'grid' });
    expect(quarrel.events.filter((event) => event.type === 'superior-notified')).toMatchObject([
      { level: 'community', cause: 'group' },
    ]);
    expect(quarrel.types()).not.toContain('escalated');
  });
});

describe('clocks', () => {
  test('given the notice is delivered again, then the time to answer does not begin anew', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'community' });
    const notice = { action: 'deliver-notice' as const, partyIds: ['b'], channel: 'visit' as const };
    quarrel
      .as('community', notice)
      .wait(2 * DAY)
      .as('community', notice)
      .wait(2 * DAY);
    expect(quarrel.state.parties[1]!.consent).toBe('not-reached');
    quarrel.as('community', notice);
    expect(clock(quarrel, 'consent:b:2').state).toBe('running');
  });

  test('given a promise outside any agreement, then the level’s clock goes on; given one in it, then it stops', () => {
    const quarrel = new Case().toMediation();
    quarrel.as('mediator', {
      action: 'record-oral-agreement',
      scope: 'whole',
      register: { partyIds: ['a', 'b'], terms: [term()], register: 'txt' },
    });
    expect(level(quarrel).state).toBe('held');
    const promised = new Case().as('community', { ...triage, level: 'community' });
    promised.as('community', { action: 'add-commitment', term: term() });
    expect(level(promised).state).toBe('running');
  });

  test('labour counts 15 days from receipt, the others from acceptance', () => {
    const accepted = (kind: 'labour' | 'court-delegated') => {
      const quarrel = new Case().as('community', { ...triage, level: 'community' });
      quarrel.as('zhang', { action: 'consent', partyId: 'a' });
      quarrel.as('community', { action: 'consent', partyId: 'b' }).wait(HOUR);
      quarrel.as('director', { action: 'accept', kind, committeeId: 'committee' });
      return clock(quarrel, 'mediation:1');
    };
    expect(accepted('labour')).toMatchObject({ startedAt: MONDAY, dueAt: MONDAY + 15 * DAY });
    expect(accepted('court-delegated').startedAt).toBe(MONDAY + HOUR);
  });

  test('given a visit is overdue, then it is still owed before the archive', () => {
    const quarrel = new Case().as('grid', onSpot).wait(60 * DAY);
    expect(quarrel.try('grid', { action: 'archive', dossierComplete: true })).toMatchObject({
      field: 'clocks',
    });
  });
});

describe('mediation', () => {
  test('given a party withdrew after the draft, then nobody can sign it for her', () => {
    const quarrel = new Case().toMediation();
    quarrel.as('mediator', { action: 'propose-agreement', scope: 'whole', partyIds: ['a', 'b'], terms: [] });
    const agreementId = quarrel.state.agreements[0]!.id;
    quarrel.as('zhang', { action: 'withdraw', partyId: 'a' });
    const all = { action: 'sign-agreement', agreementId, mediatorSigned: true, sealed: true } as const;
    expect(quarrel.try('mediator', { ...all, partyIds: ['a', 'b'] })).toMatchObject({
      refused: 'missing_condition',
    });
  });

  test('given a party holds a post elsewhere, then she still signs for herself only', () => {
    const quarrel = new Case({
      parties: [
        { id: 'a', side: 'A', kind: 'party', accountId: 'handler' },
        { id: 'b', side: 'B', kind: 'party', accountId: 'li' },
      ],
    }).as('community', { ...triage, level: 'community' });
    quarrel.as('handler', { action: 'consent', partyId: 'a' }).as('li', { action: 'consent', partyId: 'b' });
    const accept = { action: 'accept', kind: 'peoples', committeeId: 'committee' } as const;
    quarrel.as('director', { ...accept, mediatorId: 'mediator', conflictsDisclosed: true });
    quarrel.as('mediator', { action: 'propose-agreement', scope: 'whole', partyIds: ['a', 'b'], terms: [] });
    const sign = { action: 'sign-agreement', agreementId: quarrel.state.agreements[0]!.id } as const;
    expect(quarrel.try('handler', { ...sign, partyIds: ['a', 'b'] })).toMatchObject({
      refused: 'not_permitted',
    });
    expect(quarrel.try('handler', { ...sign, partyIds: ['a'] })).toBeNull();
  });

  test('given one item fails, then mediation goes on over the others', () => {
    const quarrel = new Case({ itemIds: ['one', 'two'] }).toMediation();
    const fail = { action: 'fail-mediation', reason: 'txt', routesTold } as const;
    quarrel.as('mediator', { ...fail, itemIds: ['one'] });
    expect(quarrel.state).toMatchObject({ failedMediations: 0, pendingTransfer: null });
    expect(quarrel.state.mediation.status).toBe('assigned');
    quarrel.as('mediator', fail);
    expect(quarrel.state).toMatchObject({ failedMediations: 1, pendingTransfer: { to: 'street' } });
  });

  test('given a co-mediator is replaced, then the lead stays; given the lead, then the others stay', () => {
    const quarrel = new Case().toMediation().as('director', {
      ...{ action: 'assign-mediator', mediatorId: 'mediator2', coMediatorIds: ['mediator'] },
      conflictsDisclosed: true,
    });
    const third = { ...directory.staff.get('mediator')!, id: 'mediator3' };
    const staff = new Map([...directory.staff, [third.id, third]]);
    const replaced = (mediatorId: string) => {
      const context = { ...quarrel.context(actorOf('director')), directory: { ...directory, staff } };
      const command = { action: 'recuse', mediatorId, replacementId: third.id, reason: 'txt' } as const;
      const outcome = act(disputeMachine, quarrel.state, command, context);
      return isRefusal(outcome) ? outcome : outcome.state.mediation;
    };
    expect(replaced('mediator')).toMatchObject({ mediatorId: 'mediator2', coMediatorIds: ['mediator3'] });
    expect(replaced('mediator2')).toMatchObject({ mediatorId: 'mediator3', coMediatorIds: ['mediator'] });
  });

  test('a party chooses a mediator, but does not put another in her place', () => {
    const quarrel = new Case().toMediation();
    const choose = {
      action: 'assign-mediator',
      mediatorId: 'mediator2',
      conflictsDisclosed: true,
      chosenByParties: true,
    } as const;
    expect(quarrel.try('zhang', choose)).toMatchObject({ refused: 'not_permitted' });
    quarrel.as('zhang', { action: 'recuse', mediatorId: 'mediator', reason: 'txt' });
    expect(quarrel.try('zhang', choose)).toBeNull();
  });

  test('given a party refused, then no agreement with her is registered on the spot', () => {
    const quarrel = new Case()
      .toMediation()
      .as('zhang', { action: 'refuse', partyId: 'a', effectTold: true });
    const register = { partyIds: ['a', 'b'], terms: [], register: 'txt' };
    expect(
      quarrel.try('mediator', { ...onSpot, asMediation: { conflictsDisclosed: true, register } }),
    ).toMatchObject({ field: 'asMediation.register.partyIds.0' });
  });

  test('confirmation is applied for by all sides of the agreement, not by any two', () => {
    const quarrel = new Case({
      parties: [...QUARREL.parties, { id: 'c', side: 'C', kind: 'party' }],
    }).toMediation();
    quarrel.as('mediator', {
      action: 'record-oral-agreement',
      scope: 'part',
      register: { partyIds: ['a', 'b'], terms: [], register: 'txt' },
    });
    const apply = {
      action: 'apply-confirmation',
      agreementId: quarrel.state.agreements[0]!.id,
    } as const;
    expect(quarrel.try('mediator', { ...apply, partyIds: ['a', 'c'] })).toMatchObject({ field: 'partyIds' });
    expect(quarrel.try('mediator', { ...apply, partyIds: ['a', 'b'] })).toBeNull();
  });

  test('two people in one dispute never share an id', () => {
    const same = { id: 'a', side: 'B', kind: 'party' } as const;
    expect(() => new Case({ parties: [...QUARREL.parties, same] })).toThrow('invalid_field');
    const quarrel = new Case();
    expect(
      quarrel.try('grid', { action: 'replace-respondent', partyId: 'b', replacement: same }),
    ).toMatchObject({ field: 'replacement.id' });
  });
});

describe('the end', () => {
  test('given a case was closed unresolved, then a broken promise reopens it too', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'community' });
    quarrel.as('community', { action: 'add-commitment', term: term() });
    quarrel.as('zhang', { action: 'refuse', partyId: 'a', effectTold: true });
    quarrel.as('community', {
      ...{ action: 'close-unresolved', reason: 'refused', note: 'txt' },
      ...{ routesTold, noDangerLeft: true },
    });
    expect(quarrel.state.items).toEqual([{ id: 'item_1', status: 'ended' }]);
    const commitmentId = quarrel.state.commitments[0]!.id;
    quarrel.as('community', { action: 'break-commitment', commitmentId, reason: 'txt' });
    expect(quarrel.state).toMatchObject({ closure: null, reopened: 1, items: [{ status: 'open' }] });
  });

  test('given a merge is undone, then the case is as untouched as before', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'grid' });
    quarrel.as('community', { action: 'merge', into: 'dsp_2', reason: 'txt' });
    quarrel.as('community', { action: 'unmerge', reason: 'txt' });
    expect(stageOf(quarrel.state)).toBe('prevention');
    expect(quarrel.try('community', { action: 'merge', into: 'dsp_3', reason: 'txt' })).toBeNull();
  });
});
