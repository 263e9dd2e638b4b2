import { createHmac, hkdfSync } from 'node:crypto';
import type pg from 'pg';
import { CODE_BYTES, codeFrom, readCode } from '../../domain/tracking.ts';
import { PasswordsBusyError } from '../../ports/accounts.ts';
import type { FieldCipher } from '../../ports/field-cipher.ts';
import {
  TRACK_TOKEN,
  type Draft,
  type Holder,
  type IssuedCode,
  type Tracking,
} from '../../ports/tracking.ts';
import type { Language } from '../../schemas/api/reports.ts';
import { counted, TRIABLE, uncounted } from '../identity/lockout.ts';
import { NOW_MS } from '../identity/now.ts';
import type { Passwords } from '../identity/passwords.ts';
import { hashOf, newHandle, newSecret } from '../identity/secrets.ts';
import { inTransaction, type Queryable } from './pool.ts';
import { masked } from './reads/masked.ts';
import { decodeCursor, encodeCursor } from './reads/cursor.ts';

/** Wrong PINs in a row that lock a code, and for how long. Whoever knows the PIN waits as well. */
export const WRONG_PINS_MAX = 5;
export const LOCKED_MINUTES = 60;
/** A PIN that was given out opens nothing after that; staff give out another. */
export const ONE_TIME_DAYS = 30;
/** A visit: long enough to read and write, short enough for a phone that is lent. */
export const VISIT_MINUTES = 30;

const MINUTE_MS = 60_000;
const FORGOTTEN_AT_ONCE = 100;
/** Kinds of bodies whose desk is called about a case, the first before the others of the same region. */
const DESKS = ['governance-centre', 'village-committee', 'committee'];

export interface TrackingDeps {
  pool: pg.Pool;
  passwords: Passwords;
  cipher: FieldCipher;
  /** 32 bytes. Codes that were hashed with another one are never found again. */
  hashKey: Buffer;
}

interface HolderRow {
  principal: string;
  caseKind: Holder['case']['kind'];
  caseId: string;
  speaksFor: string;
  language: Language;
}

const HOLDER = `h.id AS principal, h.case_kind AS "caseKind", h.case_id AS "caseId", h.speaks_for AS "speaksFor", h.language`;

const holderOf = ({ principal, caseKind, caseId, speaksFor, language }: HolderRow): Holder => ({
  ...{ principal, speaksFor, language },
  case: { kind: caseKind, id: caseId },
});

interface CodeRow {
  id: string;
  pinHash: string;
  oneTime: boolean;
}

const LOCKOUT = { failures: 'failures', max: WRONG_PINS_MAX, lock_ms: LOCKED_MINUTES * MINUTE_MS };
const COUNTED = `
  UPDATE tracking_codes SET ${counted(LOCKOUT)}
  WHERE code_hash = $1 AND ended_at_ms IS NULL AND ${TRIABLE}
  RETURNING id, pin_hash AS "pinHash", one_time_until_ms IS NOT NULL AS "oneTime"`;

const UNCOUNTED = uncounted(LOCKOUT);

/** Tracking codes in PostgreSQL. */
export function createTracking({ pool, passwords, cipher, hashKey }: TrackingDeps): Tracking {
  const keyFor = (use: string): Buffer =>
    Buffer.from(hkdfSync('sha256', hashKey, Buffer.alloc(0), `fengqiao tracking ${use}`, 32));
  const keys = { draft: keyFor('draft'), code: keyFor('code'), pin: keyFor('pin') };
  const keyed = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const codeHashOf = (code: string): Buffer => keyed(keys.code, code);
  // Six digits are tried in no time by whoever has the rows; not without the key.
  const pepper = (code: string, pin: string): string => keyed(keys.pin, `${code}\n${pin}`).toString('base64');

  return {
    async draft(seed) {
      const bytes = keyed(keys.draft, seed);
      const printed = codeFrom(bytes);
      const pin = String(bytes.readUIntBE(CODE_BYTES, 6) % 1_000_000).padStart(6, '0');
      const code = readCode(printed)!;
      return {
        slip: { code: printed, pin, pinUntil: Date.now() + ONE_TIME_DAYS * 24 * 60 * MINUTE_MS },
        codeHash: codeHashOf(code),
        pinHash: await passwords.hash(pepper(code, pin)),
      };
    },

    issue: (draft, holder, by) =>
      inTransaction(pool, async (tx) => {
        // Whoever issues a second one for the same person waits here for the first.
        await keepHolder(tx, holder, cipher);
        await tx.query('SELECT FROM tracking_holders WHERE id = $1 FOR UPDATE', [holder.principal]);
        const pinUntil = await shownUntil(tx, draft, holder.principal);
        if (pinUntil !== undefined) return pinUntil === null ? null : { ...draft.slip, pinUntil };
        await endCodes(tx, holder.principal);
        await tx.query(
          `INSERT INTO tracking_codes (id, principal, code_hash, pin_hash, one_time_until_ms, issued_at_ms, issued_by)
           VALUES ($1, $2, $3, $4, $5, ${NOW_MS}, $6)`,
          [newHandle(), holder.principal, draft.codeHash, draft.pinHash, draft.slip.pinUntil, by],
        );
        return draft.slip;
      }),

    async begin({ code: typed, pin, newPin }) {
      // Before it is counted: nobody is locked out because the process has no time.
      if (passwords.full()) throw new PasswordsBusyError();
      const code = readCode(typed) ?? '';
      const { rows } = await pool.query<CodeRow>(COUNTED, [codeHashOf(code)]);
      const [row] = rows;
      const right = await passwords.verify(row?.pinHash ?? null, pepper(code, pin));
      if (!right || row === undefined) return { outcome: 'wrong' };
      if (row.oneTime && newPin === undefined) {
        await pool.query(`UPDATE tracking_codes SET ${UNCOUNTED} WHERE id = $1 AND pin_hash = $2`, [
          ...[row.id, row.pinHash],
        ]);
        return { outcome: 'choose-pin' };
      }
      const chosen = newPin === undefined ? null : await passwords.hash(pepper(code, newPin));
      return start(pool, row, chosen);
    },

    async find(token) {
      if (!token.startsWith(TRACK_TOKEN)) return null;
      const { rows } = await pool.query<HolderRow>({
        name: 'tracking-session',
        text: `SELECT ${HOLDER} FROM tracking_sessions s JOIN tracking_codes c ON c.id = s.code_id
               JOIN tracking_holders h ON h.id = c.principal
               WHERE s.token_hash = $1 AND s.expires_at_ms > ${NOW_MS} AND c.ended_at_ms IS NULL`,
        values: [hashOf(token)],
      });
      return rows[0] === undefined ? null : holderOf(rows[0]);
    },

    async end(token) {
      await pool.query('DELETE FROM tracking_sessions WHERE token_hash = $1', [hashOf(token)]);
    },

    async list({ kind, id }, { limit, cursor }) {
      const after = cursor === undefined ? null : decodeCursor(cursor);
      const { rows } = await pool.query<Omit<IssuedCode, 'phone'> & { id: string; phone: Buffer | null }>(
        `SELECT c.id, h.speaks_for AS "speaksFor", h.name, h.phone, h.language, c.issued_at_ms AS "issuedAt",
           c.issued_by AS "issuedBy", c.used_at_ms AS "usedAt", c.ended_at_ms AS "endedAt",
           CASE WHEN c.locked_until_ms > ${NOW_MS} THEN c.locked_until_ms END AS "lockedUntil"
         FROM tracking_codes c JOIN tracking_holders h ON h.id = c.principal
         WHERE h.case_kind = $1 AND h.case_id = $2 AND ($3::bigint IS NULL OR (c.issued_at_ms, c.id) < ($3, $4))
         ORDER BY c.issued_at_ms DESC, c.id DESC LIMIT $5`,
        [kind, id, after?.key ?? null, after?.id ?? null, limit + 1],
      );
      const shown = rows.slice(0, limit);
      const last = rows.length > limit ? shown.at(-1)! : null;
      return {
        items: shown.map(({ id: _, phone, ...line }) => ({
          ...line,
          phone: phone === null ? null : masked(cipher.open(phone)),
        })),
        nextCursor: last && encodeCursor({ key: last.issuedAt, id: last.id }),
      };
    },

    async regionOf(placeId) {
      const { rows } = await pool.query<{ region: string }>(
        'SELECT region FROM places WHERE id = $1 AND active',
        [placeId],
      );
      return rows[0]?.region ?? null;
    },

    async deskOf(region) {
      const { rows } = await pool.query<{ name: string; contact: string }>({
        name: 'desk-of-region',
        text: `SELECT b.name, b.duty_contact AS contact FROM bodies b, jsonb_array_elements_text(b.regions) AS own
               WHERE b.active AND b.duty_contact IS NOT NULL AND b.kind = ANY($2) AND starts_with($1, own)
               ORDER BY length(own) DESC, array_position($2, b.kind), b.id LIMIT 1`,
        values: [region, DESKS],
      });
      return rows[0] ?? null;
    },
  };
}

async function keepHolder(
  tx: Queryable,
  { principal, case: of, speaksFor, language, name, phone }: Parameters<Tracking['issue']>[1],
  cipher: FieldCipher,
): Promise<void> {
  const sealed = phone === null ? [null, null] : [cipher.seal(phone), cipher.hash('phone', phone)];
  await tx.query(
    `INSERT INTO tracking_holders (id, case_kind, case_id, speaks_for, language, name, phone, phone_hash)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
    [principal, of.kind, of.id, speaksFor, language, name, ...sealed],
  );
}

/** Until when this very code may be shown again; null for not at all, undefined when it was never in force. */
async function shownUntil(
  tx: Queryable,
  { codeHash }: Draft,
  principal: string,
): Promise<number | null | undefined> {
  const { rows } = await tx.query<{ until: number | null }>(
    `SELECT CASE WHEN principal = $2 AND used_at_ms IS NULL AND ended_at_ms IS NULL THEN one_time_until_ms END AS until
     FROM tracking_codes WHERE code_hash = $1`,
    [codeHash, principal],
  );
  return rows[0]?.until;
}

/** Her sessions end with the code: one that has ended opens nothing. */
async function endCodes(tx: Queryable, principal: string): Promise<void> {
  await tx.query(
    `WITH c AS (UPDATE tracking_codes SET ended_at_ms = ${NOW_MS}
       WHERE principal = $1 AND ended_at_ms IS NULL RETURNING id)
     DELETE FROM tracking_sessions s USING c WHERE s.code_id = c.id`,
    [principal],
  );
}

/** Begins a visit, unless the code was ended or its PIN changed meanwhile: of two who use up one PIN, one is too late. */
function start(pool: pg.Pool, { id, pinHash }: CodeRow, chosen: string | null) {
  return inTransaction(pool, async (tx): ReturnType<Tracking['begin']> => {
    const { rows } = await tx.query<HolderRow>(
      `WITH c AS (UPDATE tracking_codes SET ${UNCOUNTED}, used_at_ms = coalesce(used_at_ms, ${NOW_MS}),
           pin_hash = coalesce($3, pin_hash), one_time_until_ms = NULL
         WHERE id = $1 AND pin_hash = $2 AND ended_at_ms IS NULL RETURNING principal)
       SELECT ${HOLDER} FROM c JOIN tracking_holders h ON h.id = c.principal`,
      [id, pinHash, chosen],
    );
    if (rows[0] === undefined) return { outcome: 'wrong' };
    // A new PIN means that the old one may be known to somebody: her visits end too.
    if (chosen !== null) await tx.query('DELETE FROM tracking_sessions WHERE code_id = $1', [id]);
    // Those that ended are forgotten by the next visit, whosever it is; what another one holds is left to it.
    await tx.query(
      `DELETE FROM tracking_sessions WHERE token_hash IN (SELECT token_hash FROM tracking_sessions
         WHERE expires_at_ms <= ${NOW_MS} ORDER BY expires_at_ms LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    );
    const token = TRACK_TOKEN + newSecret();
    const { rows: begun } = await tx.query<{ expiresAt: number }>(
      `INSERT INTO tracking_sessions (token_hash, code_id, expires_at_ms)
       VALUES ($1, $2, ${NOW_MS} + ${VISIT_MINUTES * MINUTE_MS}) RETURNING expires_at_ms AS "expiresAt"`,
      [hashOf(token), id],
    );
    return { outcome: 'right', token, expiresAt: begun[0]!.expiresAt, holder: holderOf(rows[0]) };
  });
}
