import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allowedActions } from '../../domain/commands/decide.ts';
import type { DisputeAction, DisputeCommand } from '../../domain/dispute/commands.ts';
import { isFinal } from '../../domain/dispute/clock-rules.ts';
import { disputeMachine } from '../../domain/dispute/dispute.ts';
import type { DisputeEvent } from '../../domain/dispute/events.ts';
import { ROUTES } from '../../domain/dispute/events.ts';
import { stageOf, type Dispute } from '../../domain/dispute/state.ts';
import { fold } from '../../domain/machine.ts';
import { actorOf, Case, HOUR } from '../support/street.ts';

const PEOPLE = [
  'grid',
  'community',
  'street',
  'district',
  'leader',
  'mediator',
  'mediator2',
  'director',
  'zhang',
];
const pick = <T>(list: T[], n: number): T | undefined => list[n % Math.max(1, list.length)];

/** A plausible body for any action, made from what the state offers; `n` varies the choices. */
function commandFor(action: DisputeAction, state: Dispute, n: number, now: number): DisputeCommand {
  const partyId = pick(state.parties, n)?.id ?? 'a';
  const agreementId = pick(state.agreements, n)?.id ?? 'none';
  const commitmentId = pick(state.commitments, n)?.id ?? 'none';
  const clockId =
    pick(
      state.clocks.filter((clock) => clock.state === 'running'),
      n,
    )?.id ?? 'none';
  const term = {
    kind: 'term',
    promisedBy: { type: 'party', id: partyId },
    what: 't',
    dueAt: now + n * HOUR,
  } as const;
  const all = ['a', 'b'];
  const bodies: Record<string, object> = {
    'propose-triage': { category: 'D02', difficulty: 'simple' },
    triage: { category: 'D02', difficulty: 'general', duplicatesChecked: true, danger: { people: n } },
    'settle-on-spot': { note: 't', partiesAgreed: all, reporterTold: true },
    merge: { into: 'dsp_2', reason: 't' },
    unmerge: { reason: 't' },
    'mark-out-of-scope': { reason: 't', reporterTold: true },
    transfer: { toBodyId: 'housing', reason: 't', reporterTold: true },
    link: { disputeId: 'dsp_2', relation: 'repeat' },
    unlink: { disputeId: 'dsp_2', reason: 't' },
    'record-measure': { kind: 'visit', note: 't' },
    'record-contact': { partyId, channel: 'visit', result: 'reached' },
    refer: { bodyId: 'police', reason: 't' },
    'deliver-notice': { partyIds: all, channel: 'visit' },
    consent: { partyId },
    refuse: { partyId, effectTold: true },
    withdraw: { partyId },
    'replace-respondent': { partyId, replacement: { id: `r${n}`, side: 'B', kind: 'party' } },
    'identify-party': { partyId, accountId: `track:${n}` },
    accept: { kind: 'peoples', committeeId: 'committee' },
    'assign-mediator': { mediatorId: n % 2 ? 'mediator' : 'mediator2', conflictsDisclosed: true },
    recuse: { mediatorId: state.mediation.mediatorId ?? 'mediator', reason: 't' },
    'schedule-session': { at: now + HOUR, channel: 'visit', partyIds: all, joint: true },
    'record-session': { channel: 'visit', partyIds: all, joint: true, result: 'progress', record: 't' },
    suspend: { reason: 'appraisal' },
    'propose-agreement': { scope: n % 3 ? 'whole' : 'trial', partyIds: all, terms: [term] },
    'sign-agreement': { agreementId, partyIds: all, mediatorSigned: true, sealed: true },
    'record-oral-agreement': { scope: 'whole', register: { partyIds: all, terms: [term], register: 't' } },
    'review-register': { agreementId, approved: true },
    'fail-mediation': { reason: 't', routesTold: [...ROUTES] },
    escalate: { reason: 't' },
    'hand-down': { to: n % 2 ? 'grid' : 'community', reason: 't' },
    return: { reason: 't' },
    'decide-return': { accepted: n % 2 === 0, reason: 't' },
    'request-extension': { clockId, amount: 1, reason: 't' },
    'decide-extension': { granted: n % 2 === 0 },
    regrade: { grade: (['blue', 'yellow', 'orange', 'red'] as const)[n % 4], reason: 't' },
    'confirm-regrade': { confirmed: n % 2 === 0 },
    urge: { clockId },
    supervise: { kind: 'supervision', reason: 't' },
    'assign-leader': { leaderId: 'leader' },
    'set-team': { leadId: 'street', memberIds: ['mediator'] },
    'convene-conference': { agenda: 'solve', question: 't', at: now + HOUR, bodyIds: ['housing', 'police'] },
    'assign-task': { kind: 'whistle', bodyId: 'housing', what: 't' },
    'add-commitment': { term },
    'fulfil-commitment': { commitmentId },
    'break-commitment': { commitmentId, reason: 't' },
    'drop-commitment': { commitmentId, reason: 't' },
    'record-proceeding': { kind: 'lawsuit', body: 't' },
    'apply-confirmation': { agreementId, partyIds: all },
    'record-confirmation': { agreementId, result: 'confirmed' },
    'reply-to-origin': { kind: 'result', text: 't' },
    'mark-resolved': { kind: 'coordinated', reason: 't', reporterTold: true },
    'close-unresolved': { reason: 'failed', note: 't', routesTold: [...ROUTES], noDangerLeft: true },
    'record-follow-up': { performed: 'yes' },
    rate: { score: 1 + (n % 5) },
    object: { reason: 't' },
    reopen: { ground: 'not-satisfied', reason: 't' },
    archive: { dossierComplete: true },
  };
  return { action, ...bodies[action] } as DisputeCommand;
}

function mustHold(quarrel: Case): void {
  const { state } = quarrel;
  if (!isFinal(state)) {
    expect(
      state.clocks.filter((clock) => clock.state === 'running').length,
      'a live case has a clock',
    ).toBeGreaterThan(0);
    expect(state.owner.region, 'a live case has an owner').not.toBe('');
    expect(state.owner.staffId).not.toBeNull();
  } else {
    expect(state.clocks.filter((clock) => clock.state === 'running' || clock.state === 'held')).toEqual([]);
  }
  expect(new Set(state.clocks.map((clock) => clock.id)).size).toBe(state.clocks.length);
  if (state.closure?.outcome === 'resolved') expect(state.grade).not.toBe('red');
  if (stageOf(state) === 'closed') expect(state.pendingTransfer).toBeNull();
}

const step = fc.record({
  who: fc.nat(8),
  action: fc.nat(60),
  n: fc.nat(40),
  hours: fc.oneof(fc.constant(0), fc.nat(400)),
});

test('any sequence of allowed actions and passing time leads to legal states, and the fold of its events to the same', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, violent) => {
      const quarrel = new Case({ danger: { violence: violent } });
      mustHold(quarrel);
      for (const { who, action, n, hours } of steps) {
        quarrel.wait(hours * HOUR);
        mustHold(quarrel);
        const actor = PEOPLE[who]!;
        const allowed = allowedActions(quarrel.state, { actor: actorOf(actor) });
        if (allowed.length === 0) continue;
        quarrel.try(actor, commandFor(pick(allowed, action)!, quarrel.state, n, quarrel.now));
        mustHold(quarrel);
      }
    }),
    { numRuns: 400 },
  );
});

test('events fold to the state that decided them', () => {
  const quarrel = new Case().toMediation();
  let state = disputeMachine.initial;
  for (const event of quarrel.events) state = fold(disputeMachine, state, event as DisputeEvent, quarrel.now);
  expect(state).toEqual(quarrel.state);
});
