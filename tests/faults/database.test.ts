import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiAnswer, ApiSession } from '../../bin/wiring/api-client.ts';
import { DEMO_PASSWORD } from '../../infra/seed/demo-street.ts';
import { newKey, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';
import { holding, persist, persistently, reported, VISIT } from '../support/persistent.ts';

let engine: TestEngine;
let grid: ApiSession;
let id: string;

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  grid = await engine.as('grid-1');
  id = await reported(grid);
}, START_MS);
afterAll(() => engine.stop());

const postgres = () => engine.stack.components.find(({ name }) => name === 'postgres')!;

/** One question of every sort: what is read, what is written, and who somebody is. */
const QUESTIONS: Record<string, (key: string) => Promise<ApiAnswer>> = {
  'a list': () => grid.get('/v1/disputes'),
  'a dispute': () => grid.get(`/v1/disputes/${id}`),
  'a timeline': () => grid.get(`/v1/disputes/${id}/timeline`),
  work: () => grid.get('/v1/work'),
  'a report': (key) => grid.post('/v1/reports', quarrel({ title: 'While it was away' }), { key }),
  'an action': (key) => grid.act(id, 'record-measure', VISIT, { key }),
  'a login': () => engine.stranger().post('/v1/sessions', { login: 'grid-2', password: DEMO_PASSWORD }),
};

const AWAY = { status: 503, code: 'unavailable', wait: true };
const told = ({ status, body, retryAfter }: ApiAnswer): object => ({
  ...{ status, code: body['code'], wait: Number(retryAfter) > 0 },
});

test('with PostgreSQL away every question is told to come back, and the same key is answered once it is there', async () => {
  const keys = Object.fromEntries(Object.keys(QUESTIONS).map((name) => [name, newKey()]));
  const ask = () =>
    Promise.all(
      Object.entries(QUESTIONS).map(async ([name, question]) => ({
        name,
        answer: await question(keys[name]!),
      })),
    );
  await postgres().kill();
  // Twice: connections that break say it in other words than those that are not made.
  for (const _ of [1, 2])
    for (const { name, answer } of await ask()) expect({ name, ...told(answer) }).toEqual({ name, ...AWAY });
  await postgres().restart();
  for (const [name, question] of Object.entries(QUESTIONS)) {
    const { answer } = await persist(question, keys[name]);
    expect(answer.status, `${name} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  }
});

test('so is whoever waits too long for a lock', async () => {
  await holding(engine.resources.pool, 'LOCK TABLE cases IN ACCESS EXCLUSIVE MODE', async () => {
    for (const path of ['/v1/disputes', `/v1/disputes/${id}`])
      expect(told(await grid.get(path)), path).toEqual(AWAY);
  });
  expect((await grid.get('/v1/disputes')).status).toBe(200);
});

test('what fails however often it is asked is never told to come back', async () => {
  const { pool } = engine.resources;
  await pool.query(`ALTER TABLE texts ADD CONSTRAINT never CHECK (body NOT LIKE 'Forbidden%') NOT VALID`);
  const INTERNAL = { status: 500, code: 'internal', wait: false };
  const report = await grid.post('/v1/reports', quarrel({ narrative: 'Forbidden here' }));
  expect(told(report)).toEqual(INTERNAL);
  const act = await grid.act(id, 'record-measure', { ...VISIT, note: 'Forbidden here' });
  expect(told(act)).toEqual(INTERNAL);
  await pool.query('ALTER TABLE texts DROP CONSTRAINT never');
  const { answer } = await persistently(grid, id, 'record-measure', { ...VISIT, note: 'Forbidden here' });
  expect(answer.status).toBe(200);
});
