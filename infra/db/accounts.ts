import type { AccountDesk, AccountLine, Accounts } from '../../ports/accounts.ts';
import { PasswordsBusyError } from '../../ports/accounts.ts';
import type { Sessions } from '../../ports/sessions.ts';
import { kept } from '../identity/kept.ts';
import { counted, TRIABLE, uncounted } from '../identity/lockout.ts';
import { NOW_MS } from '../identity/now.ts';
import { hashPassword, isGuessable, type Passwords } from '../identity/passwords.ts';
import { newOneTimePassword } from '../identity/secrets.ts';
import type { Queryable } from './pool.ts';
import { decodeCursor, encodeCursor } from './reads/cursor.ts';

export { hashPassword };

/** Wrong passwords in a row that lock an account, and for how long. Whoever knows the password waits as well. */
export const FAILURES_MAX = 5;
export const LOCKED_MINUTES = 15;
/** A password that an administrator gave opens nothing after that. */
export const ONE_TIME_HOURS = 72;

interface Deps {
  db: Queryable;
  passwords: Passwords;
  sessions: Sessions;
}

interface Row {
  id: string;
  name: string;
  login: string;
  password_hash: string;
  one_time: boolean;
}

const LOCKOUT = { failures: 'failed_logins', max: FAILURES_MAX, lock_ms: LOCKED_MINUTES * 60_000 };
const COUNTED = `UPDATE accounts SET ${counted(LOCKOUT)} WHERE active AND password_hash IS NOT NULL AND ${TRIABLE}`;
const RETURNED = 'RETURNING id, name, login, password_hash, one_time_until_ms IS NOT NULL AS one_time';

/** Accounts with argon2id passwords, which are locked for a while after `FAILURES_MAX` wrong ones in a row. */
export function createAccounts({ db, passwords, sessions }: Deps): Accounts {
  const known = kept(async (id) => {
    const { rows } = await db.query<{ id: string; name: string; active: boolean }>({
      name: 'account-of',
      text: 'SELECT id, name, active FROM accounts WHERE id = $1',
      values: [id],
    });
    return rows[0] ?? null;
  });

  /** The row whose password was looked at, and whether it is right. Takes as long for one that is wrong, locked, closed or not there. */
  const prove = async (
    by: 'id' | 'login',
    value: string,
    password: string,
  ): Promise<{ row: Row | undefined; right: boolean }> => {
    // Before it is counted: nobody is locked out because the process has no time.
    if (passwords.full()) throw new PasswordsBusyError();
    const { rows } = await db.query<Row>(`${COUNTED} AND ${by} = $1 ${RETURNED}`, [value]);
    const [row] = rows;
    const right = await passwords.verify(row?.password_hash ?? null, password);
    if (!right || row === undefined) return { row, right: false };
    // Unless it was changed or closed meanwhile.
    const { rowCount } = await db.query(
      `UPDATE accounts SET ${uncounted(LOCKOUT)}
       WHERE id = $1 AND active AND password_hash = $2`,
      [row.id, row.password_hash],
    );
    return { row, right: rowCount === 1 };
  };

  return {
    async authenticate(login, password) {
      const { row, right } = await prove('login', login, password);
      if (!right || row === undefined) return { outcome: 'wrong', accountId: row?.id ?? null };
      return {
        ...{ outcome: 'right', account: { id: row.id, name: row.name }, mustChangePassword: row.one_time },
      };
    },

    async find(id) {
      const row = await known.get(id);
      return row?.active === true ? { id: row.id, name: row.name } : null;
    },

    isClosed: async (id) => (await known.get(id))?.active === false,

    async changePassword(id, { oldPassword, newPassword, sessionId }) {
      const { rowCount } = await db.query(
        'SELECT FROM accounts WHERE id = $1 AND password_hash IS NOT NULL',
        [id],
      );
      if (rowCount === 0) return 'none';
      const { row, right } = await prove('id', id, oldPassword);
      if (!right || row === undefined) return 'wrong';
      if (newPassword === oldPassword) return 'same';
      if (isGuessable(newPassword, row.login)) return 'guessable';
      const changed = await db.query(
        'UPDATE accounts SET password_hash = $2, one_time_until_ms = NULL WHERE id = $1 AND password_hash = $3',
        [id, await passwords.hash(newPassword), row.password_hash],
      );
      if (changed.rowCount === 0) return 'wrong';
      await sessions.endAll(id, 'password_changed', sessionId);
      return 'changed';
    },
  };
}

const LINE = `id, name, login, kind,
  CASE WHEN NOT active THEN 'closed' WHEN locked_until_ms > ${NOW_MS} THEN 'locked' ELSE 'open' END AS state,
  CASE WHEN locked_until_ms > ${NOW_MS} THEN locked_until_ms END AS "lockedUntil",
  one_time_until_ms IS NOT NULL AS "mustChangePassword"`;

/** Accounts as an administrator sees them. */
export function createAccountDesk({ db, passwords, sessions }: Deps): AccountDesk {
  const update = async (id: string, set: string, values: unknown[] = []): Promise<boolean> => {
    const { rowCount } = await db.query(`UPDATE accounts SET ${set} WHERE id = $1`, [id, ...values]);
    return rowCount === 1;
  };
  const oneTimeUntil = `${NOW_MS} + ${ONE_TIME_HOURS * 3_600_000}`;

  return {
    async create({ id, login, name, kind }) {
      const password = kind === 'person' ? newOneTimePassword() : null;
      const hash = password === null ? null : await passwords.hash(password);
      const { rowCount } = await db.query(
        `INSERT INTO accounts (id, login, name, kind, password_hash, one_time_until_ms)
         VALUES ($1, $2, $3, $4, $5, ${password === null ? 'NULL' : oneTimeUntil}) ON CONFLICT DO NOTHING`,
        [id, login, name, kind, hash],
      );
      return rowCount === 1 ? { outcome: 'created', oneTimePassword: password } : { outcome: 'exists' };
    },

    async one(id) {
      const { rows } = await db.query<AccountLine>(`SELECT ${LINE} FROM accounts WHERE id = $1`, [id]);
      return rows[0] ?? null;
    },

    async list({ among, state = null, kind = null, limit, cursor }) {
      const after = cursor === undefined ? '' : decodeCursor(cursor).id;
      const { rows } = await db.query<AccountLine>(
        `SELECT * FROM (SELECT ${LINE} FROM accounts WHERE id > $1 AND ($5::text[] IS NULL OR id = ANY ($5)) AND id <> ALL ($6)) AS lines
         WHERE ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR kind = $3) ORDER BY id LIMIT $4`,
        [after, state, kind, limit + 1, among.only, among.except],
      );
      const items = rows.slice(0, limit);
      const more = rows.length > limit;
      return { items, nextCursor: more ? encodeCursor({ key: 0, id: items.at(-1)!.id }) : null };
    },

    async close(id) {
      const closed = await update(id, 'active = false');
      if (closed) await sessions.endAll(id, 'account_closed');
      return closed;
    },

    reopen: (id) => update(id, 'active = true, failed_logins = 0, locked_until_ms = NULL'),

    unlock: (id) => update(id, 'failed_logins = 0, locked_until_ms = NULL'),

    async resetPassword(id) {
      const password = newOneTimePassword();
      const set = `password_hash = $2, one_time_until_ms = ${oneTimeUntil}, failed_logins = 0, locked_until_ms = NULL`;
      const { rowCount } = await db.query(`UPDATE accounts SET ${set} WHERE id = $1 AND kind = 'person'`, [
        ...[id, await passwords.hash(password)],
      ]);
      if (rowCount === 0) return null;
      await sessions.endAll(id, 'ended_by_administrator');
      return password;
    },
  };
}
