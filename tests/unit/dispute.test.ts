import { describe, expect, test } from 'vitest';
import { allowedActions } from '../../domain/commands/decide.ts';
import { stageOf } from '../../domain/dispute/state.ts';
import { ROUTES } from '../../domain/dispute/events.ts';
import { actorOf, Case, HOUR, MONDAY } from '../support/street.ts';

const DAY = 24 * HOUR;
const TERM = {
  kind: 'term' as const,
  promisedBy: { type: 'party' as const, id: 'b' },
  what: 'txt_what',
  dueAt: Date.parse('2026-03-06T18:00:00+08:00'),
};
const triage = { action: 'triage', category: 'D02', difficulty: 'simple', duplicatesChecked: true } as const;
const routesTold = [...ROUTES];

describe('discovery', () => {
  test('given a quiet report, then the grid worker owns it and only triage ticks', () => {
    const { state } = new Case();
    expect(stageOf(state)).toBe('discovery');
    expect(state.owner).toMatchObject({ staffId: 'grid', level: 'grid', via: 'responsible' });
    expect(state.clocks.map((clock) => clock.id)).toEqual(['triage:1']);
  });

  test('given a danger tick, then it is red, the street owns it and community and grid stabilise', () => {
    const { state } = new Case({ danger: { minorOrDomesticViolence: true } });
    expect(state).toMatchObject({ grade: 'red', level: 'street', points: 40 });
    expect(state.tasks.map((task) => [task.kind, task.target.level])).toEqual([
      ['stabilise', 'community'],
      ['stabilise', 'grid'],
    ]);
  });

  test('given nobody acts, then it climbs by itself and is never without owner and clock', () => {
    const quarrel = new Case().wait(60 * DAY);
    expect(quarrel.state.level).toBe('city');
    expect(quarrel.types().filter((type) => type === 'escalated')).toHaveLength(4);
    expect(quarrel.state.clocks.some((clock) => clock.state === 'running')).toBe(true);
  });

  test('given both said yes, when settled on the spot, then it is closed and a visit is due', () => {
    const quarrel = new Case().as('grid', {
      action: 'settle-on-spot',
      note: 'txt',
      partiesAgreed: ['a', 'b'],
      reporterTold: true,
    });
    expect(quarrel.state.closure).toMatchObject({ outcome: 'resolved', kind: 'on-spot' });
    expect(quarrel.state.items).toEqual([{ id: 'item_1', status: 'settled' }]);
    expect(
      quarrel.state.clocks.filter((clock) => clock.state === 'running').map((clock) => clock.kind),
    ).toContain('follow-up');
  });

  test('given red, when settled on the spot, then it is only calmed and another person must visit', () => {
    const quarrel = new Case({ danger: { violence: true } });
    quarrel.as('grid', {
      action: 'settle-on-spot',
      note: 'txt',
      partiesAgreed: ['a', 'b'],
      reporterTold: true,
    });
    expect(quarrel.state.closure).toBeNull();
    quarrel.as('grid', { action: 'record-measure', kind: 'visit', note: 'txt' });
    expect(quarrel.state.redVisited).toBe(false);
    quarrel.as('community', { action: 'record-measure', kind: 'visit', note: 'txt' });
    expect(quarrel.state.redVisited).toBe(true);
  });

  test('orange is confirmed by the street, not by the community', () => {
    const quarrel = new Case();
    const orange = { ...triage, danger: { repeat: true, crossDepartment: true, people: 12 } };
    expect(quarrel.try('community', orange)).toMatchObject({ refused: 'not_permitted' });
    expect(quarrel.try('street', orange)).toBeNull();
    expect(quarrel.state.grade).toBe('orange');
  });
});

describe('mediation', () => {
  test('given all signed, the mediator signed and the seal is set, then it is in force and its terms are commitments', () => {
    const quarrel = new Case().toMediation();
    quarrel.as('mediator', {
      action: 'record-session',
      channel: 'visit',
      partyIds: ['a', 'b'],
      joint: true,
      result: 'agreement',
      record: 'txt',
    });
    quarrel.as('mediator', {
      action: 'propose-agreement',
      scope: 'whole',
      partyIds: ['a', 'b'],
      terms: [TERM],
    });
    const agreementId = quarrel.state.agreements[0]!.id;
    quarrel.as('zhang', { action: 'sign-agreement', agreementId, partyIds: ['a'] });
    expect(quarrel.state.mediation.status).toBe('mediating');
    quarrel.as('mediator', { action: 'sign-agreement', agreementId, partyIds: ['b'], mediatorSigned: true });
    quarrel.as('director', { action: 'sign-agreement', agreementId, sealed: true });
    expect(quarrel.state.mediation.status).toBe('agreed');
    expect(quarrel.state.commitments).toMatchObject([{ kind: 'term', status: 'open', agreementId }]);
  });

  test('given a refusal, then only the refuser can restart mediation with herself [law 17]', () => {
    const quarrel = new Case()
      .toMediation()
      .as('zhang', { action: 'refuse', partyId: 'a', effectTold: true });
    expect(quarrel.state.mediation.status).toBe('ended');
    expect(quarrel.try('community', { action: 'consent', partyId: 'a' })).toMatchObject({
      refused: 'not_permitted',
    });
    expect(quarrel.try('zhang', { action: 'consent', partyId: 'a' })).toBeNull();
  });

  test('silence is never consent: the party counts as not reached', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'community' });
    quarrel.as('community', { action: 'deliver-notice', partyIds: ['b'], channel: 'phone' }).wait(5 * DAY);
    expect(quarrel.state.parties[1]!.consent).toBe('not-reached');
  });

  test('failing needs every route told, and leads to the next level', () => {
    const quarrel = new Case().toMediation();
    const fail = { action: 'fail-mediation', reason: 'txt', routesTold: ['court'] } as const;
    expect(quarrel.try('mediator', { ...fail, routesTold: ['court'] })).toMatchObject({
      field: 'routesTold',
    });
    quarrel.as('mediator', { ...fail, routesTold });
    expect(quarrel.state).toMatchObject({
      failedMediations: 1,
      points: 15,
      pendingTransfer: { to: 'street' },
    });
  });

  test('given mediation is suspended, then its clock stops and goes on', () => {
    const quarrel = new Case().toMediation();
    const due = () => quarrel.state.clocks.find((clock) => clock.kind === 'mediation')!.dueAt;
    const before = due();
    quarrel
      .as('mediator', { action: 'suspend', reason: 'appraisal' })
      .wait(3 * DAY)
      .as('mediator', { action: 'resume' });
    expect(due() - before).toBe(3 * DAY);
  });

  test('a mediator with a conflict, or one who was recused, is refused', () => {
    const quarrel = new Case()
      .toMediation()
      .as('director', { action: 'recuse', mediatorId: 'mediator', reason: 'txt' });
    const again = { action: 'assign-mediator', mediatorId: 'mediator', conflictsDisclosed: true } as const;
    expect(quarrel.try('director', again)).toMatchObject({ refused: 'conflict_of_interest' });
    expect(quarrel.try('director', { ...again, mediatorId: 'mediator2' })).toBeNull();
  });
});

describe('levels', () => {
  test('the sender owns until taken over; a receiver who stays silent owns it after four working hours', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'grid' });
    quarrel.as('grid', { action: 'escalate', reason: 'txt' });
    expect(quarrel.state.owner.staffId).toBe('grid');
    quarrel.wait(DAY);
    expect(quarrel.state.owner).toMatchObject({ staffId: 'community', level: 'community' });
    expect(stageOf(quarrel.state)).toBe('escalation');
  });

  test('handing down to the entry level returns to handling, and a second return binds', () => {
    const quarrel = new Case()
      .toMediation()
      .as('mediator', { action: 'fail-mediation', reason: 'txt', routesTold });
    quarrel
      .as('street', { action: 'take-over' })
      .as('street', { action: 'hand-down', to: 'community', reason: 'txt' });
    expect(stageOf(quarrel.state)).toBe('handling');
    quarrel.as('community', { action: 'return', reason: 'txt' });
    expect(quarrel.state.owner.staffId).toBe('community');
    quarrel.as('district', { action: 'decide-return', accepted: false, reason: 'txt' });
    quarrel.as('community', { action: 'return', reason: 'txt' });
    quarrel.as('district', { action: 'decide-return', accepted: true, reason: 'txt' });
    expect(quarrel.types().filter((type) => type === 'return-decided')).toHaveLength(2);
    expect(quarrel.events.findLast((event) => event.type === 'return-decided')).toMatchObject({
      binding: true,
    });
    expect(quarrel.state.owner.level).toBe('street');
  });

  test('skipping a level needs a reason', () => {
    const quarrel = new Case();
    expect(quarrel.try('grid', { action: 'escalate', to: 'street', reason: 'txt' })).toMatchObject({
      field: 'skipReason',
    });
    expect(
      quarrel.try('grid', { action: 'escalate', to: 'street', reason: 'txt', skipReason: 'txt' }),
    ).toBeNull();
  });

  test('anyone may raise a grade; lowering waits for a second person', () => {
    const quarrel = new Case({ danger: { violence: true } });
    quarrel.as('street', { action: 'regrade', grade: 'yellow', reason: 'txt' });
    expect(quarrel.state.grade).toBe('red');
    expect(quarrel.try('street', { action: 'confirm-regrade', confirmed: true })).toMatchObject({
      refused: 'not_permitted',
    });
    quarrel.as('leader', { action: 'confirm-regrade', confirmed: true });
    expect(quarrel.state.grade).toBe('yellow');
  });

  test('a lowering that nobody confirms lapses', () => {
    const quarrel = new Case({ danger: { violence: true } }).as('street', {
      action: 'regrade',
      grade: 'blue',
      reason: 'txt',
    });
    quarrel.wait(2 * DAY);
    expect(quarrel.state).toMatchObject({ grade: 'red', pendingRegrade: null });
  });

  test('still red after seven days: a leader and a conference', () => {
    const quarrel = new Case({ danger: { weapon: true } }).wait(8 * DAY);
    expect(quarrel.state.leaderId).toBe('leader');
    expect(quarrel.state.conferences).toHaveLength(1);
  });

  test('an extension is asked for, decided and shown', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'community' });
    const clock = () => quarrel.state.clocks.find((candidate) => candidate.kind === 'level')!;
    const before = clock().dueAt;
    quarrel.as('community', { action: 'request-extension', clockId: clock().id, amount: 1, reason: 'txt' });
    expect(clock().dueAt).toBe(before);
    quarrel.as('street', { action: 'decide-extension', granted: true });
    expect(clock()).toMatchObject({ extensions: 1, limit: { amount: 3, unit: 'working-day' } });
    expect(clock().dueAt - before).toBe(DAY);
  });
});

describe('the end', () => {
  const prevented = {
    action: 'mark-resolved',
    kind: 'prevented',
    reason: 'txt',
    reporterTold: true,
  } as const;

  test('prevention needs a measure; a task must be answered first', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'grid' });
    expect(quarrel.try('grid', prevented)).toMatchObject({ field: 'kind' });
    quarrel.as('grid', { action: 'record-measure', kind: 'counselling', note: 'txt', loweredRisk: true });
    quarrel.as('grid', { action: 'assign-task', kind: 'whistle', bodyId: 'housing', what: 'txt' });
    expect(quarrel.try('grid', prevented)).toMatchObject({ field: 'tasks' });
    quarrel.as('system', {
      action: 'record-task-outcome',
      taskId: quarrel.state.tasks[0]!.id,
      outcome: 'answered',
    });
    expect(quarrel.try('grid', prevented)).toBeNull();
    expect(stageOf(quarrel.state)).toBe('closed');
  });

  test('a broken promise reopens a closed case with a new clock and keeps the old ones', () => {
    const quarrel = new Case().as('community', { ...triage, level: 'grid' });
    quarrel
      .as('grid', { action: 'record-measure', kind: 'visit', note: 'txt' })
      .as('grid', { action: 'add-commitment', term: TERM });
    quarrel.as('grid', prevented);
    const before = quarrel.state.clocks.length;
    quarrel.as('grid', {
      action: 'break-commitment',
      commitmentId: quarrel.state.commitments[0]!.id,
      reason: 'txt',
    });
    expect(quarrel.state).toMatchObject({ closure: null, reopened: 1 });
    expect(quarrel.state.clocks.length).toBeGreaterThan(before);
  });

  test('archived after both visits; then nothing ticks; reopening ticks again', () => {
    const quarrel = new Case().as('grid', {
      action: 'settle-on-spot',
      note: 'txt',
      partiesAgreed: ['a', 'b'],
      reporterTold: true,
    });
    expect(quarrel.try('grid', { action: 'archive', dossierComplete: true })).toMatchObject({
      field: 'clocks',
    });
    const visit = { action: 'record-follow-up', performed: 'yes', satisfied: true } as const;
    quarrel
      .as('community', visit)
      .as('community', visit)
      .as('grid', { action: 'archive', dossierComplete: true });
    expect(quarrel.state.clocks.some((clock) => clock.state === 'running')).toBe(false);
    quarrel.as('zhang', { action: 'reopen', ground: 'not-satisfied', reason: 'txt' });
    expect(quarrel.state.clocks.some((clock) => clock.state === 'running')).toBe(true);
  });

  test('judicial confirmation: both sides, within 30 days, never in family matters', () => {
    const agreed = (category: 'D01' | 'D02') => {
      const quarrel = new Case({ category }).as('community', { ...triage, category, level: 'community' });
      quarrel
        .as('community', { action: 'consent', partyId: 'a' })
        .as('community', { action: 'consent', partyId: 'b' });
      quarrel.as('director', {
        action: 'accept',
        kind: 'peoples',
        committeeId: 'committee',
        mediatorId: 'mediator',
        conflictsDisclosed: true,
      });
      quarrel.as('mediator', {
        action: 'record-oral-agreement',
        scope: 'whole',
        register: { partyIds: ['a', 'b'], terms: [TERM], register: 'txt' },
      });
      const agreementId = quarrel.state.agreements[0]!.id;
      return { quarrel, apply: { action: 'apply-confirmation' as const, agreementId, partyIds: ['a', 'b'] } };
    };
    const family = agreed('D01');
    expect(family.quarrel.try('mediator', family.apply)).toMatchObject({ refused: 'out_of_order' });
    const neighbours = agreed('D02');
    expect(neighbours.quarrel.try('mediator', { ...neighbours.apply, partyIds: ['a'] })).toMatchObject({
      field: 'partyIds',
    });
    expect(neighbours.quarrel.wait(29 * DAY).try('mediator', neighbours.apply)).toBeNull();
    const late = agreed('D02');
    expect(late.quarrel.wait(31 * DAY).try('mediator', late.apply)).toMatchObject({
      refused: 'out_of_order',
    });
  });

  test('going to court never closes the case and stops nothing', () => {
    const quarrel = new Case()
      .toMediation()
      .as('zhang', { action: 'record-proceeding', kind: 'lawsuit', body: 'txt' });
    expect(quarrel.state.mediation.status).toBe('assigned');
    expect(quarrel.state.closure).toBeNull();
  });
});

test('allowed actions are what decide accepts: an outsider may do nothing', () => {
  const quarrel = new Case();
  expect(allowedActions(quarrel.state, { actor: actorOf('stranger') })).toEqual([]);
  expect(quarrel.try('stranger', triage)).toMatchObject({ refused: 'not_permitted' });
  expect(allowedActions(quarrel.state, { actor: actorOf('community') })).toContain('triage');
});

test('given a promise due after the closing, then the visit waits for it', () => {
  const dispute = new Case().toMediation();
  const dueAt = MONDAY + 40 * 24 * HOUR;
  const term = { kind: 'term', promisedBy: { type: 'party', id: 'b' }, what: 'txt_w', dueAt } as const;
  dispute.as('community', { action: 'record-measure', kind: 'coordination', note: 'txt_n' });
  dispute.as('community', { action: 'add-commitment', term });
  dispute.as('community', {
    action: 'mark-resolved',
    kind: 'coordinated',
    reason: 'txt_r',
    reporterTold: true,
  });
  const visits = dispute.state.clocks.filter(({ kind }) => kind === 'follow-up');
  expect(visits.map(({ startedAt }) => startedAt)).toEqual([dueAt, dueAt]);
});
