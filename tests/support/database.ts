import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../infra/db/migrate.ts';
import { startStack, type Stack } from '../../infra/local/stack.ts';

/** A fresh embedded PostgreSQL with every migration applied; stop it with `stack.stop()`. */
export async function migratedDatabase(): Promise<Stack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fengqiao-db-'));
  const want = { postgres: true, temporal: false, kafka: false };
  const stack = await startStack({ dataDir, ephemeral: true, want, log: () => undefined });
  await migrate(stack.databaseUrl);
  return stack;
}
