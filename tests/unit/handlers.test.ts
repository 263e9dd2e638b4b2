import { describe, expect, test } from 'vitest';
import { codesOf } from '../../activities/machines.ts';
import { commitmentMachine, NO_COMMITMENT } from '../../domain/commitment/commitment.ts';
import { conferenceMachine, NO_CONFERENCE } from '../../domain/conference/conference.ts';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import type { Dispute } from '../../domain/dispute/state.ts';
import { isRefusal } from '../../domain/errors.ts';
import { act, tick, type CaseKind, type Clocked, type Machine } from '../../domain/machine.ts';
import { NO_TASK, taskMachine } from '../../domain/task/task.ts';
import { community } from '../../handlers/community.ts';
import { grid } from '../../handlers/grid.ts';
import { HANDLERS } from '../../handlers/index.ts';
import { intake } from '../../handlers/intake.ts';
import { links } from '../../handlers/links.ts';
import { notifier } from '../../handlers/notifier.ts';
import { workOf } from '../../handlers/queues.ts';
import { street } from '../../handlers/street.ts';
import { GROUPS } from '../../infra/consumers/groups.ts';
import type { Effect, Handler, ReadModel, WorkItem } from '../../ports/handler.ts';
import type { BusEvent } from '../../schemas/events/envelope.ts';
import { OTHER_PLAYS, PLAYS } from '../support/plays.ts';
import { actorOf, Case, directory, HOUR, MONDAY, REGION, SYSTEM } from '../support/street.ts';

const DAY = 24 * HOUR;

function readModel(states: Record<string, Clocked>, now = MONDAY, load: [string, number][] = []): ReadModel {
  return {
    ...{ now, directory, calendar: DEFAULT_CALENDAR, policy: DEFAULT_POLICY, mediatorLoad: new Map(load) },
    stateOf: ({ kind, id }) => states[`${kind}:${id}`] ?? null,
  };
}

/** The event as the bus brings it, beside the state it led to. */
function busEvent(
  kind: CaseKind,
  state: Clocked,
  event: { type: string },
  version = state.version,
): BusEvent {
  const { stage, level, grade, region, ownerId, disputeId } = codesOf(kind, state);
  const data = {
    caseKind: kind,
    caseId: state.id,
    version,
    disputeId,
    region,
    stage,
    level,
    grade,
    ownerId,
    event,
  };
  return {
    id: `${kind}:${state.id}:${version}`,
    data: { ...data, actorId: 'x', occurredAt: null, hop: 0 },
  } as never;
}

/** The events of one type, run through a handler. */
function effectsOf(
  handler: Handler,
  dispute: Case,
  type: string,
  states: Record<string, Clocked> = {},
): Effect[] {
  const read = readModel({ [`dispute:${dispute.state.id}`]: dispute.state, ...states }, dispute.now);
  return dispute.events
    .filter((event) => event.type === type)
    .flatMap((event) => handler.handle(busEvent('dispute', dispute.state, event), read));
}

const work = (state: Dispute, load: [string, number][] = []): WorkItem[] =>
  workOf('dispute', state, readModel({}, MONDAY, load));
const find = (items: WorkItem[], kind: string): WorkItem | undefined =>
  items.find((item) => item.kind === kind);
const kinds = (items: WorkItem[]): string[] => items.map((item) => item.kind).toSorted();

const notices = (effects: Effect[]): [string, string, number][] =>
  effects.flatMap((effect) =>
    effect.type === 'notice'
      ? [[effect.personId, effect.kind, effect.notBefore] as [string, string, number]]
      : [],
  );

describe('given a new report', () => {
  test('the grid’s duty worker gets a check on site, the community the triage, each by the triage clock', () => {
    const { state } = new Case();
    const items = work(state);
    expect(kinds(items)).toEqual(['check-on-site', 'confirm-triage']);
    const due = state.clocks.find((clock) => clock.kind === 'triage')!.dueAt;
    expect(find(items, 'check-on-site')).toMatchObject({ queue: 'grid', assigneeId: 'grid', dueAt: due });
    expect(find(items, 'confirm-triage')).toMatchObject({
      ...{ queue: 'community', region: REGION.community, dueAt: due },
      roles: ['community-officer', 'grid-head'],
    });
  });

  test('its workflow is started, and only by its first event', () => {
    const { state, events } = new Case();
    const first = busEvent('dispute', state, events[0]!, 1);
    expect(intake.starts?.(first)).toEqual([{ kind: 'dispute', id: state.id }]);
    expect(intake.starts?.(busEvent('dispute', state, events[1]!, 2))).toEqual([]);
  });

  test('red lies with the street as an alert, and its triage too', () => {
    const { state } = new Case({ danger: { weapon: true } });
    const items = work(state);
    expect(find(items, 'red-alert')).toMatchObject({ queue: 'street', grade: 'red' });
    expect(find(items, 'confirm-triage')).toMatchObject({ queue: 'street' });
  });

  test('red asks community and grid to stabilise: each a task opened for whoever is on duty', () => {
    const dispute = new Case({ danger: { weapon: true } });
    const opened = effectsOf(links, dispute, 'task-assigned').map((effect) =>
      effect.type === 'command' ? effect.body : {},
    ) as {
      kind: string;
      target: { level: string; bodyId: string | null };
      owner: { staffId: string } | null;
    }[];
    const stabilise = opened.filter(({ kind }) => kind === 'stabilise');
    expect(stabilise.map(({ target, owner }) => [target.level, owner?.staffId])).toEqual([
      ['community', 'community'],
      ['grid', 'grid'],
    ]);
  });
});

describe('given a triaged dispute', () => {
  const triaged = (): Case =>
    new Case().as('community', {
      ...{
        action: 'triage',
        category: 'D02',
        difficulty: 'general',
        duplicatesChecked: true,
        level: 'community',
      },
    });

  test('its owner has it, and is to ask the parties', () => {
    const items = work(triaged().state);
    expect(kinds(items)).toEqual(['ask-consent', 'handle']);
    expect(find(items, 'handle')).toMatchObject({ queue: 'community', assigneeId: 'community' });
  });

  test('once every party agreed it is the director’s to accept, with mediators proposed and why', () => {
    const dispute = triaged().as('community', {
      action: 'deliver-notice',
      partyIds: ['a', 'b'],
      channel: 'visit',
    });
    expect(find(work(dispute.state), 'accept-mediation')).toBeUndefined();
    dispute
      .as('zhang', { action: 'consent', partyId: 'a' })
      .as('community', { action: 'consent', partyId: 'b' });
    const item = find(work(dispute.state, [['mediator', 3]]), 'accept-mediation');
    expect(item).toMatchObject({
      ...{ queue: 'community', roles: ['committee-director'] },
      detail: {
        proposed: [
          { mediatorId: 'mediator2', load: 0, experienced: false },
          { mediatorId: 'mediator', load: 3, experienced: false },
        ],
      },
    });
  });

  test('a mediator who is a party, reported it, or was recused is not proposed', () => {
    const dispute = new Case({
      parties: [
        { id: 'a', side: 'A', kind: 'party', accountId: 'mediator' },
        { id: 'b', side: 'B', kind: 'party' },
      ],
    });
    dispute.as('community', {
      ...{ action: 'triage', category: 'D02', difficulty: 'general', duplicatesChecked: true },
    });
    const consented = {
      ...dispute.state,
      parties: dispute.state.parties.map((party) => ({ ...party, consent: 'agreed' as const })),
    };
    const proposed = (state: Dispute): unknown => find(work(state), 'accept-mediation')?.detail;
    expect(proposed(consented)).toMatchObject({ proposed: [{ mediatorId: 'mediator2' }] });
    const mediation = { ...consented.mediation, recusedIds: ['mediator2'] };
    expect(proposed({ ...consented, mediation })).toEqual({ proposed: [] });
    expect(proposed({ ...consented, reportedBy: 'mediator2' })).toEqual({ proposed: [] });
  });

  test('experience comes before load', () => {
    const skilled = new Map(directory.staff);
    skilled.set('mediator', { ...skilled.get('mediator')!, skills: ['D02'] });
    const read = { ...readModel({}, MONDAY, [['mediator', 9]]), directory: { ...directory, staff: skilled } };
    const { state } = new Case().toMediation();
    const without = {
      ...state,
      mediation: { ...state.mediation, mediatorId: null, status: 'accepted' as const },
    };
    const item = find(workOf('dispute', without, read), 'assign-mediator');
    expect(item?.detail).toMatchObject({
      proposed: [{ mediatorId: 'mediator', experienced: true, load: 9 }, {}],
    });
  });

  test('an assigned mediator has it under her name', () => {
    const item = find(work(new Case().toMediation().state), 'mediate');
    expect(item).toMatchObject({ assigneeId: 'mediator', roles: [], detail: { status: 'assigned' } });
  });

  test('an escalation waits for the level above; when its clock runs out nobody is skipped', () => {
    const dispute = triaged().as('community', { action: 'escalate', reason: 'txt_r' });
    const item = find(work(dispute.state), 'take-over');
    const clock = dispute.state.clocks.find(({ kind }) => kind === 'takeover')!;
    expect(item).toMatchObject({
      queue: 'street',
      roles: ['dispatcher', 'duty-officer'],
      dueAt: clock.dueAt,
    });
  });

  test('a broken clock of care waits for supervision above until a person has looked', () => {
    const dispute = triaged().as('community', {
      action: 'record-measure',
      kind: 'coordination',
      note: 'txt_n',
    });
    dispute.as('community', {
      action: 'mark-resolved',
      kind: 'coordinated',
      reason: 'txt_r',
      reporterTold: true,
    });
    expect(kinds(work(dispute.state))).toEqual(['follow-up']);
    dispute.wait(30 * DAY);
    expect(kinds(work(dispute.state))).toContain('supervise');
    expect(find(work(dispute.state), 'supervise')).toMatchObject({ queue: 'street' });
  });

  test('asked-for decisions lie above the owner', () => {
    const dispute = triaged();
    const clockId = dispute.state.clocks.find(({ kind }) => kind === 'level')!.id;
    dispute.as('community', { action: 'request-extension', clockId, amount: 1, reason: 'txt_r' });
    expect(find(work(dispute.state), 'decide-extension')).toMatchObject({
      queue: 'street',
      detail: { clockId },
    });
  });
});

describe('given other kinds of case', () => {
  const context = (now = MONDAY, who = SYSTEM) => {
    let n = 0;
    return {
      ...{ now, actor: who, policy: DEFAULT_POLICY, calendar: DEFAULT_CALENDAR, directory },
      newId: (prefix: string) => `${prefix}_${++n}`,
    };
  };
  const opened = <S extends Clocked>(machine: Machine<S, never, never>, before: S, command: object): S => {
    const outcome = act(machine, before, command as never, context());
    if (isRefusal(outcome)) throw new Error(outcome.message);
    return outcome.state;
  };
  const base = { policyVersion: DEFAULT_POLICY.version, disputeId: 'dsp_1' };
  const read = readModel({});

  test('a task waits for the body that was asked, until it is answered', () => {
    const target = { bodyId: 'housing', region: REGION.street, level: 'street' };
    const command = { ...base, action: 'open-task', id: 't', kind: 'verify', target, what: 'txt_w' };
    const rest = { fromPetition: false, owner: null, reportedBy: null };
    const task = opened(taskMachine as never, NO_TASK, { ...command, ...rest });
    expect(workOf('task', task, read)).toMatchObject([
      { kind: 'task', bodyId: 'housing', roles: [], queue: 'street' },
    ]);
    const answered = act(
      taskMachine,
      task,
      { action: 'answer', answer: 'txt_a' },
      context(MONDAY, actorOf('handler')),
    );
    expect(workOf('task', (answered as { state: Clocked }).state, read)).toEqual([]);
    const event = { type: 'task-answered', by: 'handler', answer: 'txt_a' };
    expect(links.handle(busEvent('task', task, event), read)).toEqual([
      {
        ...{ type: 'command', key: { kind: 'dispute', id: 'dsp_1' }, action: 'record-task-outcome' },
        body: { taskId: 't', outcome: 'answered' },
      },
    ]);
  });

  test('a conference is the convening level’s to prepare and each body’s to confirm', () => {
    const command = { ...base, action: 'open-conference', id: 'c', agenda: 'solve', question: 'txt_q' };
    const rest = { region: REGION.grid, level: 'street', at: MONDAY + DAY, bodyIds: ['housing', 'police'] };
    const conference = opened(conferenceMachine as never, NO_CONFERENCE, { ...command, ...rest });
    const items = workOf('conference', conference, read);
    expect(items.map(({ kind, bodyId }) => [kind, bodyId])).toEqual([
      ['prepare-conference', null],
      ['confirm-attendance', 'housing'],
      ['confirm-attendance', 'police'],
    ]);
  });

  test('a promise that fell due is to be checked, and not before', () => {
    const command = { ...base, action: 'open-commitment', id: 'k', kind: 'term', amountFen: null };
    const rest = {
      promisedBy: { type: 'party', id: 'b' },
      dueAt: MONDAY + DAY,
      region: REGION.grid,
      level: 'community',
    };
    const commitment = opened(commitmentMachine as never, NO_COMMITMENT, { ...command, ...rest });
    expect(workOf('commitment', commitment, read)).toEqual([]);
    // The first mark is a warning halfway.
    let due: Clocked = commitment;
    for (let fired = tick(commitmentMachine, commitment, context(MONDAY + 2 * DAY)); fired !== null;) {
      due = fired.state;
      fired = tick(commitmentMachine, fired.state, context(MONDAY + 2 * DAY));
    }
    expect(workOf('commitment', due, read)).toMatchObject([{ kind: 'check-commitment', queue: 'community' }]);
  });
});

describe('given what one case has come to', () => {
  const command = (effect: Effect | undefined): [string, string] | null =>
    effect?.type === 'command' ? [effect.key.kind, effect.action] : null;

  test('a conference, a promise and their ends become commands to the cases they concern', () => {
    const dispute = new Case().toMediation();
    dispute.as('street', {
      ...{ action: 'convene-conference', agenda: 'solve', question: 'txt_q', at: MONDAY + DAY },
      bodyIds: ['housing', 'police'],
    });
    const term = {
      kind: 'term',
      promisedBy: { type: 'body', id: 'housing' },
      what: 'txt_w',
      dueAt: MONDAY + DAY,
    };
    dispute.as('community', { action: 'add-commitment', term: term as never });
    const commitmentId = dispute.state.commitments[0]!.id;
    dispute.as('community', { action: 'fulfil-commitment', commitmentId });
    expect(command(effectsOf(links, dispute, 'conference-convened')[0])).toEqual([
      'conference',
      'open-conference',
    ]);
    expect(command(effectsOf(links, dispute, 'commitment-added')[0])).toEqual([
      'commitment',
      'open-commitment',
    ]);
    expect(effectsOf(links, dispute, 'commitment-fulfilled')).toMatchObject([
      { key: { id: commitmentId }, action: 'settle-commitment', body: { result: 'done' } },
    ]);
  });

  test('a dispute that leaves takes its open tasks with it', () => {
    const dispute = new Case();
    dispute.as('community', { action: 'assign-task', kind: 'verify', bodyId: 'housing', what: 'txt_w' });
    dispute.as('community', { action: 'mark-out-of-scope', reason: 'txt_r', reporterTold: true });
    expect(effectsOf(links, dispute, 'marked-out-of-scope')).toMatchObject([{ action: 'cancel-task' }]);
  });
});

describe('given something people should hear', () => {
  test('the owner is reminded, in working hours', () => {
    const dispute = new Case({}, DEFAULT_POLICY, 'grid', Date.parse('2026-03-02T17:30:00+08:00')).wait(
      20 * HOUR,
    );
    const told = notices(effectsOf(notifier, dispute, 'clock-warned'));
    expect(told.length).toBeGreaterThan(0);
    for (const [person, kind, notBefore] of told) {
      expect([person, kind]).toEqual(['grid', 'reminder']);
      expect(new Date(notBefore + 8 * HOUR).getUTCHours()).toBeGreaterThanOrEqual(9);
    }
  });

  test('at night nobody is woken, except for danger', () => {
    const night = Date.parse('2026-03-02T23:00:00+08:00');
    const calm = notices(effectsOf(notifier, new Case({}, DEFAULT_POLICY, 'grid', night), 'reported'));
    expect(calm).toEqual([['grid', 'now-yours', Date.parse('2026-03-03T09:00:00+08:00')]]);
    const red = new Case({ danger: { violence: true } }, DEFAULT_POLICY, 'grid', night);
    expect(notices(effectsOf(notifier, red, 'reported'))).toEqual([['street', 'red-alert', night]]);
  });

  test('a merge is told to the owner of what it was merged into, and to the reporter', () => {
    const target = new Case({ id: 'dsp_2' }).as('community', {
      ...{
        action: 'triage',
        category: 'D02',
        difficulty: 'simple',
        duplicatesChecked: true,
        level: 'community',
      },
    });
    const dispute = new Case({}, DEFAULT_POLICY, 'zhang').as('community', {
      ...{ action: 'merge', into: 'dsp_2', reason: 'txt_r' },
    });
    const event = busEvent(
      'dispute',
      dispute.state,
      dispute.events.find(({ type }) => type === 'merged')!,
    );
    expect(notifier.alsoReads?.(event)).toEqual([{ kind: 'dispute', id: 'dsp_2' }]);
    const told = notices(effectsOf(notifier, dispute, 'merged', { 'dispute:dsp_2': target.state }));
    expect(told.map(([person, kind]) => [person, kind])).toEqual(
      expect.arrayContaining([
        ['community', 'merged-into-yours'],
        ['zhang', 'merged'],
      ]),
    );
  });
});

test('given the same matter again within ninety days, whoever had it before is told', () => {
  const earlier = new Case({ id: 'dsp_0' });
  const links_ = [{ disputeId: 'dsp_0', relation: 'repeat' as const }];
  const dispute = new Case({ region: REGION.community, links: links_ });
  const effects = effectsOf(notifier, dispute, 'reported', { 'dispute:dsp_0': earlier.state });
  expect(notices(effects).map(([person, kind]) => [person, kind])).toEqual([
    ['grid', 'same-matter-again'],
    ['community', 'now-yours'],
  ]);
});

test('each level handler keeps the queues of its own levels, and together they keep all of them', () => {
  const dispute = new Case({ danger: { weapon: true } });
  const read = readModel({ [`dispute:${dispute.state.id}`]: dispute.state });
  const event = busEvent('dispute', dispute.state, dispute.events[0]!);
  const kept = [grid, community, street].flatMap((handler) =>
    handler.handle(event, read).flatMap((effect) => (effect.type === 'queue' ? effect.items : [])),
  );
  expect(kinds(kept)).toEqual(kinds(work(dispute.state)));
  expect(
    [grid, community, street].flatMap((handler) =>
      handler.handle(event, read).flatMap((effect) => (effect.type === 'queue' ? effect.queues : [])),
    ),
  ).toEqual(['grid', 'community', 'street', 'district', 'city']);
});

test('the groups that are watched are the groups that run', () => {
  expect(HANDLERS.map(({ group }) => group)).toEqual([...GROUPS]);
});

test('an event that a handler says is none of its concern has no effect, in any play', () => {
  const stories: [CaseKind, { state: Clocked; events: { type: string }[] }][] = [
    ...Object.values(PLAYS).map((play): [CaseKind, Case] => ['dispute', play()]),
    ...OTHER_PLAYS,
  ];
  let unconcerned = 0;
  for (const [kind, { state, events }] of stories) {
    const read = readModel({ [`${kind}:${state.id}`]: state });
    for (const event of events) {
      const message = busEvent(kind, state, event);
      for (const handler of HANDLERS) {
        if (handler.concerns?.(message) !== false) continue;
        unconcerned += 1;
        expect(handler.handle(message, read), `${handler.group} ${event.type}`).toEqual([]);
      }
    }
  }
  expect(unconcerned).toBeGreaterThan(100);
});
