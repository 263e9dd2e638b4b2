import { codesOf } from '../../activities/machines.ts';
import type { Calendar } from '../../domain/calendar.ts';
import { DEFAULT_CALENDAR } from '../../domain/calendars/index.ts';
import { commitmentMachine } from '../../domain/commitment/commitment.ts';
import { conferenceMachine } from '../../domain/conference/conference.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { ROUTES } from '../../domain/dispute/events.ts';
import { isRefusal } from '../../domain/errors.ts';
import { act, tick, type CaseKind, type Clocked, type Machine } from '../../domain/machine.ts';
import { taskMachine } from '../../domain/task/task.ts';
import { eventRows } from '../../infra/db/rows.ts';
import { actorOf, Case, directory, HOUR, MONDAY, REGION, SYSTEM } from './street.ts';

const DAY = 24 * HOUR;
const UNKNOWN_YEARS: Calendar = { ...DEFAULT_CALENDAR, years: [] };
const TERM = {
  kind: 'term' as const,
  promisedBy: { type: 'party' as const, id: 'b' },
  what: 'txt_what',
  dueAt: MONDAY + 4 * DAY,
};
const BOTH = ['a', 'b'];
const reason = 'txt_reason';
const routesTold = [...ROUTES];
const triage = { action: 'triage', category: 'D02', difficulty: 'simple', duplicatesChecked: true } as const;
const session = { channel: 'visit', partyIds: BOTH, joint: true } as const;
const triaged = (level: 'grid' | 'community' = 'community') =>
  new Case().as('community', { ...triage, level });

/** Disputes played with the real machine; between them they meet nearly every event there is. */
export const PLAYS: Record<string, () => Case> = {
  'left alone': () => new Case({ placeId: 'place_1', damageHappeningNow: true }).wait(90 * DAY),
  'many people and a hotline that waits': () =>
    new Case({
      ...{ channel: 'hotline', danger: { people: 12, amountFen: 9_000_000 } },
      origin: { system: 'hotline', externalNumber: '26030200017', externalDeadlineAt: MONDAY + 9 * DAY },
      links: [{ disputeId: 'dsp_0', relation: 'repeat' }],
    })
      .as('street', triage)
      .as('street', { action: 'reply-to-origin', kind: 'signed-for', text: 'txt_reply' })
      .wait(5 * DAY),
  'red until a second person lowers it': () =>
    new Case({ danger: { weapon: true } })
      .as('grid', { action: 'settle-on-spot', note: 'txt_1', partiesAgreed: BOTH, reporterTold: true })
      .as('community', { action: 'record-measure', kind: 'visit', note: 'txt_2' })
      .wait(8 * DAY)
      .as('street', { action: 'regrade', grade: 'yellow', reason })
      .as('leader', { action: 'confirm-regrade', confirmed: true }),
  'merged and back, then elsewhere': () =>
    triaged()
      .as('community', { action: 'link', disputeId: 'dsp_2', relation: 'same-matter' })
      .as('community', { action: 'unlink', disputeId: 'dsp_2', reason })
      .as('community', { action: 'merge', into: 'dsp_2', reason })
      .as('community', { action: 'unmerge', reason })
      .as('street', { action: 'transfer', toBodyId: 'police', reason, reporterTold: true }),
  'owner and mediator leave': () =>
    new Case()
      .toMediation()
      .leaves('community')
      .leaves('mediator')
      .as('system', { action: 'replace-absent' }),
  'out of scope': () =>
    new Case()
      .as('grid', { action: 'propose-triage', category: 'D99', difficulty: 'simple' })
      .as('street', { action: 'mark-out-of-scope', reason, reporterTold: true }),
  'agreed in writing, performed and archived': () => {
    const quarrel = new Case().toMediation();
    quarrel
      .as('mediator', { action: 'schedule-session', at: quarrel.now + HOUR, ...session })
      .as('mediator', { action: 'record-session', ...session, result: 'agreement', record: 'txt_record' })
      .as('mediator', { action: 'suspend', reason: 'appraisal' })
      .wait(2 * DAY)
      .as('mediator', { action: 'resume' })
      .as('mediator', { action: 'propose-agreement', scope: 'whole', partyIds: BOTH, terms: [TERM] });
    const agreementId = quarrel.state.agreements[0]!.id;
    quarrel
      .as('zhang', { action: 'sign-agreement', agreementId, partyIds: ['a'] })
      .as('mediator', { action: 'sign-agreement', agreementId, partyIds: ['b'], mediatorSigned: true })
      .as('director', { action: 'sign-agreement', agreementId, sealed: true })
      .as('mediator', { action: 'apply-confirmation', agreementId, partyIds: BOTH })
      .as('mediator', { action: 'record-confirmation', agreementId, result: 'confirmed' });
    const commitmentId = quarrel.state.commitments[0]!.id;
    quarrel
      .as('community', { action: 'fulfil-commitment', commitmentId, proof: 'txt_proof' })
      .as('community', { action: 'mark-resolved', kind: 'agreement', reason, reporterTold: true })
      .as('zhang', { action: 'rate', partyId: 'a', score: 5 })
      .as('community', { action: 'record-follow-up', performed: 'yes', satisfied: true })
      .as('community', { action: 'record-follow-up', performed: 'yes' });
    return quarrel.as('community', { action: 'archive', dossierComplete: true });
  },
  'agreed by word of mouth': () => {
    const register = {
      partyIds: BOTH,
      terms: [{ ...TERM, amountFen: 5000 }, TERM],
      register: 'txt_register',
    };
    const quarrel = new Case().toMediation();
    quarrel.as('mediator', { action: 'record-oral-agreement', scope: 'whole', register });
    const agreementId = quarrel.state.agreements[0]!.id;
    quarrel.as('director', { action: 'review-register', agreementId, approved: true });
    const commitmentId = quarrel.state.commitments[0]!.id;
    return quarrel.as('community', { action: 'drop-commitment', commitmentId, reason });
  },
  'refused, replaced, withdrawn, closed and objected to': () =>
    triaged()
      .as('community', { action: 'deliver-notice', partyIds: BOTH, channel: 'visit' })
      .as('zhang', { action: 'consent', partyId: 'a' })
      .wait(9 * DAY)
      .as('street', {
        ...{ action: 'replace-respondent', partyId: 'b' },
        replacement: { id: 'c', side: 'B', kind: 'party' },
      })
      .as('street', { action: 'identify-party', partyId: 'c', accountId: 'track:1' })
      .as('track:1', { action: 'refuse', partyId: 'c', effectTold: true })
      .as('zhang', { action: 'withdraw', partyId: 'a' })
      .as('street', {
        action: 'close-unresolved',
        reason: 'refused',
        note: 'txt_3',
        routesTold,
        noDangerLeft: true,
      })
      .as('zhang', { action: 'object', reason })
      .as('zhang', { action: 'reopen', ground: 'not-satisfied', reason }),
  'failed, taken over, handed down and returned': () =>
    new Case()
      .toMediation()
      .as('director', { action: 'recuse', mediatorId: 'mediator', reason, replacementId: 'mediator2' })
      .as('mediator2', { action: 'fail-mediation', reason, routesTold })
      .as('street', { action: 'take-over' })
      .as('street', { action: 'hand-down', to: 'community', reason })
      .as('community', { action: 'return', reason })
      .as('district', { action: 'decide-return', accepted: false, reason }),
  'helped by others': () => {
    const quarrel = triaged('grid')
      .as('grid', { action: 'record-contact', partyId: 'b', channel: 'phone', result: 'no-answer' })
      .as('grid', { action: 'refer', bodyId: 'police', reason })
      .as('grid', { action: 'assign-task', kind: 'whistle', bodyId: 'housing', what: 'txt_4' })
      .as('street', { action: 'assign-leader', leaderId: 'leader' })
      .as('street', { action: 'set-team', leadId: 'street', memberIds: ['mediator'] })
      .as('zhang', { action: 'record-proceeding', kind: 'lawsuit', body: 'txt_5' })
      .as('grid', { action: 'add-commitment', term: { ...TERM, amountFen: 100 } });
    const bodyIds = ['housing', 'police'];
    const at = quarrel.now + DAY;
    quarrel.as('street', { action: 'convene-conference', agenda: 'solve', question: 'txt_6', at, bodyIds });
    const [taskId, conferenceId] = [quarrel.state.tasks[0]!.id, quarrel.state.conferences[0]!.id];
    const commitmentId = quarrel.state.commitments[0]!.id;
    return quarrel
      .as('system', { action: 'record-task-outcome', taskId, outcome: 'silent' })
      .as('system', { action: 'record-task-outcome', taskId, outcome: 'answered' })
      .as('system', {
        action: 'record-conference-outcome',
        conferenceId,
        held: true,
        decisions: [{ ...TERM, id: 'cmt_9' }],
      })
      .as('grid', { action: 'break-commitment', commitmentId, reason });
  },
  'asked for more time': () => {
    const quarrel = triaged();
    const clockId = quarrel.state.clocks.find((clock) => clock.kind === 'level')!.id;
    return quarrel
      .as('zhang', { action: 'urge', clockId })
      .as('street', { action: 'supervise', kind: 'listed', clockId, reason })
      .as('community', { action: 'request-extension', clockId, amount: 1.5, reason })
      .as('street', { action: 'decide-extension', granted: true })
      .as('community', { action: 'escalate', reason });
  },
};

export interface Story {
  state: Clocked;
  events: { type: string }[];
}

/** Plays a case of another kind: each command by its actor, then `wait` ms of passing time. `year-end` has no calendar yet. */
export function play<S extends Clocked, E extends { type: string }, C extends { action: string }>(
  machine: Machine<S, E, C>,
  commands: [who: string, command: C][],
  wait = 0,
): Story {
  let state = machine.initial;
  const events: { type: string }[] = [];
  let now = MONDAY;
  const contextOf = (who: string) => ({
    ...{
      now,
      actor: who === 'system' || who === 'year-end' ? SYSTEM : actorOf(who),
      policy: DEFAULT_POLICY,
      calendar: who === 'year-end' ? UNKNOWN_YEARS : DEFAULT_CALENDAR,
    },
    ...{ directory, newId: (prefix: string) => `${prefix}_${events.length}` },
  });
  for (const [who, command] of commands) {
    const outcome = act(machine, state, command, contextOf(who));
    if (isRefusal(outcome)) throw new Error(JSON.stringify(outcome));
    state = outcome.state;
    events.push(...outcome.events);
  }
  for (const until = now + wait; now < until; now += HOUR) {
    for (
      let fired = tick(machine, state, contextOf('system'));
      fired;
      fired = tick(machine, state, contextOf('system'))
    ) {
      state = fired.state;
      events.push(...fired.events);
    }
  }
  return { state, events };
}

/** Somebody the directory no longer knows. */
const LEFT = { level: 'street', region: REGION.street, staffId: 'left', via: 'officer' } as const;
const task = {
  ...{
    action: 'open-task' as const,
    id: 'tsk_1',
    policyVersion: 'p1',
    disputeId: 'dsp_1',
    kind: 'whistle' as const,
  },
  target: { bodyId: 'housing', region: REGION.grid, level: 'street' as const },
  ...{ what: 'txt_1', fromPetition: true, owner: null, reportedBy: null },
};
const conference = {
  ...{ action: 'open-conference' as const, id: 'cnf_1', policyVersion: 'p1', disputeId: 'dsp_1' },
  ...{ agenda: 'solve' as const, region: REGION.grid, level: 'street' as const, at: null },
  ...{ bodyIds: ['housing', 'police'], question: null },
};
const minutes = { action: 'record-minutes' as const, attendedBodyIds: ['housing'], minutes: 'txt_1' };
const commitment = {
  ...{
    action: 'open-commitment' as const,
    id: 'cmt_1',
    policyVersion: 'p1',
    disputeId: 'dsp_1',
    kind: TERM.kind,
  },
  ...{ promisedBy: TERM.promisedBy, amountFen: null, dueAt: TERM.dueAt, region: REGION.grid },
  level: 'community' as const,
};
/** The end of a watch over a commitment. */
export const SETTLED = { action: 'settle-commitment', result: 'done' } as const;

/** Cases of the other kinds. */
export const OTHER_PLAYS: [CaseKind, Story][] = [
  [
    'task',
    play(taskMachine, [
      ['year-end', task],
      ['system', { action: 'recompute' }],
    ]),
  ],
  ['task', play(taskMachine, [['system', task]], 40 * DAY)],
  [
    'task',
    play(taskMachine, [
      ['system', { ...task, target: { ...task.target, bodyId: null }, owner: LEFT }],
      ['system', { action: 'replace-absent' }],
    ]),
  ],
  [
    'task',
    play(taskMachine, [
      ['system', task],
      ['handler', { action: 'return-task', reason }],
    ]),
  ],
  [
    'task',
    play(taskMachine, [
      ['system', task],
      ['system', { action: 'cancel-task' }],
    ]),
  ],
  [
    'task',
    play(taskMachine, [
      ['system', task],
      ['handler', { action: 'report-in' }],
      ['handler', { action: 'answer', answer: 'txt_2' }],
    ]),
  ],
  ['conference', play(conferenceMachine, [['system', conference]], 20 * DAY)],
  [
    'conference',
    play(conferenceMachine, [
      ['system', conference],
      ['street', { action: 'cancel-conference', reason }],
    ]),
  ],
  [
    'conference',
    play(conferenceMachine, [
      ['system', conference],
      ['street', { action: 'schedule', at: MONDAY + DAY, bodyIds: ['committee'] }],
      ['handler', { action: 'confirm', bodyId: 'housing', standIn: true }],
      ['street', { ...minutes, decisions: [TERM, { ...TERM, amountFen: 1, condition: 'txt_2' }] }],
    ]),
  ],
  ['commitment', play(commitmentMachine, [['system', commitment]], 40 * DAY)],
  [
    'commitment',
    play(commitmentMachine, [
      ['system', commitment],
      ['system', SETTLED],
    ]),
  ],
];

/** The messages of a case exactly as the store would put them into the outbox. */
export function published(kind: CaseKind, { state, events }: Story): string[] {
  const one = {
    commandId: 'c1',
    action: 'x',
    body: {},
    bodyHash: '',
    actor: SYSTEM,
    occurredAt: null,
    hop: 0,
  };
  const change = { acts: [{ ...one, events }], codes: codesOf(kind, state), final: false, now: MONDAY };
  const { outbox } = eventRows({ kind, id: state.id, state, ...change });
  return (outbox as { payload: string }[]).map((row) => row.payload);
}
