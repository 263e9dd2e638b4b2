import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newSecrets } from '../../bin/wiring/secrets.ts';
import { createFieldCipher, type RingKey } from '../../infra/crypto/field-cipher.ts';
import { keysInUse, rotateColumn, SEALED_COLUMNS, type RotateOptions } from '../../infra/crypto/rotate.ts';
import { createPool, type Queryable } from '../../infra/db/pool.ts';
import { createRecords } from '../../infra/db/records.ts';
import type { Stack } from '../../infra/local/stack.ts';
import type { FieldSuite } from '../../ports/field-cipher.ts';
import { migratedDatabase } from '../support/database.ts';

const key = (name: string): RingKey => ({ name, key: randomBytes(32) });
const [old, next] = [key('old'), key('next')];
const hashKey = randomBytes(32);
const before = createFieldCipher([old], { hashKey });
const cipher = createFieldCipher([next, old], { hashKey });
const ROTATE: RotateOptions = { cipher, suite: 'aes', key: 'next', hashes: false };
const PHONES = SEALED_COLUMNS[0]!;
const PEOPLE = 450;

let stack: Stack;
let pool: pg.Pool;

beforeAll(async () => {
  stack = await migratedDatabase();
  pool = createPool(stack.databaseUrl, { max: 5 });
});
afterAll(async () => {
  await pool.end();
  await stack.stop();
});
beforeEach(async () => {
  await pool.query('TRUNCATE parties');
  const phones = Array.from({ length: PEOPLE }, (_, n) => phoneOf(n));
  await pool.query(
    `INSERT INTO parties (id, dispute_id, side, name, phone, phone_hash, id_number)
     SELECT 'p' || n, 'd', 'A', 'x', phone, hash, id_number
     FROM unnest($1::int[], $2::bytea[], $3::bytea[], $4::bytea[]) AS x(n, phone, hash, id_number)`,
    [
      phones.map((_, n) => n),
      phones.map((phone) => before.seal(phone)),
      phones.map((phone) => before.hash('phone', phone)),
      // Half have an ID number, whose hash is missing as before there were any; one has no phone.
      phones.map((_, n) => (n % 2 === 0 ? before.seal(`11010519491231${n}x`) : null)),
    ],
  );
  await pool.query(`UPDATE parties SET phone = NULL, phone_hash = NULL WHERE id = 'p9'`);
});

const phoneOf = (n: number): string => String(13_900_000_000 + n);

async function open(id: string): Promise<string> {
  const { rows } = await pool.query<{ phone: Buffer }>('SELECT phone FROM parties WHERE id = $1', [id]);
  return cipher.open(rows[0]!.phone);
}

async function idOfPhone(text: string, by = cipher): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM parties WHERE phone_hash = $1', [
    by.hash('phone', text),
  ]);
  return rows.map(({ id }) => id);
}

const usedFor = async (column: string): Promise<[string, FieldSuite, number][]> =>
  (await keysInUse(pool))
    .filter((use) => use.column === column)
    .map((use) => [use.key, use.suite, use.fields]);

describe('given fields that an old key sealed', () => {
  test('when they are rotated, then all need the new key, say what they said, and are found as before', async () => {
    expect(await usedFor('phone')).toEqual([['old', 'aes', PEOPLE - 1]]);
    const told: number[] = [];
    const rotated = await rotateColumn(pool, PHONES, { ...ROTATE, onProgress: (n) => told.push(n) });
    expect(rotated).toEqual({ sealed: PEOPLE - 1, hashed: 0 });
    expect(told).toEqual([200, 200, 49]);
    expect(await usedFor('phone')).toEqual([['next', 'aes', PEOPLE - 1]]);
    for (const n of [0, 10, 199, 449]) {
      expect(await open(`p${n}`)).toBe(phoneOf(n));
      expect(await idOfPhone(`+86 ${phoneOf(n)}`)).toEqual([`p${n}`]);
    }
    expect(await rotateColumn(pool, PHONES, ROTATE)).toEqual({ sealed: 0, hashed: 0 });
  });

  test('when a hash was never made, then it is', async () => {
    const half = PEOPLE / 2;
    expect(await rotateColumn(pool, SEALED_COLUMNS[1]!, ROTATE)).toEqual({ sealed: half, hashed: half });
    const { rows } = await pool.query('SELECT id FROM parties WHERE id_number_hash = $1', [
      cipher.hash('id-number', '110105194912314X'),
    ]);
    expect(rows).toEqual([{ id: 'p4' }]);
  });

  test('when it is stopped in the middle, then the next run does the rest', async () => {
    let statements = 0;
    const breaking = {
      query: (...args: Parameters<pg.Pool['query']>) => {
        if (++statements > 3) throw new Error('stopped');
        return pool.query(...args);
      },
    } as unknown as Queryable;
    await expect(rotateColumn(breaking, PHONES, ROTATE)).rejects.toThrow('stopped');
    expect(await usedFor('phone')).toEqual([
      ['old', 'aes', PEOPLE - 201],
      ['next', 'aes', 200],
    ]);
    expect(await rotateColumn(pool, PHONES, ROTATE)).toEqual({ sealed: PEOPLE - 201, hashed: 0 });
  });

  test('when somebody saves a new number meanwhile, then hers stays', async () => {
    const records = createRecords(pool, cipher);
    let saved = false;
    const slow = {
      async query(...args: Parameters<pg.Pool['query']>) {
        // Between reading and writing.
        if (!saved && String(args[0]).includes('UPDATE')) {
          saved = true;
          await records.saveParty('d', { id: 'p0', side: 'A', name: 'y', phone: '13711111111' });
        }
        return pool.query(...args);
      },
    } as unknown as Queryable;
    expect(await rotateColumn(slow, PHONES, ROTATE)).toEqual({ sealed: PEOPLE - 2, hashed: 0 });
    expect(await open('p0')).toBe('13711111111');
    expect(await idOfPhone('13711111111')).toEqual(['p0']);
    expect(await idOfPhone(phoneOf(0))).toEqual([]);
  });

  test('when another suite and hash key were chosen, then everything is of the new ones', async () => {
    const national = createFieldCipher([next, old], { suite: 'sm', hashKey: randomBytes(32) });
    const options: RotateOptions = { cipher: national, suite: 'sm', key: 'next', hashes: true };
    expect(await rotateColumn(pool, PHONES, options)).toEqual({ sealed: PEOPLE - 1, hashed: PEOPLE - 1 });
    expect(await usedFor('phone')).toEqual([['next', 'sm', PEOPLE - 1]]);
    expect(await idOfPhone(phoneOf(3), national)).toEqual(['p3']);
    expect(await idOfPhone(phoneOf(3))).toEqual([]);
    expect(await open('p3')).toBe(phoneOf(3));
  });

  test('when a key is missing from the ring, then nothing is written', async () => {
    const without = createFieldCipher([next], { hashKey });
    await expect(rotateColumn(pool, PHONES, { ...ROTATE, cipher: without })).rejects.toThrow(
      /not in the ring/,
    );
    expect(await usedFor('phone')).toEqual([['old', 'aes', PEOPLE - 1]]);
  });
});

test('saving a name without a phone keeps phone and hash', async () => {
  const records = createRecords(pool, before);
  await records.saveParty('d', { id: 'p1', side: 'A', name: 'new name', phone: null });
  expect(await open('p1')).toBe(phoneOf(1));
  expect(await idOfPhone(phoneOf(1))).toEqual(['p1']);
});

test('no column with sealed fields is forgotten', async () => {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'bytea' AND column_name !~ 'hash$' ORDER BY 1`,
  );
  // Bytes that nothing encrypted: what is not here must be in SEALED_COLUMNS.
  const open_ = ['audit_seals.leaves', 'audit_seals.previous', 'audit_seals.signature'];
  const sealed = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`);
  expect(rows.map(({ name }) => name)).toEqual([...open_, ...sealed].sort());
});

test('the tool rotates, says what it did, and exits 1 while another key is in use', async () => {
  const encoded = ({ name, key: bytes }: RingKey): string => `${name}:${bytes.toString('base64')}`;
  const run = (FIELD_KEYS: string, ...args: string[]): Promise<{ code: number | null; output: string }> => {
    const env = {
      ...{ ...process.env, ...newSecrets(), FIELD_KEYS, HASH_KEY: hashKey.toString('base64') },
      ...{ DATABASE_URL: stack.databaseUrl, TEMPORAL_ADDRESS: '127.0.0.1:1' },
    };
    const script = fileURLToPath(new URL('../../bin/rotate-keys.ts', import.meta.url));
    const child = spawn(process.execPath, [script, ...args], { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    return new Promise((resolve) => child.once('exit', (code) => resolve({ code, output })));
  };
  const first = await run([next, old].map(encoded).join());
  expect(first.code, first.output).toBe(0);
  expect(first.output).toContain(`parties.phone: ${PEOPLE - 1} fields sealed anew, 0 hashes made anew`);
  expect(first.output).toContain('no field needs any other key than next');
  await pool.query(`UPDATE parties SET phone_hash = NULL WHERE id = 'p1'`);
  // A process that still has the old key in front saves somebody while the tool runs.
  const seal = before.seal('13700000000').toString('hex');
  await pool.query(`
    CREATE FUNCTION save_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO parties (id, dispute_id, side, name, phone) VALUES ('a', 'd', 'A', 'x', '\\x${seal}') ON CONFLICT DO NOTHING;
      RETURN NULL;
    END $$;
    CREATE TRIGGER late AFTER UPDATE ON parties FOR EACH STATEMENT EXECUTE FUNCTION save_late()`);
  const again = await run([next, old].map(encoded).join(), '--hashes');
  expect(again.code, again.output).toBe(1);
  expect(again.output).toContain('parties.phone: 0 fields sealed anew, 1 hashes made anew');
  expect(again.output).toContain('parties.phone: 1 fields with key old (aes)');
  expect(again.output).toContain('other keys are still in use');
});
