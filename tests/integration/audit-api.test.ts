import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { unsealedTail } from '../../infra/audit/sealer.ts';
import { eventually, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';

let engine: TestEngine;
let id: string;
let partyId: string;

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  const resident = await engine.as('resident-1');
  const taken = await resident.post<{ id: string; parties: { ref: string; id: string }[] }>(
    '/v1/reports',
    quarrel({ channel: 'resident' }),
  );
  expect(taken.status, JSON.stringify(taken.body)).toBe(201);
  id = taken.body.id;
  partyId = taken.body.parties.find(({ ref }) => ref === 'a')!.id;
}, START_MS);
afterAll(() => engine.stop());

interface Row {
  actorId: string;
  kind: string;
  caseId: string | null;
  fields: string[];
  detail: object | null;
}

/** What was recorded while `work` ran, and that no content is in it. */
async function recordedBy(work: () => Promise<unknown>): Promise<Row[]> {
  const { pool } = engine.resources;
  const before = await pool.query<{ id: number }>('SELECT coalesce(max(id), 0) AS id FROM audit_log');
  await work();
  const { rows } = await pool.query<Row & { requestId: string }>(
    `SELECT actor_id AS "actorId", kind, case_id AS "caseId", fields, detail, request_id AS "requestId" FROM audit_log
     WHERE id > $1 AND kind NOT LIKE 'log%' ORDER BY id`,
    [before.rows[0]!.id],
  );
  expect(JSON.stringify(rows)).not.toMatch(/Marked|1390000|Water from/);
  return rows.map(({ requestId, ...row }) => {
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    return row;
  });
}

test('whoever reads what concerns others leaves a row with the names of the fields', async () => {
  const grid = await engine.as('grid-1');
  const rows = await recordedBy(async () => {
    expect((await grid.get(`/v1/disputes/${id}`)).status).toBe(200);
  });
  expect(rows).toEqual([
    {
      ...{ actorId: 'grid-1', kind: 'read', caseId: id, detail: null },
      fields: ['title', 'narrative', 'items', 'party-name', 'party-phone-masked'],
    },
  ]);
});

test('whoever reads her own report, or what she may not see, leaves none', async () => {
  const rows = await recordedBy(async () => {
    for (const login of ['resident-1', 'resident-2', 'resident-3'])
      await (await engine.as(login)).get(`/v1/disputes/${id}`);
  });
  expect(rows).toEqual([]);
});

test('many reads at once each leave a row', async () => {
  const grid = await engine.as('grid-1');
  const rows = await recordedBy(() =>
    Promise.all(Array.from({ length: 40 }, () => grid.get(`/v1/disputes/${id}`))),
  );
  expect(rows).toHaveLength(40);
});

test('a change of a party’s details leaves a row, and the new phone is found by its hash', async () => {
  const grid = await engine.as('grid-1');
  const rows = await recordedBy(async () => {
    const answer = await grid.put(`/v1/disputes/${id}/parties/${partyId}`, {
      ...{ name: 'Marked Name C', phone: '+86 139 0000 0007' },
    });
    expect(answer.status, JSON.stringify(answer.body)).toBe(204);
  });
  expect(rows).toEqual([
    {
      ...{ actorId: 'grid-1', kind: 'change', caseId: id, fields: ['party-name', 'party-phone'] },
      detail: { partyId },
    },
  ]);
  const { pool, cipher } = engine.resources;
  const found = await pool.query('SELECT id FROM parties WHERE phone_hash = $1', [
    cipher.hash('phone', '13900000007'),
  ]);
  expect(found.rows).toEqual([{ id: partyId }]);
});

test('a report’s phones and ID numbers are found by their hashes, and lie in no column as they are', async () => {
  const parties = [
    { ref: 'a', side: 'A', kind: 'party', name: 'x', phone: '13900000099', idNumber: '11010519491231002x' },
  ];
  const grid = await engine.as('grid-1');
  const taken = await grid.post<{ id: string }>('/v1/reports', quarrel({ parties }));
  expect(taken.status, JSON.stringify(taken.body)).toBe(201);
  const { pool, cipher } = engine.resources;
  const { rows } = await pool.query<{ dispute_id: string; all: string }>(
    'SELECT dispute_id, parties::text AS all FROM parties WHERE phone_hash = $1 AND id_number_hash = $2',
    [cipher.hash('phone', '0086-13900000099'), cipher.hash('id-number', '11010519491231002X')],
  );
  expect(rows.map((row) => row.dispute_id)).toEqual([taken.body.id]);
  const plain = Buffer.from('13900000099').toString('hex');
  expect(rows[0]!.all).not.toMatch(new RegExp(`13900000099|${plain}`));
});

test('an administrator’s changes leave rows', async () => {
  const admin = await engine.as('admin-1');
  const version = 'audited-1';
  const rows = await recordedBy(async () => {
    expect((await admin.post('/v1/policies', { ...DEFAULT_POLICY, version })).status).toBe(201);
    await admin.post('/v1/dead-letters/replay', { group: 'nobody' });
  });
  expect(rows.map(({ kind, fields, detail }) => [kind, fields, detail])).toEqual([
    ['administration', ['addPolicy'], { version }],
    ['administration', ['replayDeadLetters'], { group: 'nobody', key: null }],
  ]);
});

test('a log that cannot be written keeps everything back', async () => {
  const { pool } = engine.resources;
  const grid = await engine.as('grid-1');
  await pool.query('REVOKE INSERT ON audit_log FROM fengqiao_app');
  try {
    const read = await grid.get(`/v1/disputes/${id}`);
    expect(read.status).toBe(503);
    expect(JSON.stringify(read.body)).not.toContain('Marked');
    expect(Number(read.retryAfter)).toBeGreaterThan(0);
    const path = `/v1/disputes/${id}/parties/${partyId}`;
    expect((await grid.put(path, { name: 'Marked Name D' })).status).toBe(503);
  } finally {
    await pool.query('GRANT INSERT ON audit_log TO fengqiao_app');
  }
  const { rows } = await pool.query<{ name: string }>('SELECT name FROM parties WHERE id = $1', [partyId]);
  expect(rows[0]!.name).toBe('Marked Name C');
  expect((await grid.get(`/v1/disputes/${id}`)).status).toBe(200);
});

describe('given npm run audit:verify', () => {
  const run = (
    env: NodeJS.ProcessEnv,
    ...args: string[]
  ): Promise<{ code: number | null; output: string; errors: string }> => {
    const script = fileURLToPath(new URL('../../bin/audit-verify.ts', import.meta.url));
    const child = spawn(process.execPath, [script, ...args], { env: { PATH: process.env['PATH'], ...env } });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    return new Promise((resolve) => child.once('exit', (code) => resolve({ code, output, errors })));
  };
  const sealed = () =>
    eventually('all is sealed', async () => (await unsealedTail(engine.resources.pool)).rows === 0);

  test('then the relay has sealed what was recorded, and the chain is sound', async () => {
    await sealed();
    const { code, output, errors } = await run(engine.env);
    expect(code, output).toBe(0);
    expect(output).toMatch(/^\d+ rows in \d+ seals are as they were sealed/);
    expect(output).toMatch(
      /nothing waits to be sealed\nnewest seal, to be kept elsewhere: \d+:[0-9a-f]{64}\n$/,
    );
    expect(errors).toMatch(/audit rows: \d+ of \d+\n$/);
  });

  test('then an auditor needs the public key and nothing secret', async () => {
    const printed = await run(engine.env, '--public-key');
    expect(printed.code).toBe(0);
    expect(printed.output).toMatch(/^[A-Za-z0-9+/]{43}=\n$/);
    const { DATABASE_URL } = engine.env;
    const { code, output } = await run({ DATABASE_URL }, '--key', printed.output.trim(), '--json');
    expect(code, output).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ found: null, tail: { rows: 0 } });
  });

  test.each([
    [['--from', 'x'], '--from must be'],
    [['--anchor', '3'], '--anchor must be'],
    [['--key', 'abc'], 'not an Ed25519 public key'],
  ])('when it is asked %j, then it says what is wrong', async (args, message) => {
    const { code, errors } = await run(engine.env, ...args);
    expect([code, errors]).toEqual([2, expect.stringContaining(message)]);
  });

  test('when a row was removed, then it is named and the exit code is 1', async () => {
    await sealed();
    const { pool } = engine.resources;
    await pool.query(
      'BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM audit_log WHERE id = 2; COMMIT',
    );
    const { code, output } = await run(engine.env);
    expect(code).toBe(1);
    expect(output).toMatch(/^FOUND missing: row 2 of seal \d+ was sealed and is gone$/m);
  });
});
