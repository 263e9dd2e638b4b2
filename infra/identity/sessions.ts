import type pg from 'pg';
import type { LiveSession, SessionLine, Sessions } from '../../ports/sessions.ts';
import { inTransaction } from '../db/pool.ts';
import { decodeCursor, encodeCursor } from '../db/reads/cursor.ts';
import { kept } from './kept.ts';
import { NOW_MS } from './now.ts';
import { hashOf, newHandle, newSecret } from './secrets.ts';

/** Sessions of one account that go on at once; one more ends the oldest. */
export const SESSIONS_MAX = 50;
/** A session that ended or expired is forgotten after so many days. */
export const FORGOTTEN_DAYS = 7;

const HOUR_MS = 3_600_000;
const GOES_ON = `ended_at_ms IS NULL AND expires_at_ms > ${NOW_MS}`;
const LIVE = `s.id, s.account_id AS "accountId", a.name, s.kind, s.expires_at_ms AS "expiresAt",
  a.one_time_until_ms IS NOT NULL AS "mustChangePassword"`;

/** Sessions as rows. Looking one up costs a query at most every five seconds, and the others of it nothing. */
export function createSessions(pool: pg.Pool): Sessions {
  const known = kept(async (id) => {
    const { rows } = await pool.query<LiveSession>({
      name: 'live-session',
      text: `SELECT ${LIVE} FROM sessions s JOIN accounts a ON a.id = s.account_id
             WHERE s.id = $1 AND a.active AND ${GOES_ON}`,
      values: [id],
    });
    return rows[0] ?? null;
  });

  const handOut = async (tx: pg.PoolClient, sessionId: string): Promise<string> => {
    const refreshToken = `${sessionId}.${newSecret()}`;
    await tx.query('INSERT INTO refresh_tokens (hash, session_id) VALUES ($1, $2)', [
      ...[hashOf(refreshToken), sessionId],
    ]);
    return refreshToken;
  };

  return {
    begin: (accountId, { kind, hours }) =>
      inTransaction(pool, async (tx) => {
        const { rows } = await tx.query<LiveSession>(
          `WITH s AS (
             INSERT INTO sessions (id, account_id, kind, started_at_ms, renewed_at_ms, expires_at_ms)
             SELECT $1, id, $3, ${NOW_MS}, ${NOW_MS}, ${NOW_MS} + $4 FROM accounts WHERE id = $2 AND active
             RETURNING *)
           SELECT ${LIVE} FROM s JOIN accounts a ON a.id = s.account_id`,
          [newHandle(), accountId, kind, hours * HOUR_MS],
        );
        const [session] = rows;
        if (session === undefined) return null;
        await tx.query(
          `UPDATE sessions SET ended_at_ms = ${NOW_MS}, ended_because = 'too_many' WHERE id IN (
             SELECT id FROM sessions WHERE account_id = $1 AND ${GOES_ON} ORDER BY started_at_ms DESC, id
             OFFSET ${SESSIONS_MAX})`,
          [accountId],
        );
        return { session, refreshToken: await handOut(tx, session.id) };
      }),

    async renew(refreshToken, kind) {
      const hash = hashOf(refreshToken);
      const answer = await inTransaction(pool, async (tx) => {
        // Of two at once one waits here for the other, and then finds the token used.
        const { rowCount } = await tx.query(
          `UPDATE refresh_tokens SET used_at_ms = ${NOW_MS} WHERE hash = $1 AND used_at_ms IS NULL`,
          [hash],
        );
        if (rowCount === 0) {
          const { rows } = await tx.query<{ id: string }>(
            `UPDATE sessions SET ended_at_ms = ${NOW_MS}, ended_because = 'refresh_token_reused'
             WHERE ended_at_ms IS NULL AND id = (SELECT session_id FROM refresh_tokens WHERE hash = $1) RETURNING id`,
            [hash],
          );
          return { ended: rows[0]?.id };
        }
        const { rows } = await tx.query<LiveSession>(
          `UPDATE sessions s SET renewed_at_ms = ${NOW_MS} FROM accounts a
           WHERE s.id = (SELECT session_id FROM refresh_tokens WHERE hash = $1) AND a.id = s.account_id AND a.active
             AND s.kind = $2 AND ${GOES_ON} RETURNING ${LIVE}`,
          [hash, kind],
        );
        const [session] = rows;
        if (session === undefined) return {};
        return { renewed: { session, refreshToken: await handOut(tx, session.id) } };
      });
      if (answer.ended !== undefined) known.forget(answer.ended);
      return answer.renewed ?? null;
    },

    find: (id) => known.get(id),

    async list(accountId, limit, cursor) {
      const after = cursor === undefined ? null : decodeCursor(cursor);
      const { rows } = await pool.query<SessionLine>(
        `SELECT id, kind, started_at_ms AS "startedAt", renewed_at_ms AS "renewedAt", expires_at_ms AS "expiresAt"
         FROM sessions WHERE account_id = $1 AND ${GOES_ON}
           AND ($2::bigint IS NULL OR (started_at_ms, id) < ($2, $3))
         ORDER BY started_at_ms DESC, id DESC LIMIT $4`,
        [accountId, after?.key ?? null, after?.id ?? null, limit + 1],
      );
      const items = rows.slice(0, limit);
      const last = rows.length > limit ? items.at(-1)! : null;
      return { items, nextCursor: last && encodeCursor({ key: last.startedAt, id: last.id }) };
    },

    async end(accountId, id, because) {
      const { rowCount } = await pool.query(
        `UPDATE sessions SET ended_at_ms = ${NOW_MS}, ended_because = $3
         WHERE account_id = $1 AND id = $2 AND ${GOES_ON}`,
        [accountId, id, because],
      );
      known.forget(id);
      return rowCount === 1;
    },

    async endAll(accountId, because, except) {
      const { rowCount } = await pool.query(
        `UPDATE sessions SET ended_at_ms = ${NOW_MS}, ended_because = $2
         WHERE account_id = $1 AND id IS DISTINCT FROM $3 AND ${GOES_ON}`,
        [accountId, because, except ?? null],
      );
      // Also what is kept of the one that goes on: a password that had to be changed has been.
      known.forget();
      return rowCount ?? 0;
    },

    async prune() {
      const { rowCount } = await pool.query(
        `DELETE FROM sessions WHERE least(expires_at_ms, ended_at_ms) < ${NOW_MS} - $1`,
        [FORGOTTEN_DAYS * 24 * HOUR_MS],
      );
      return rowCount ?? 0;
    },
  };
}
