import { timingSafeEqual } from 'node:crypto';
import type { ApiKeys, KeyHolder, KeyLine } from '../../ports/api-keys.ts';
import type { KeyScope } from '../../schemas/api/identity.ts';
import type { Queryable } from '../db/pool.ts';
import { decodeCursor, encodeCursor } from '../db/reads/cursor.ts';
import { kept } from './kept.ts';
import { NOW_MS } from './now.ts';
import { hashOf, newHandle, newSecret } from './secrets.ts';

/** Valid keys of one account. Two systems that share a key cannot be told apart; twenty that do not, can. */
export const KEYS_MAX = 20;
/** How often the time of the last use is written. */
const USED_EVERY_MS = 60_000;

const SHAPE = /^fq_([0-9a-f]{24})_([A-Za-z0-9_-]{43})$/;
const VALID = `revoked_at_ms IS NULL AND (expires_at_ms IS NULL OR expires_at_ms > ${NOW_MS})`;
const LINE = `id, account_id AS "accountId", name, scopes, created_at_ms AS "createdAt", created_by AS "createdBy",
  expires_at_ms AS "expiresAt", revoked_at_ms AS "revokedAt", last_used_at_ms AS "lastUsedAt",
  CASE WHEN old_valid_until_ms > ${NOW_MS} THEN old_valid_until_ms END AS "oldValidUntil"`;

interface Row {
  accountId: string;
  name: string;
  scopes: KeyScope[];
  hash: Buffer;
  oldHash: Buffer | null;
  oldUntil: number | null;
  until: number | null;
}

/** Keys `fq_<id>_<secret>`: 32 random bytes, of which only the SHA-256 is kept. `onError`: the last use was not written. */
export function createApiKeys(db: Queryable, onError: (error: unknown) => void = () => undefined): ApiKeys {
  const known = kept(async (id) => {
    const { rows } = await db.query<Row>({
      name: 'api-key',
      text: `SELECT k.account_id AS "accountId", a.name, k.scopes, k.secret_hash AS hash, k.old_secret_hash AS "oldHash",
               k.old_valid_until_ms AS "oldUntil", k.expires_at_ms AS until
             FROM api_keys k JOIN accounts a ON a.id = k.account_id WHERE k.id = $1 AND a.active AND k.revoked_at_ms IS NULL`,
      values: [id],
    });
    return rows[0] ?? null;
  });
  const used = new Map<string, number>();

  /** Not waited for: a lost minute is nothing, a slower answer is. */
  const noteUse = (id: string): void => {
    const now = performance.now();
    if (now - (used.get(id) ?? -Infinity) < USED_EVERY_MS) return;
    used.set(id, now);
    // Another process may have written it a moment ago.
    db.query(
      `UPDATE api_keys SET last_used_at_ms = ${NOW_MS}
       WHERE id = $1 AND coalesce(last_used_at_ms, 0) <= ${NOW_MS} - ${USED_EVERY_MS}`,
      [id],
    ).catch(onError);
  };

  return {
    async find(key): Promise<KeyHolder | null> {
      const [, keyId, secret] = SHAPE.exec(key) ?? [];
      if (keyId === undefined || secret === undefined) return null;
      const row = await known.get(keyId);
      if (row === null || isPast(row.until)) return null;
      const hash = hashOf(secret);
      const right =
        timingSafeEqual(hash, row.hash) ||
        (row.oldHash !== null &&
          row.oldUntil !== null &&
          !isPast(row.oldUntil) &&
          timingSafeEqual(hash, row.oldHash));
      if (!right) return null;
      noteUse(keyId);
      return { keyId, accountId: row.accountId, name: row.name, scopes: row.scopes };
    },

    async create({ accountId, name, scopes, expiresAt, createdBy }) {
      const [id, secret] = [newHandle(), newSecret()];
      const { rows } = await db.query<KeyLine>(
        `WITH owner AS (SELECT id FROM accounts WHERE id = $2 AND kind = 'service' AND active)
         INSERT INTO api_keys (id, account_id, name, scopes, secret_hash, created_by, created_at_ms, expires_at_ms)
         SELECT $1, owner.id, $3, $4, $5, $6, ${NOW_MS}, $7 FROM owner
         WHERE (SELECT count(*) FROM api_keys WHERE account_id = $2 AND ${VALID}) < ${KEYS_MAX} RETURNING ${LINE}`,
        [id, accountId, name, scopes, hashOf(secret), createdBy, expiresAt],
      );
      if (rows[0] !== undefined) return { outcome: 'created', key: `fq_${id}_${secret}`, line: rows[0] };
      const owner = await db.query(`SELECT FROM accounts WHERE id = $1 AND kind = 'service' AND active`, [
        accountId,
      ]);
      return { outcome: owner.rowCount === 0 ? 'none' : 'full' };
    },

    async rotate(id, overlap_ms) {
      const secret = newSecret();
      const { rows } = await db.query<KeyLine>(
        `UPDATE api_keys SET old_secret_hash = secret_hash, old_valid_until_ms = ${NOW_MS} + $3, secret_hash = $2
         WHERE id = $1 AND ${VALID} RETURNING ${LINE}`,
        [id, hashOf(secret), overlap_ms],
      );
      known.forget(id);
      return rows[0] === undefined ? null : { key: `fq_${id}_${secret}`, line: rows[0] };
    },

    async revoke(id) {
      const { rowCount } = await db.query(
        `UPDATE api_keys SET revoked_at_ms = ${NOW_MS} WHERE id = $1 AND revoked_at_ms IS NULL`,
        [id],
      );
      known.forget(id);
      return rowCount === 1;
    },

    async ownerOf(id) {
      const { rows } = await db.query<{ accountId: string }>(
        'SELECT account_id AS "accountId" FROM api_keys WHERE id = $1',
        [id],
      );
      return rows[0]?.accountId ?? null;
    },

    async list({ among, accountId = null, limit, cursor }) {
      const after = cursor === undefined ? '' : decodeCursor(cursor).id;
      const { rows } = await db.query<KeyLine>(
        `SELECT ${LINE} FROM api_keys WHERE id > $1 AND ($2::text IS NULL OR account_id = $2)
           AND ($4::text[] IS NULL OR account_id = ANY ($4)) AND account_id <> ALL ($5) ORDER BY id LIMIT $3`,
        [after, accountId, limit + 1, among.only, among.except],
      );
      const items = rows.slice(0, limit);
      const more = rows.length > limit;
      return { items, nextCursor: more ? encodeCursor({ key: 0, id: items.at(-1)!.id }) : null };
    },
  };
}

const isPast = (moment: number | null): boolean => moment !== null && moment <= Date.now();
