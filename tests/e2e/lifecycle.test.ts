import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, newKey, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
}, START_MS);
afterAll(() => engine.stop());

interface Taken {
  id: string;
  number: string;
  parties: { ref: string; id: string }[];
}
interface Work {
  items: {
    kind: string;
    caseId: string;
    disputeId: string | null;
    assigneeId: string | null;
    detail: object;
  }[];
}

async function reported(change: object = {}): Promise<Taken> {
  const grid = await engine.as('grid-1');
  const { status, body } = await grid.post<Taken>('/v1/reports', quarrel(change));
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

async function waits(login: string, kind: string, disputeId: string): Promise<Work['items'][number]> {
  const person = await engine.as(login);
  let found: Work['items'][number] | undefined;
  await eventually(`${kind} waits for ${login}`, async () => {
    const { body } = await person.get<Work>('/v1/work?limit=200');
    found = body.items.find((item) => item.kind === kind && item.disputeId === disputeId);
    return found !== undefined;
  });
  return found!;
}

async function done(
  login: string,
  id: string,
  action: string,
  body: object = {},
): Promise<Record<string, unknown>> {
  const person = await engine.as(login);
  const answer = await person.act(id, action, body);
  expect(answer.status, `${login} ${action}: ${JSON.stringify(answer.body)}`).toBe(200);
  return answer.body;
}

const triage = { category: 'D02', difficulty: 'general', duplicatesChecked: true, level: 'community' };

test('from a report to an agreement that is performed, every step in the queue of whoever is next', async () => {
  const { id, parties } = await reported();
  const [a, b] = parties.map((party) => party.id);
  const check = await waits('grid-1', 'check-on-site', id);
  expect(check.assigneeId).toBe('grid-1');
  await done('grid-1', id, 'propose-triage', {
    category: 'D02',
    difficulty: 'general',
    note: 'Seen on site.',
  });
  await waits('community-1', 'confirm-triage', id);
  await done('community-1', id, 'triage', triage);
  await waits('community-1', 'ask-consent', id);
  await done('community-1', id, 'deliver-notice', { partyIds: [a, b], channel: 'visit' });
  await done('resident-1', id, 'consent', { partyId: a });
  await done('resident-2', id, 'consent', { partyId: b });
  const acceptance = await waits('director-2', 'accept-mediation', id);
  expect(acceptance.detail).toMatchObject({
    proposed: [{ mediatorId: 'mediator-1', experienced: true }, {}, {}],
  });
  await done('director-2', id, 'accept', {
    ...{
      kind: 'peoples',
      committeeId: 'committee-guihua',
      mediatorId: 'mediator-2',
      conflictsDisclosed: true,
    },
  });
  await waits('mediator-2', 'mediate', id);
  await done('mediator-2', id, 'record-session', {
    ...{ channel: 'visit', partyIds: [a, b], joint: true, result: 'agreement', record: 'Both agree.' },
  });
  await done('mediator-2', id, 'record-oral-agreement', {
    scope: 'whole',
    register: {
      ...{ partyIds: [a, b], register: 'B repairs the pipe, A the ceiling.' },
      terms: [
        {
          ...{ kind: 'term', promisedBy: { type: 'party', id: b }, what: 'The pipe is repaired.' },
          dueAt: Date.now() + 3_600_000,
        },
      ],
    },
  });
  await waits('director-2', 'review-register', id);
  const resolved = await done('community-1', id, 'mark-resolved', {
    ...{ kind: 'agreement', reason: 'Agreed.', reporterTold: true },
  });
  expect(resolved).toMatchObject({ stage: 'closed', level: 'community' });
  await waits('community-1', 'follow-up', id);
  const { body } = await (
    await engine.as('community-1')
  ).get<{ commitments: { what: string; status: string }[] }>(`/v1/disputes/${id}`);
  expect(body.commitments).toMatchObject([{ what: 'The pipe is repaired.', status: 'open' }]);
});

describe('a dispute is shown', () => {
  test('whole to staff of the region, by her own part to a party, not at all to others', async () => {
    const resident = await engine.as('resident-1');
    const taken = await resident.post<Taken>('/v1/reports', quarrel({ channel: 'resident' }));
    const { id, parties } = taken.body;
    const staff = await (await engine.as('community-1')).get(`/v1/disputes/${id}`);
    expect(staff.body).toMatchObject({ view: 'staff', title: 'Water from above', parties: [{}, {}] });
    const party = await (await engine.as('resident-2')).get(`/v1/disputes/${id}`);
    expect(party.body).toMatchObject({ view: 'party', title: null, narrative: null, staff: null });
    expect(party.body['parties']).toMatchObject([{ id: parties[1]!.id }]);
    // The reporter is never shown to the person complained about.
    expect(JSON.stringify(party.body)).not.toMatch(/resident-1|Marked Name A|Water|leaks/);
    for (const login of ['duty-9', 'resident-3', 'admin-1', 'mediator-1'])
      expect((await (await engine.as(login)).get(`/v1/disputes/${id}`)).status, login).toBe(404);
  });

  test('with clocks explained, an ETag, and the actions of this person', async () => {
    const { id } = await reported();
    const { body, etag } = await (
      await engine.as('community-1')
    ).get<{
      version: number;
      clocks: { kind: string; limit: object; computed: object }[];
      allowedActions: string[];
    }>(`/v1/disputes/${id}`);
    expect(etag).toBe(`"${body.version}"`);
    expect(body.clocks.find(({ kind }) => kind === 'triage')).toMatchObject({
      limit: { amount: 4, unit: 'working-hour' },
      computed: { budgetMs: 4 * 3_600_000 },
    });
    expect(body.allowedActions).toContain('triage');
    expect(body.allowedActions).not.toContain('resume');
  });
});

test('the same key asks for the same answer; with another body it is refused', async () => {
  const grid = await engine.as('grid-1');
  const key = newKey();
  const first = await grid.post<Taken>('/v1/reports', quarrel(), { key });
  const again = await grid.post<Taken>('/v1/reports', quarrel(), { key });
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.body.id).toBe(first.body.id);
  const other = await grid.post('/v1/reports', quarrel({ title: 'Another' }), { key });
  expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });

  const { id } = first.body;
  const note = { kind: 'visit', note: 'We were there.' };
  const one = await grid.act(id, 'record-measure', note, { key });
  const two = await grid.act(id, 'record-measure', note, { key });
  // In working hours the share of a clock that is used grows from one answer to the next.
  expect({ ...two.body, clocks: null }).toEqual({ ...one.body, clocks: null });
  const three = await grid.act(id, 'record-measure', { ...note, note: 'Another' }, { key });
  expect(three).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
});

test('an act on a version that is gone is refused, and says which is there', async () => {
  const { id } = await reported();
  const community = await engine.as('community-1');
  const { etag } = await community.get(`/v1/disputes/${id}`);
  await done('grid-1', id, 'record-measure', { kind: 'visit', note: 'There.' });
  const late = await community.act(id, 'triage', triage, { ifMatch: etag! });
  expect(late).toMatchObject({ status: 412, body: { code: 'stale_version', field: 'If-Match' } });
});

test('red goes to the street at once; community and grid are asked to stabilise', async () => {
  const { id } = await reported({ danger: { violence: true } });
  const { body } = await (await engine.as('duty-1')).get(`/v1/disputes/${id}`);
  expect(body).toMatchObject({ grade: 'red', level: 'street', owner: { staffId: 'duty-1' } });
  await waits('duty-1', 'red-alert', id);
  await waits('community-1', 'stabilise', id);
  const task = await waits('grid-1', 'stabilise', id);
  const answer = await (
    await engine.as('grid-1')
  ).post(`/v1/tasks/${task.caseId}/actions/answer`, { answer: 'Calm.' });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({
    status: 200,
    body: { state: { status: 'answered' } },
  });
  await eventually('the dispute knows that the grid has answered', async () => {
    const dispute = await (
      await engine.as('duty-1')
    ).get<{ staff: { tasks: { id: string; status: string }[] } }>(`/v1/disputes/${id}`);
    return dispute.body.staff.tasks.some((one) => one.id === task.caseId && one.status === 'answered');
  });
});

test('a need becomes a task that must be answered, and whoever brought it reads the answer', async () => {
  const resident = await engine.as('resident-3');
  const need = { ...quarrel({ kind: 'need', channel: 'resident', category: 'D99' }), parties: undefined };
  const { status, body } = await resident.post<{ id: string; kind: string }>('/v1/reports', need);
  expect({ status, kind: body.kind }, JSON.stringify(body)).toEqual({ status: 201, kind: 'task' });
  const grid = await engine.as('grid-1');
  await eventually('the task waits for the grid', async () => {
    const work = await grid.get<Work>('/v1/work?limit=200');
    return work.body.items.some(({ caseId }) => caseId === body.id);
  });
  await grid.post(`/v1/tasks/${body.id}/actions/answer`, { answer: 'The lamp is mended.' });
  const read = await resident.get<{ texts: Record<string, string>; state: { answer: string } }>(
    `/v1/tasks/${body.id}`,
  );
  expect(read.body.texts[read.body.state.answer]).toBe('The lamp is mended.');
});
