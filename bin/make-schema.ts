/** Writes infra/db/schema.sql: migrates an empty embedded PostgreSQL and dumps what came out. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../infra/db/migrate.ts';
import { dumpSchema } from '../infra/db/schema-dump.ts';
import { startStack } from '../infra/local/stack.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'fengqiao-schema-'));
const stack = await startStack({
  dataDir,
  ephemeral: true,
  want: { postgres: true, temporal: false, kafka: false },
});
try {
  await migrate(stack.databaseUrl);
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  await client.connect();
  writeFileSync(new URL('../infra/db/schema.sql', import.meta.url), await dumpSchema(client));
  await client.end();
} finally {
  await stack.stop();
}
process.exit(0);
