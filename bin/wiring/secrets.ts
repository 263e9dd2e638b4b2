import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Each has 32 random bytes, also the Ed25519 key that signs seals. */
const SECRETS = {
  SESSION_SECRET: '',
  FIELD_KEYS: 'local:',
  HASH_KEY: '',
  PAYLOAD_KEYS: 'local:',
  AUDIT_KEY: '',
};
type Secrets = typeof SECRETS;

/**
 * Secrets of a local stack, made at its first start and kept with its data, so that sessions and encrypted columns
 * outlive a restart. One that a later version needs is added. A real site sets them itself; what the environment names wins.
 */
export function localSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>) : {};
  const secrets = { ...newSecrets(), ...kept };
  if (Object.keys(kept).length < Object.keys(secrets).length) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  }
  return secrets;
}

/** Secrets that nothing was encrypted or signed with yet. */
export const newSecrets = (): Secrets =>
  Object.fromEntries(
    Object.entries(SECRETS).map(([name, head]) => [name, `${head}${randomBytes(32).toString('base64')}`]),
  ) as Secrets;
