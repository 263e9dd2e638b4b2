import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createIntake } from '../../activities/intake.ts';
import type { Actor } from '../../domain/roles.ts';
import { createFieldCipher } from '../../infra/crypto/field-cipher.ts';
import { createCurrentDirectory } from '../../infra/db/directory.ts';
import { createNumbers } from '../../infra/db/numbers.ts';
import { createPool } from '../../infra/db/pool.ts';
import { createRules } from '../../infra/db/rules.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { GRID } from '../../infra/seed/demo-street.ts';
import { ensureRules, seedDemoStreet } from '../../infra/seed/seed.ts';
import type { Intake, Taken } from '../../ports/intake.ts';
import type { Report } from '../../schemas/api/reports.ts';
import { migratedDatabase } from '../support/database.ts';
import { quarrel } from '../support/engine.ts';

let stack: Stack;
let pool: pg.Pool;
let intake: Intake;
const GRID_WORKER: Actor = { id: 'grid-1', posts: [{ role: 'grid-worker', region: GRID }] };

beforeAll(async () => {
  stack = await migratedDatabase();
  pool = createPool(stack.databaseUrl, { max: 10 });
  await ensureRules(pool);
  await seedDemoStreet(pool);
  intake = createIntake({
    ...{
      pool,
      rules: createRules(pool),
      directory: createCurrentDirectory(pool),
      nextNumber: createNumbers(pool),
    },
    cipher: createFieldCipher([{ name: 'k', key: randomBytes(32) }], { hashKey: randomBytes(32) }),
  });
});

afterAll(async () => {
  await pool.end();
  await stack.stop();
});

const take = (idempotencyKey: string, change: object = {}): Promise<Taken> =>
  intake.take({ report: quarrel(change) as Report, actor: GRID_WORKER, principal: 'grid-1', idempotencyKey });

async function count(table: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`SELECT count(*) AS n FROM ${table}`);
  return rows[0]!.n;
}

test('given many reports at once, some of them twice, then each is there once and each answer is its own', async () => {
  const before = await count('cases');
  const keys = Array.from({ length: 60 }, (_, n) => `many-${n % 40}`);
  const answers = await Promise.all(keys.map((key) => take(key, { title: `About ${key}` })));
  expect(await count('cases')).toBe(before + 40);
  const ids = new Map<string, string>();
  answers.forEach((answer, n) => {
    if (answer.outcome !== 'taken') throw new Error(answer.outcome);
    const first = ids.get(keys[n]!) ?? answer.taken.id;
    ids.set(keys[n]!, first);
    expect(answer.taken.id).toBe(first);
  });
  expect(new Set(ids.values()).size).toBe(40);
  expect(answers.filter((answer) => answer.outcome === 'taken' && answer.again)).toHaveLength(20);
  for (const [key, id] of ids) {
    const { rows } = await pool.query<{ body: string; versions: number[]; sent: number }>(
      `SELECT t.body, (SELECT jsonb_agg(version ORDER BY version) FROM events e WHERE e.case_id = c.id) AS versions,
         (SELECT count(*) FROM outbox o WHERE o.key = c.id) AS sent FROM cases c JOIN texts t ON t.id = c.title WHERE c.id = $1`,
      [id],
    );
    expect(rows).toEqual([{ body: `About ${key}`, versions: [1, 2, 3], sent: 3 }]);
  }
});

test('given one report that cannot be stored among many, then it alone fails', async () => {
  const before = await count('cases');
  const reports = Array.from({ length: 30 }, (_, n) =>
    // The schema keeps NUL out at every door; here it stands for whatever else PostgreSQL refuses.
    take(`bad-${n}`, n === 17 ? { narrative: 'a\u0000b' } : {}),
  );
  const settled = await Promise.allSettled(reports);
  expect(settled.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([17]);
  expect(await count('cases')).toBe(before + 29);
});

test('given the same key with another body, or another person with the same key, then neither is the first report', async () => {
  const first = await take('one');
  expect(await take('one', { title: 'Another' })).toEqual({ outcome: 'key-reused' });
  const other = await intake.take({
    ...{ report: quarrel() as Report, actor: { ...GRID_WORKER, id: 'grid-2' } },
    ...{ principal: 'grid-2', idempotencyKey: 'one' },
  });
  expect(other).toMatchObject({ outcome: 'taken', again: false });
  if (other.outcome === 'taken' && first.outcome === 'taken') expect(other.taken.id).not.toBe(first.taken.id);
});
