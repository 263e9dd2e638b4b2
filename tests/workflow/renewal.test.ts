import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { waitUntil } from '../../infra/local/wait.ts';
import { play, type CaseWorld } from '../support/case-world.ts';
import { renewingWorld, type TestWorld } from '../support/skipping.ts';
import { actorOf, REGION } from '../support/street.ts';

let world: TestWorld;
beforeAll(async () => (world = await renewingWorld(60)));
afterAll(() => world.stop());

const SOON = { deadline_ms: 30_000 };

const opened = async (cases: CaseWorld, id: string): Promise<{ kind: 'task'; id: string }> => {
  const target = { bodyId: 'housing', region: REGION.grid, level: 'grid' };
  const opening = {
    id,
    policyVersion: DEFAULT_POLICY.version,
    disputeId: 'dsp_1',
    kind: 'whistle',
    what: 'txt_1',
  };
  await cases.act({ kind: 'task', id }, 'open-task', {
    ...{ ...opening, target, fromPetition: false, reportedBy: null, owner: null },
  });
  return { kind: 'task', id };
};

/** Wakes the case until the server asks for a new run; returns the new run's id. */
async function renewed(cases: CaseWorld, ref: { kind: 'task'; id: string }): Promise<string> {
  const before = await cases.runId(ref);
  const changed = async (): Promise<boolean> => {
    await cases.wake(ref);
    return (await cases.runId(ref)) !== before;
  };
  expect(await waitUntil(changed, { ...SOON, interval_ms: 0 })).toBe(true);
  return cases.runId(ref);
}

test('a long run is continued as new; the same key is the same answer, the clocks tick on', async () => {
  await play({ ...world, keepAs: 'continued' }, async (cases) => {
    const ref = await opened(cases, 'tsk_renewed');
    const reportIn = await cases.store(ref, 'report-in', {}, actorOf('handler'));
    const first = await cases.send(ref, reportIn);
    expect(first).toMatchObject({ ok: true, stage: 'reported-in' });
    await renewed(cases, ref);
    const log = await cases.events(ref);
    expect(await cases.send(ref, reportIn)).toEqual(first);
    await renewed(cases, ref);
    expect(await cases.send(ref, reportIn)).toEqual(first);
    expect(await cases.events(ref)).toEqual(log);
    const answer = await cases.act(ref, 'answer', { answer: 'txt_2' }, actorOf('handler'));
    expect(answer).toMatchObject({ ok: true, stage: 'answered' });
    await cases.closed(ref);
    expect(await cases.send(ref, reportIn)).toEqual(first);
  });
});

test('commands that arrive while the run is renewed are all carried out, each once', async () => {
  await play(world, async (cases) => {
    const ref = await opened(cases, 'tsk_busy');
    const run = await cases.runId(ref);
    const answers: unknown[] = [];
    // More than one run can hold, never more at once than one case takes.
    for (let round = 0; round < 12; round += 1) {
      const commands = await Promise.all(
        Array.from({ length: 6 }, () => cases.store(ref, 'report-in', {}, actorOf('handler'))),
      );
      answers.push(...(await Promise.all(commands.map((commandId) => cases.send(ref, commandId)))));
    }
    expect(answers).toHaveLength(72);
    expect(answers.filter((answer) => (answer as { ok: boolean }).ok)).toHaveLength(1);
    expect((await cases.events(ref)).filter(({ type }) => type === 'task-reported-in')).toHaveLength(1);
    expect(await cases.runId(ref)).not.toBe(run);
  });
});
