import argon2 from 'argon2';
import type { Account, Accounts } from '../../ports/accounts.ts';
import type { Queryable } from './pool.ts';

/** OWASP's second recommendation for argon2id: 19 MiB, two passes, one lane. */
const OPTIONS = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const hashPassword = (password: string): Promise<string> => argon2.hash(password, OPTIONS);

const KEPT_MS = 5_000;
const KEPT_MAX = 10_000;

/** Accounts with argon2id passwords. Whether an account is still open is asked again every five seconds. */
export function createAccounts(db: Queryable): Accounts {
  const known = new Map<string, { account: Account | null; until: number }>();
  // Verified against when the login is unknown, so that an unknown login takes as long as a wrong password.
  let decoy: Promise<string> | undefined;
  return {
    async authenticate(login, password) {
      const { rows } = await db.query<Account & { password_hash: string }>(
        'SELECT id, name, password_hash FROM accounts WHERE login = $1 AND active',
        [login],
      );
      const hash = rows[0]?.password_hash ?? (await (decoy ??= hashPassword('nobody')));
      const right = await argon2.verify(hash, password);
      return right && rows[0] ? { id: rows[0].id, name: rows[0].name } : null;
    },
    async find(id) {
      const kept = known.get(id);
      if (kept && kept.until > performance.now()) return kept.account;
      const { rows } = await db.query<Account>('SELECT id, name FROM accounts WHERE id = $1 AND active', [
        id,
      ]);
      if (known.size >= KEPT_MAX) known.clear();
      known.set(id, { account: rows[0] ?? null, until: performance.now() + KEPT_MS });
      return rows[0] ?? null;
    },
  };
}
