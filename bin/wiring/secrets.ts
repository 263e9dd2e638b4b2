import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Secrets of a local stack, made at its first start and kept with its data, so that sessions and encrypted columns
 * outlive a restart. A real site sets them itself; what the environment names wins.
 */
export function localSecrets(dataDir: string): { SESSION_SECRET: string; FIELD_KEYS: string } {
  const file = join(dataDir, 'secrets.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof localSecrets>;
  const secrets = {
    SESSION_SECRET: randomBytes(32).toString('base64'),
    FIELD_KEYS: `local:${randomBytes(32).toString('base64')}`,
  };
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}
