import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../infra/db/migrate.ts';
import { dumpSchema } from '../../infra/db/schema-dump.ts';
import type { Stack } from '../../infra/local/stack.ts';
import { migratedDatabase } from '../support/database.ts';

let stack: Stack;
let client: pg.Client;

beforeAll(async () => {
  stack = await migratedDatabase();
  client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await stack.stop();
});

test('the checked-in schema is what the migrations make', async () => {
  const checkedIn = readFileSync(new URL('../../infra/db/schema.sql', import.meta.url), 'utf8');
  expect(await dumpSchema(client)).toBe(checkedIn);
});

test('migrating again, twice at once, changes nothing', async () => {
  const before = await dumpSchema(client);
  await Promise.all([migrate(stack.databaseUrl), migrate(stack.databaseUrl)]);
  expect(await dumpSchema(client)).toBe(before);
});

test('a change of staff, roster, regions or bodies is seen by the directory version', async () => {
  const version = async () =>
    Number(
      (await client.query<{ version: string }>('SELECT version FROM directory_version')).rows[0]!.version,
    );
  const before = await version();
  await client.query(`INSERT INTO regions (code, name) VALUES ('110105', 'district')`);
  await client.query(
    `INSERT INTO bodies (id, name, kind, regions, categories) VALUES ('b', 'b', 'department', '[]', '[]')`,
  );
  expect(await version()).toBe(before + 2);
});
