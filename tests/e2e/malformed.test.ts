import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operationsOf, pathWith, type Operation } from '../support/contract.ts';
import {
  eventually,
  mayDoEverything,
  newKey,
  quarrel,
  START_MS,
  startEngine,
  type TestEngine,
} from '../support/engine.ts';
import { sampleOf } from '../support/sample.ts';

const BODIES = 10_000;
const AT_ONCE = 24;

let engine: TestEngine;
let ids: Record<string, string>;
let operations: Operation[];

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  await mayDoEverything(engine);
  const grid = await engine.as('grid-1');
  const { body } = await grid.post<{ id: string }>('/v1/reports', quarrel());
  ids = { id: body.id };
  const changing = (await operationsOf(engine.address)).filter(
    ({ body: schema, method }) => schema && method !== 'GET',
  );
  operations = changing;
}, START_MS);
afterAll(() => engine.stop());

/** Rows of every table but those that note that somebody asked at all. */
async function rows(): Promise<Record<string, number>> {
  const { pool } = engine.resources;
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
       AND relname NOT LIKE 'audit%' AND relname NOT IN ('sessions', 'login_failures') ORDER BY 1`,
  );
  const counts = await Promise.all(
    tables.map(async ({ name }): Promise<[string, number]> => {
      const { rows: found } = await pool.query<{ n: number }>(`SELECT count(*) AS n FROM ${name}`);
      return [name, found[0]!.n];
    }),
  );
  return Object.fromEntries(counts);
}

/** Values that fit nowhere in the contract: no field takes one of them, whatever else is right. */
const misfit = fc.constantFrom<unknown>(
  ...[null, 1e308, -0.5, 'a\u0000b', [[[[[]]]]], { a: { b: { c: [] } } }, 'x'.repeat(70_000), '\ud800'],
);

type Spoil = (body: unknown) => string | Buffer;

/** Ways to spoil a body that is right. */
const spoiled: fc.Arbitrary<Spoil> = fc.oneof(
  misfit.map(
    (value): Spoil =>
      (body) =>
        JSON.stringify({ ...(body as object), ['unknown field']: value }),
  ),
  misfit.map(
    (value): Spoil =>
      () =>
        JSON.stringify([value]),
  ),
  fc.constantFrom<Spoil>(
    () => '',
    () => 'null',
    () => '"text"',
    () => '{"__proto__":{"a":1},"constructor":{"prototype":{}}}',
    () => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    (body) => `${JSON.stringify(body)}}`,
    () => '['.repeat(20_000),
    () => `{"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
  ),
  fc.nat({ max: 200 }).map(
    (cut): Spoil =>
      (body) =>
        JSON.stringify(body).slice(0, -1 - cut),
  ),
  fc.json({ maxDepth: 3 }).map(
    (text): Spoil =>
      () =>
        `{"${'?'}":${text}}`,
  ),
);

test(`${BODIES} malformed bodies: each is refused, none is a failure of ours, no row is left`, async () => {
  const dispatcher = await engine.as('dispatcher-1');
  // What follows from the one report has to be over: six groups carry out each of its events.
  await eventually('the report is worked off', async () => {
    const { outbox, inbox, events } = await rows();
    return outbox === 0 && inbox === 6 * events!;
  });
  const before = await rows();
  const cases = fc.sample(fc.tuple(fc.nat(), spoiled, fc.boolean()), { numRuns: BODIES, seed: 20_261_124 });
  const wrong: string[] = [];
  let sent = 0;
  const lane = async (): Promise<void> => {
    for (let next = cases[sent++]; next !== undefined; next = cases[sent++]) {
      const [n, spoil, every] = next;
      const operation = operations[n % operations.length]!;
      const body = spoil(sampleOf(operation.body!, every));
      const response = await fetch(engine.address + pathWith(operation, ids), {
        method: operation.method,
        headers: { ...dispatcher.headers(), 'content-type': 'application/json', 'idempotency-key': newKey() },
        body: body as string,
      });
      const type = response.headers.get('content-type') ?? '';
      await response.arrayBuffer();
      const fine =
        response.status >= 400 && response.status < 500 && type.startsWith('application/problem+json');
      if (!fine) wrong.push(`${response.status} ${operation.operationId} ${String(body).slice(0, 120)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  expect(wrong).toEqual([]);
  expect(sent).toBeGreaterThanOrEqual(BODIES);
  expect(await rows()).toEqual(before);
});
