import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiSession } from '../../bin/wiring/api-client.ts';
import { GRID } from '../../infra/seed/demo-street.ts';
import { eventually, newKey, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';

const WORDS = 'OFFICIALTITLE community officer takes money';

let engine: TestEngine;
let accused: ApiSession;
let grid: ApiSession;
let street: ApiSession;
/** Reported by resident-1 against the officer of her community. */
let id: string;
let task: string;

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  [accused, grid, street] = [
    await engine.as('community-1'),
    await engine.as('grid-1'),
    await engine.as('dispatcher-1'),
  ];
  const resident = await engine.as('resident-1');
  const report = {
    ...{ kind: 'dispute', channel: 'resident', region: GRID, category: 'D15' },
    ...{ title: WORDS, narrative: 'The giraffe at the office saw it.', placeId: 'plc-guihua-3' },
    parties: [{ ref: 'b', side: 'B', kind: 'party', name: 'Officer', accountId: 'community-1' }],
  };
  const { status, body } = await resident.post<{ id: string }>('/v1/reports', report);
  expect(status, JSON.stringify(body)).toBe(201);
  id = body.id;
  const triage = { category: 'D15', difficulty: 'general', duplicatesChecked: true, level: 'street' };
  await street.act(id, 'triage', triage);
  const asked = { bodyId: 'housing', kind: 'whistle', what: 'TASKWHAT ask whether she took money.' };
  const tasked = await street.act(id, 'assign-task', asked);
  expect(tasked, JSON.stringify(tasked.body)).toMatchObject({ status: 200 });
  const { pool } = engine.resources;
  await eventually('the task is there', async () => {
    const { rows } = await pool.query<{ id: string }>(
      `SELECT id FROM cases WHERE kind = 'task' AND dispute_id = $1`,
      [id],
    );
    task = rows[0]?.id ?? '';
    return rows.length === 1;
  });
}, START_MS);
afterAll(() => engine.stop());

const text = async (answer: Promise<{ body: unknown }>): Promise<string> =>
  JSON.stringify((await answer).body);

describe('an officer who is complained about, in her own community', () => {
  test('sees of the dispute what a party sees, and it is in none of her lists of work', async () => {
    expect((await accused.get(`/v1/disputes/${id}`)).body).toMatchObject({
      view: 'party',
      title: null,
      grade: null,
    });
    expect(await text(accused.get('/v1/work?limit=200'))).not.toContain(id);
    expect(await text(street.get('/v1/work?limit=200'))).toContain(id);
  });

  test('does not find the tasks of the dispute, nor act on them', async () => {
    expect((await accused.get(`/v1/tasks/${task}`)).status).toBe(404);
    const answer = await accused.post(`/v1/tasks/${task}/actions/answer`, { answer: 'x' }, { key: newKey() });
    expect(answer.status).toBe(404);
    expect((await street.get(`/v1/tasks/${task}`)).status).toBe(200);
  });

  test('does not learn who reported it by asking for the reporter’s data', async () => {
    // The reporter also stands in a case that the officer works on.
    const other = await grid.post<{ id: string }>('/v1/reports', quarrel());
    expect(other.status).toBe(201);
    const asked = await accused.post('/v1/persons/data', { caseId: id, speaksFor: 'reporter' });
    expect(asked.status, JSON.stringify(asked.body)).toBe(404);
  });

  test('is not told by suggestions that somebody used her words', async () => {
    const probe = { category: 'D15', title: WORDS, narrative: 'The giraffe at the office saw it.' };
    const found = await accused.post<{ possibleDuplicates: { id: string }[] }>(
      '/v1/reports',
      quarrel({ ...probe, placeId: 'plc-guihua-3', parties: [] }),
    );
    expect(found.status).toBe(201);
    expect(found.body.possibleDuplicates.map((one) => one.id)).not.toContain(id);
    // Who works there and is not concerned is told.
    const told = await grid.post<{ possibleDuplicates: { id: string }[] }>(
      '/v1/reports',
      quarrel({ ...probe, placeId: 'plc-guihua-3', parties: [] }),
    );
    expect(told.body.possibleDuplicates.map((one) => one.id)).toContain(id);
  });
});

test('staff of another street are told of no dispute here, and cannot name one as earlier', async () => {
  const elsewhere = await engine.as('grid-9');
  const probe = quarrel({
    title: WORDS,
    narrative: 'The giraffe at the office saw it.',
    category: 'D15',
    parties: [],
  });
  const found = await elsewhere.post<{ possibleDuplicates: unknown[] }>('/v1/reports', probe);
  expect(found.status).toBe(201);
  expect(found.body.possibleDuplicates).toEqual([]);
  const linked = await elsewhere.post('/v1/reports', { ...probe, earlierIds: [id] });
  expect(linked).toMatchObject({ status: 422, body: { code: 'unknown_reference', field: 'earlierIds.0' } });
});

test('whoever has left sees nothing of what she owned: no line, no words, no work, no export', async () => {
  const leaving = await engine.as('grid-2');
  const owned = await leaving.post<{ id: string }>(
    '/v1/reports',
    quarrel({
      region: '990101001001002',
      title: 'LEFTBEHIND',
      narrative: 'okapi in the yard',
      channel: 'hotline',
    }),
  );
  expect(owned.status, JSON.stringify(owned.body)).toBe(201);
  // Somebody else reported it, so that nothing but her post joins her to it.
  const { pool } = engine.resources;
  await pool.query(
    `UPDATE cases SET state = jsonb_set(state, '{reportedBy}', '"dispatcher-1"') WHERE id = $1`,
    [owned.body.id],
  );
  expect(await text(leaving.get('/v1/disputes?limit=100'))).toContain('LEFTBEHIND');
  await pool.query(`UPDATE staff SET posts = '[]' WHERE id = 'grid-2'`);
  await eventually('her posts have ended', async () => {
    const { body } = await leaving.get<{ posts: unknown[] }>('/v1/sessions/current');
    return body.posts.length === 0;
  });
  for (const path of ['/v1/disputes?limit=100', '/v1/disputes?q=okapi', '/v1/work?limit=200'])
    expect(await text(leaving.get(path)), path).not.toMatch(/LEFTBEHIND|dsp_/);
  const sheet = await fetch(`${engine.address}/v1/disputes/export?format=csv`, {
    headers: leaving.headers(),
  });
  expect(await sheet.text()).not.toContain('LEFTBEHIND');
});
