import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import type { Dispute } from '../../domain/dispute/state.ts';
import type { CaseRef } from '../../workflows/messages.ts';
import { play, type CaseWorld, type EventLine } from '../support/case-world.ts';
import { skippingWorld, type TestWorld } from '../support/skipping.ts';
import { actorOf, HOUR } from '../support/street.ts';

let world: TestWorld;
beforeAll(async () => (world = await skippingWorld()));
afterAll(() => world.stop());

const DAY = 24 * HOUR;
/** A wake-up may be spread by the policy's jitter; beyond it, this much is the test server's own. */
const SLACK_MS = 5_000;

const reported = async (cases: CaseWorld, change = {}): Promise<CaseRef & { parties: string[] }> => {
  const { id, parties } = await cases.report(change);
  const ref = { kind: 'dispute', id } as const;
  await cases.wake(ref);
  return { ...ref, parties: parties.map((party) => party.id) };
};
const marks = (events: EventLine[]): { clockId: string; at: number; recordedAt: number; type: string }[] =>
  events
    .filter(({ type }) => type === 'clock-warned' || type === 'clock-broken')
    .map(({ type, data, recordedAt }) => ({
      ...{ type, clockId: data['clockId'] as string, recordedAt },
      at: (data['warnedAt'] ?? data['brokenAt']) as number,
    }));

/** Every mark was noticed by a timer at its own time, whoever looked or not. */
function expectPunctual(events: EventLine[], jitter_ms: number): void {
  const late = marks(events).map(({ at, recordedAt }) => recordedAt - at);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...late)).toBeLessThanOrEqual(jitter_ms + SLACK_MS);
}

test('left alone for months a dispute warns, climbs to the top, and is supervised again and again', async () => {
  await play({ ...world, keepAs: 'dispute' }, async (cases) => {
    const { kind, id } = await reported(cases);
    await world.env.sleep('90 days');
    const events = await cases.events({ kind, id });
    const climbed = events.filter(({ type }) => type === 'escalated').map(({ data }) => data['to']);
    expect(climbed).toEqual(['community', 'street', 'district', 'city']);
    const taken = events.filter(({ type }) => type === 'taken-over').map(({ data }) => data['automatic']);
    expect(taken).toEqual([true, true, true, true]);
    const supervised = events.filter(({ type }) => type === 'supervised');
    expect(supervised.length).toBeGreaterThanOrEqual(3);
    expectPunctual(events, DEFAULT_POLICY.wakeJitterMs);
    const state = await cases.state<Dispute>({ kind, id });
    expect(state.level).toBe('city');
    expect(state.clocks.filter((clock) => clock.state === 'running')).not.toEqual([]);

    const triage = marks(events).filter(({ clockId }) => clockId === 'triage:1');
    expect(triage.map(({ type }) => type)).toEqual(['clock-warned', 'clock-warned', 'clock-broken']);
    expect(triage.map(({ at }) => at)).toEqual(triage.map(({ at }) => at).toSorted((a, b) => a - b));
    // Each mark is one act under an id of its own.
    const clocked = events.filter(({ type }) => type === 'clock-warned' || type === 'clock-broken');
    expect(new Set(clocked.map(({ commandId }) => commandId)).size).toBe(clocked.length);
  });
});

test('red waits for nobody: no jitter, and still red after a week there is a leader and a conference', async () => {
  await play(world, async (cases) => {
    const ref = await reported(cases, { danger: { weapon: true } });
    await world.env.sleep('10 days');
    const events = await cases.events(ref);
    expectPunctual(events, 0);
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['leader-assigned', 'conference-convened']),
    );
    expect((await cases.state<Dispute>(ref)).leaderId).toBe('leader');
  });
});

test('a suspended mediation stands still for two months, goes on, and then runs out', async () => {
  await play(world, async (cases) => {
    const ref = await reported(cases);
    const [a, b] = ref.parties;
    const by = async (who: string, action: string, body: object): Promise<void> =>
      void (await cases.act(ref, action, body, actorOf(who)));
    await by('community', 'triage', {
      ...{ category: 'D02', difficulty: 'general', duplicatesChecked: true, level: 'community' },
    });
    await by('community', 'deliver-notice', { partyIds: [a, b], channel: 'visit' });
    await by('zhang', 'consent', { partyId: a });
    await by('community', 'consent', { partyId: b });
    await by('director', 'accept', {
      ...{ kind: 'peoples', committeeId: 'committee', mediatorId: 'mediator', conflictsDisclosed: true },
    });
    await world.env.sleep('3 days');
    const clockOf = async (id: string): Promise<Dispute['clocks'][number]> =>
      (await cases.state<Dispute>(ref)).clocks.find((clock) => clock.id === id)!;
    const before = await clockOf('mediation:1');
    await by('mediator', 'suspend', { reason: 'appraisal' });
    await world.env.sleep('60 days');
    expect(await clockOf('mediation:1')).toMatchObject({ state: 'held', dueAt: before.dueAt });
    expect((await cases.events(ref)).some(({ type }) => type === 'clock-warned')).toBe(true);
    await by('mediator', 'resume', {});
    const resumed = await clockOf('mediation:1');
    expect(resumed.state).toBe('running');
    expect(resumed.dueAt - before.dueAt).toBeGreaterThanOrEqual(59 * DAY);
    await world.env.sleep('35 days');
    const events = await cases.events(ref);
    const broken = marks(events).find(
      ({ type, clockId }) => type === 'clock-broken' && clockId === 'mediation:1',
    );
    expect(broken?.at).toBe(resumed.dueAt);
    expectPunctual(events, DEFAULT_POLICY.wakeJitterMs);
    expect(events.some(({ type, data }) => type === 'escalated' && data['cause'] === 'clock')).toBe(true);
  });
});

test('an act that moves the next deadline earlier re-arms the timer', async () => {
  await play(world, async (cases) => {
    const ref = await reported(cases);
    await cases.act(
      ref,
      'triage',
      { category: 'D02', difficulty: 'general', duplicatesChecked: true, level: 'community' },
      actorOf('community'),
    );
    // Two working days until now; red asks for a visit within 24 hours, which comes first over any night.
    await cases.act(ref, 'regrade', { danger: { weapon: true }, reason: 'txt_r' }, actorOf('street'));
    await world.env.sleep('8 days');
    const events = await cases.events(ref);
    const visit = marks(events).filter(({ clockId }) => clockId.startsWith('red-visit'));
    expect(visit.map(({ type }) => type)).toEqual(['clock-warned', 'clock-warned', 'clock-broken']);
    expectPunctual(
      events.filter(({ data }) => String(data['clockId']).startsWith('red-visit')),
      0,
    );
  });
});

test('a dispute that left ends its run; unmerged it starts another, with the same history of events', async () => {
  await play({ ...world, keepAs: 'merged' }, async (cases) => {
    const ref = await reported(cases);
    const target = await reported(cases);
    await cases.act(ref, 'merge', { into: target.id, reason: 'txt_m' }, actorOf('community'));
    await cases.closed(ref);
    const first = await cases.runId(ref);
    await cases.act(ref, 'unmerge', { reason: 'txt_u' }, actorOf('community'));
    expect(await cases.runId(ref)).not.toBe(first);
    await world.env.sleep('2 days');
    const events = await cases.events(ref);
    expect(events.map(({ version }) => version)).toEqual(events.map((_, i) => i + 1));
    expect(events.at(-1)?.type).not.toBe('unmerged');
  });
});
