import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Commitment } from '../../domain/commitment/commitment.ts';
import type { Conference } from '../../domain/conference/conference.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import type { Task } from '../../domain/task/task.ts';
import type { CaseRef } from '../../workflows/messages.ts';
import { play, type CaseWorld } from '../support/case-world.ts';
import { skippingWorld, type TestWorld } from '../support/skipping.ts';
import { actorOf, HOUR, REGION } from '../support/street.ts';

let world: TestWorld;
beforeAll(async () => (world = await skippingWorld()));
afterAll(() => world.stop());

const DAY = 24 * HOUR;
const policyVersion = DEFAULT_POLICY.version;
const typesOf = async (cases: CaseWorld, ref: CaseRef): Promise<string[]> =>
  (await cases.events(ref)).map(({ type }) => type);
const count = (types: string[], type: string): number => types.filter((one) => one === type).length;

const openTask = (id: string): object => ({
  ...{ id, policyVersion, disputeId: 'dsp_1', kind: 'whistle', what: 'txt_1', fromPetition: false },
  ...{ target: { bodyId: 'housing', region: REGION.grid, level: 'grid' }, reportedBy: null, owner: null },
});

test('a task nobody answers falls silent again and again, is answered, and ends', async () => {
  await play({ ...world, keepAs: 'task' }, async (cases) => {
    const ref = { kind: 'task', id: 'tsk_silent' } as const;
    await cases.act(ref, 'open-task', openTask(ref.id));
    await world.env.sleep('40 days');
    const silent = await cases.state<Task>(ref);
    // Report-in and answer once each, then every five working days until somebody looks.
    expect(silent.silences).toBeGreaterThanOrEqual(5);
    expect(new Set((await typesOf(cases, ref)).filter((type) => type.startsWith('task')))).toEqual(
      new Set(['task-opened', 'task-fell-silent']),
    );
    const answer = await cases.store(ref, 'answer', { answer: 'txt_2' }, actorOf('handler'));
    const first = await cases.send(ref, answer);
    expect(first).toMatchObject({ ok: true, stage: 'answered' });
    await cases.closed(ref);
    // The run is over; the same key starts another, which finds the answer and ends as well.
    expect(await cases.send(ref, answer)).toEqual(first);
    await cases.closed(ref);
    expect(count(await typesOf(cases, ref), 'task-answered')).toBe(1);
  });
});

test('a conference: silent bodies, no time set, no minutes, and at last it was held', async () => {
  await play({ ...world, keepAs: 'conference' }, async (cases) => {
    const ref = { kind: 'conference', id: 'cnf_1' } as const;
    const opening = { id: ref.id, policyVersion, disputeId: 'dsp_1', agenda: 'solve', region: REGION.grid };
    const bodyIds = ['housing', 'police'];
    const called = { ...opening, level: 'street', at: null, bodyIds, question: 'txt_q' };
    await cases.act(ref, 'open-conference', called);
    await cases.act(ref, 'confirm', { bodyId: 'housing' }, actorOf('handler'));
    await world.env.sleep('5 days');
    const early = await cases.events(ref);
    expect(early.find(({ type }) => type === 'participant-silent')?.data).toMatchObject({
      bodyIds: ['police'],
    });
    expect(early.find(({ type }) => type === 'conference-overdue')?.data).toMatchObject({
      clockId: 'conference-schedule:1',
    });
    const at = (await world.env.currentTimeMs()) + 3 * DAY;
    await cases.act(ref, 'schedule', { at, bodyIds }, actorOf('street'));
    await world.env.sleep('12 days');
    const overdue = (await cases.events(ref)).filter(({ type }) => type === 'conference-overdue');
    expect(overdue.map(({ data }) => data['clockId'])).toContain(`conference-minutes:${at}`);
    const minutes = { attendedBodyIds: ['housing'], minutes: 'txt_m', decisions: [] };
    await cases.act(ref, 'record-minutes', minutes, actorOf('street'));
    await cases.closed(ref);
    expect((await cases.state<Conference>(ref)).status).toBe('held');
  });
});

const openCommitment = (id: string, dueAt: number): object => ({
  ...{ id, policyVersion, disputeId: 'dsp_1', kind: 'money', promisedBy: { type: 'party', id: 'b' } },
  ...{ amountFen: 80_000, dueAt, region: REGION.grid, level: 'community' },
});

test('a commitment falls due, goes unchecked and is asked about until it is settled', async () => {
  await play({ ...world, keepAs: 'commitment' }, async (cases) => {
    const ref = { kind: 'commitment', id: 'cmt_1' } as const;
    const dueAt = (await world.env.currentTimeMs()) + 60 * DAY;
    await cases.act(ref, 'open-commitment', openCommitment(ref.id, dueAt));
    await world.env.sleep('59 days');
    expect(await typesOf(cases, ref)).not.toContain('commitment-fell-due');
    await world.env.sleep('30 days');
    const types = await typesOf(cases, ref);
    expect(count(types, 'commitment-fell-due')).toBe(1);
    expect(count(types, 'commitment-unchecked')).toBeGreaterThanOrEqual(2);
    const fell = (await cases.events(ref)).find(
      ({ data }) => data['type'] === 'clock-broken' && data['clockId'] === 'commitment-due:1',
    );
    expect(fell?.data['brokenAt']).toBe(dueAt);
    await cases.act(ref, 'settle-commitment', { result: 'broken' });
    await cases.closed(ref);
    expect((await cases.state<Commitment>(ref)).result).toBe('broken');
  });
});

test('what is settled before its watch began needs none', async () => {
  await play(world, async (cases) => {
    const ref = { kind: 'commitment', id: 'cmt_early' } as const;
    await cases.act(ref, 'settle-commitment', { result: 'done' });
    await cases.closed(ref);
    const dueAt = (await world.env.currentTimeMs()) + DAY;
    const late = await cases.store(ref, 'open-commitment', openCommitment(ref.id, dueAt));
    expect(await cases.send(ref, late)).toMatchObject({ ok: false, refusal: { refused: 'out_of_order' } });
    await cases.closed(ref);
    expect(await typesOf(cases, ref)).toEqual(['commitment-settled']);
  });
});

test('a case that does not exist is refused, and its workflow ends', async () => {
  await play(world, async (cases) => {
    const ref = { kind: 'dispute', id: 'dsp_nowhere' } as const;
    const command = await cases.store(
      ref,
      'record-measure',
      { kind: 'visit', note: 'txt_n' },
      actorOf('grid'),
    );
    const refused = await cases.send(ref, command);
    expect(refused).toMatchObject({ ok: false, refusal: { refused: 'unknown_reference' } });
    await cases.closed(ref);
  });
});

test('eight commands at once are carried out, one after another', async () => {
  await play({ ...world, keepAs: 'concurrent' }, async (cases) => {
    const ref = { kind: 'task', id: 'tsk_crowd' } as const;
    await cases.act(ref, 'open-task', openTask(ref.id));
    const commands = await Promise.all(
      Array.from({ length: 8 }, () => cases.store(ref, 'report-in', {}, actorOf('handler'))),
    );
    const answers = await Promise.all(commands.map((commandId) => cases.send(ref, commandId)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(count(await typesOf(cases, ref), 'task-reported-in')).toBe(1);
  });
});
