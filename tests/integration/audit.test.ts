import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSealChecker, parseSealKey } from '../../infra/audit/keys.ts';
import { SEAL_ROWS_MAX, sealOnce, startSealer, unsealedTail } from '../../infra/audit/sealer.ts';
import { verifyAudit, type Found, type VerifyOptions } from '../../infra/audit/verify.ts';
import { AUDIT_ROLE, createAudit, createAuditPool } from '../../infra/audit/writer.ts';
import type { Stack } from '../../infra/local/stack.ts';
import type { Audit, AuditEntry } from '../../ports/audit.ts';
import { migratedDatabase } from '../support/database.ts';
import { eventually } from '../support/engine.ts';

const KEY = parseSealKey(randomBytes(32).toString('base64'));
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let stack: Stack;
let owner: pg.Client;
let writers: pg.Pool;
let audit: Audit;

beforeAll(async () => {
  stack = await migratedDatabase();
  owner = await connected();
  writers = createAuditPool(stack.databaseUrl);
  audit = createAudit(writers);
});
afterAll(async () => {
  await Promise.all([owner.end(), writers.end()]);
  await stack.stop();
});
// As somebody does who wants no traces; every test begins with an empty log.
beforeEach(() => unguarded('TRUNCATE audit_log, audit_tail, audit_seals RESTART IDENTITY'));

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  return client;
}

/** What a database administrator can do and the engine cannot. */
async function unguarded(statement: string, values: unknown[] = []): Promise<void> {
  await owner.query('BEGIN');
  await owner.query(`SET LOCAL session_replication_role = replica`);
  await owner.query(statement, values);
  await owner.query('COMMIT');
}

const entry = (n: number): AuditEntry => ({
  ...{ actorId: `person-${n}`, kind: 'read', caseKind: 'dispute', caseId: `dsp_${n}`, requestId: `r${n}` },
  ...{ fields: ['title', 'party-name'], detail: { n, amount: 1.5, odd: 'a "quote" 甲' } },
});
const record = (from: number, count: number): Promise<void> =>
  audit.record(Array.from({ length: count }, (_, n) => entry(from + n)));

async function sealAll(key = KEY): Promise<void> {
  while ((await sealOnce(owner, key)) !== null);
}

const verify = (options: Partial<VerifyOptions> = {}) =>
  verifyAudit(owner, { checker: createSealChecker([KEY.publicKey]), ...options });
const found = async (options?: Partial<VerifyOptions>): Promise<Partial<Found> | null> => {
  const fault = (await verify(options)).found;
  if (fault === null) return null;
  const { explanation: _, ...rest } = fault;
  return rest;
};

/** Thirty rows in three seals. */
async function threeSeals(): Promise<void> {
  for (const from of [1, 11, 21]) {
    await record(from, 10);
    await sealAll();
  }
}

describe('given rows that were recorded', () => {
  test('then nobody changes or removes one, neither the engine nor the owner of the table', async () => {
    await threeSeals();
    for (const table of ['audit_log', 'audit_seals'])
      for (const statement of [`UPDATE ${table} SET at_ms = 0`, `DELETE FROM ${table}`, `TRUNCATE ${table}`])
        await expect(owner.query(statement)).rejects.toThrow(`${table} is append-only`);
    for (const statement of [
      ...['UPDATE audit_log SET at_ms = 0', 'DELETE FROM audit_log', 'TRUNCATE audit_log'],
      ...['DELETE FROM audit_tail', 'INSERT INTO audit_tail VALUES (1)', 'SELECT * FROM audit_seals'],
      'SELECT * FROM parties',
    ])
      await expect(writers.query(statement)).rejects.toThrow(/permission denied/);
    const { rows } = await writers.query<{ role: string; n: number }>(
      'SELECT current_user AS role, count(*) AS n FROM audit_log',
    );
    expect(rows).toEqual([{ role: AUDIT_ROLE, n: 30 }]);
  });

  test('then each waits for a seal, gets one, and the whole chain is sound', async () => {
    await record(1, 5);
    expect((await unsealedTail(owner)).rows).toBe(5);
    expect(await verify()).toMatchObject({ found: null, rows: 0, seals: 0, tail: { rows: 5 }, newest: null });
    await sealAll();
    await record(6, 1);
    await sealAll();
    const told: number[] = [];
    expect(await verify({ onProgress: (rows) => told.push(rows) })).toMatchObject({
      ...{ found: null, rows: 6, seals: 2, tail: { rows: 0, oldest_ms: 0 } },
      newest: { seal: 2, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
    expect(told).toEqual([5, 1]);
    expect(await sealOnce(owner, KEY)).toBeNull();
  });

  test('then more than fit into one seal are sealed by several, and all are found sound', async () => {
    await record(1, SEAL_ROWS_MAX * 2 + 7);
    await sealAll();
    expect(await verify()).toMatchObject({ found: null, rows: SEAL_ROWS_MAX * 2 + 7, seals: 3 });
    const { rows } = await owner.query<{ emptied: boolean }>(
      'SELECT emptied FROM audit_seals ORDER BY number',
    );
    expect(rows.map(({ emptied }) => emptied)).toEqual([false, false, true]);
  });
});

describe('given ids that leave gaps and commit out of order', () => {
  test('then what commits late is sealed late, and a gap is no fault', async () => {
    const late = await connected();
    const failed = await connected();
    const insert = `INSERT INTO audit_log (actor_id, kind, fields, request_id) VALUES ($1, 'read', '{}', 'r')`;
    await record(1, 3);
    for (const client of [late, failed]) {
      await client.query('BEGIN');
      await client.query(insert, ['somebody']);
    }
    await record(4, 3);
    await sealAll();
    expect(await verify()).toMatchObject({ found: null, rows: 6, tail: { rows: 0 } });
    await late.query('COMMIT');
    await failed.query('ROLLBACK');
    expect((await unsealedTail(owner)).rows).toBe(1);
    await sealAll();
    expect(await verify()).toMatchObject({ found: null, rows: 7, seals: 2 });
    const { rows } = await owner.query<{ ids: string[] }>(
      'SELECT ids::text[] FROM audit_seals ORDER BY number',
    );
    // 5 was rolled back; 4 came to light after 6, 7 and 8.
    expect(rows.map(({ ids }) => ids)).toEqual([['1', '2', '3', '6', '7', '8'], ['4']]);
    await Promise.all([late.end(), failed.end()]);
  });

  test('then two sealers at once make one chain', async () => {
    await record(1, 2_500);
    const sealers = await Promise.all([connected(), connected(), connected()]);
    await Promise.all(
      sealers.map(async (client) => {
        for (let empty = 0; empty < 2;) {
          const sealed = await sealOnce(client, KEY).catch((error: Error) => error);
          // One that lost the race for a number tries again, as the sealer does.
          if (sealed instanceof Error) expect(sealed.message).toMatch(/audit_seals_pkey/);
          else if (sealed === null) empty += 1;
        }
      }),
    );
    expect(await verify()).toMatchObject({ found: null, rows: 2_500, tail: { rows: 0 } });
    await Promise.all(sealers.map((client) => client.end()));
  });
});

describe('given a log that somebody with all rights changed', () => {
  beforeEach(threeSeals);

  test.each([
    ['a time', 'at_ms = at_ms + 1'],
    ['a person', `actor_id = 'nobody'`],
    ['what was done', `kind = 'search'`],
    ['a case', 'case_id = NULL'],
    ['a field', `fields = '{title}'`],
    ['a detail', `detail = '{}'`],
    ['a request', `request_id = ''`],
  ])('when %s of a row was altered, then that row is named', async (_what, change) => {
    await unguarded(`UPDATE audit_log SET ${change} WHERE id IN (14, 25)`);
    expect(await found()).toEqual({ what: 'row', id: 14, seal: 2, fault: 'altered' });
  });

  test('when rows were removed, then the first is named', async () => {
    await unguarded('DELETE FROM audit_log WHERE id IN (12, 13, 28)');
    expect(await found()).toEqual({ what: 'row', id: 12, seal: 2, fault: 'missing' });
  });

  test('when two rows changed places, then the first is named', async () => {
    await unguarded(
      `CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM audit_log WHERE id IN (3, 7);
       DELETE FROM audit_log WHERE id IN (3, 7);
       INSERT INTO audit_log OVERRIDING SYSTEM VALUE
         SELECT 10 - id, at_ms, actor_id, kind, case_kind, case_id, fields, detail, request_id FROM kept`,
    );
    expect(await found()).toEqual({ what: 'row', id: 3, seal: 1, fault: 'reordered' });
  });

  test('when a row was put in without a seal, then it is named', async () => {
    await unguarded(
      `INSERT INTO audit_log (actor_id, kind, fields, request_id) VALUES ('x', 'read', '{}', '')`,
    );
    expect(await found()).toEqual({ what: 'row', id: 31, seal: null, fault: 'inserted' });
  });

  test('when a row was put in as if it were old, and sealed, then it is named', async () => {
    await owner.query(
      `INSERT INTO audit_log (at_ms, actor_id, kind, fields, request_id)
       SELECT at_ms - 3600000, 'x', 'read', '{}', '' FROM audit_log WHERE id = 1`,
    );
    await sealAll();
    expect(await found()).toEqual({ what: 'row', id: 31, seal: 4, fault: 'inserted' });
  });

  test('when a row was removed before it was sealed, but not from those that wait, then it is named', async () => {
    await record(31, 2);
    await unguarded('DELETE FROM audit_log WHERE id = 31');
    await sealAll();
    expect(await found()).toEqual({ what: 'row', id: 31, seal: null, fault: 'missing' });
  });

  test('when a row and its entry in the seal were removed, then the seal is named', async () => {
    await unguarded('DELETE FROM audit_log WHERE id = 15');
    await unguarded(
      `UPDATE audit_seals SET ids = array_remove(ids, 15), count = 9,
         leaves = substring(leaves FROM 1 FOR 128) || substring(leaves FROM 161) WHERE number = 2`,
    );
    expect(await found()).toEqual({ what: 'seal', id: 2, seal: 2, fault: 'altered' });
  });

  test.each([
    ['missing', 2, 'DELETE FROM audit_seals WHERE number = 2'],
    ['missing', 1, 'DELETE FROM audit_seals WHERE number = 1'],
    ['reordered', 2, 'UPDATE audit_seals SET number = CASE number WHEN 2 THEN 9 ELSE 2 END WHERE number > 1'],
    ['altered', 2, 'UPDATE audit_seals SET at_ms = 1 WHERE number = 2'],
    ['altered', 2, 'UPDATE audit_seals SET emptied = false WHERE number = 2'],
    ['altered', 2, 'UPDATE audit_seals SET to_id = 900 WHERE number = 2'],
    ['signature', 2, 'UPDATE audit_seals SET signature = hash || hash WHERE number = 2'],
  ])('when a seal is %s, then it is named', async (fault, seal, statement) => {
    await unguarded(statement);
    expect(await found()).toMatchObject({ what: 'seal', id: seal, fault });
  });

  test('when everything was made anew with another key, then the first seal is not signed as it must be', async () => {
    await unguarded(`UPDATE audit_log SET actor_id = 'nobody' WHERE id = 14`);
    await unguarded('TRUNCATE audit_seals');
    await unguarded('INSERT INTO audit_tail SELECT id FROM audit_log');
    await sealAll(parseSealKey(randomBytes(32).toString('base64')));
    expect(await found()).toMatchObject({ what: 'seal', id: 1, fault: 'unknown key' });
  });

  test('when the end was cut off, then a seal that was noted before shows it', async () => {
    const { newest } = await verify();
    await unguarded('DELETE FROM audit_seals WHERE number = 3');
    await unguarded('DELETE FROM audit_log WHERE id > 20');
    expect(await found()).toBeNull();
    expect(await found({ anchor: newest! })).toMatchObject({ what: 'seal', id: 3, fault: 'missing' });
    await record(41, 1);
    await sealAll();
    expect(await found({ anchor: newest! })).toMatchObject({ what: 'seal', id: 3, fault: 'altered' });
  });

  test('when only what is newer is asked about, then an older fault is not looked at', async () => {
    await unguarded('DELETE FROM audit_log WHERE id = 4');
    expect(await found({ fromId: 11 })).toBeNull();
    expect(await verify({ fromId: 15 })).toMatchObject({ found: null, rows: 20, seals: 2 });
    expect(await verify({ fromId: 900 })).toMatchObject({ found: null, rows: 0, seals: 0 });
    await unguarded('DELETE FROM audit_log WHERE id = 22');
    expect(await found({ fromId: 15 })).toMatchObject({ id: 22, fault: 'missing' });
  });
});

test('given a key that was changed, then both public keys are needed', async () => {
  const next = parseSealKey(randomBytes(32).toString('base64'));
  await record(1, 3);
  await sealAll();
  await record(4, 3);
  await sealAll(next);
  expect(await found()).toMatchObject({ what: 'seal', id: 2, fault: 'unknown key' });
  const checker = createSealChecker([KEY.publicKey, next.publicKey]);
  expect(await verify({ checker })).toMatchObject({ found: null, rows: 6 });
});

describe('given two sealers', () => {
  const start = () =>
    startSealer({ connectionString: stack.databaseUrl, key: KEY, logger: quiet, every_ms: 20 });

  test('then one works and the other takes over when it ends; the first leaves nothing unsealed', async () => {
    const one = start();
    await eventually('the first is active', () => one.state() === 'active');
    const two = start();
    await eventually('the second stands by', () => two.state() === 'standby');
    await record(1, 10);
    await eventually('all is sealed', async () => (await unsealedTail(owner)).rows === 0);
    await record(11, 1);
    await one.stop();
    expect(one.state()).toBe('stopped');
    expect((await unsealedTail(owner)).rows).toBe(0);
    await record(12, 1);
    await eventually('the second seals', async () => (await unsealedTail(owner)).rows === 0);
    expect(two.state()).toBe('active');
    await two.stop();
    expect(await verify()).toMatchObject({ found: null, rows: 12 });
  });

  test('when its connection is cut, then it comes back', async () => {
    const sealer = start();
    await eventually('it is active', () => sealer.state() === 'active');
    await owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sealer'`,
    );
    await record(1, 1);
    await eventually('it seals again', async () => (await unsealedTail(owner)).rows === 0);
    await sealer.stop();
    expect(await verify()).toMatchObject({ found: null, rows: 1 });
  });
});

test('given a database that is away, then nothing is taken for recorded', async () => {
  const away = createAuditPool('postgres://nobody@127.0.0.1:1/none');
  await expect(createAudit(away).record([entry(1)])).rejects.toThrow();
  await away.end();
});
