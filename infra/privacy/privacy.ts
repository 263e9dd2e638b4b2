import type pg from 'pg';
import type { FileStorage } from '../../ports/attachments.ts';
import type { BusLogger } from '../../ports/event-bus.ts';
import type { ErasureLine, Persons, Privacy } from '../../ports/privacy.ts';
import type { FieldCipher } from '../crypto/field-cipher.ts';
import { decodeCursor, encodeCursor } from '../db/reads/cursor.ts';
import type { Scoped } from '../db/scoped.ts';
import { createConsents } from './consents.ts';
import { erasePerson } from './erase.ts';
import { dataOfPerson, wordsFor } from './held.ts';
import { createInspections } from './inspections.ts';
import { findPerson } from './persons.ts';
import { textsOfCases } from './texts.ts';

export interface PrivacyDeps {
  pool: pg.Pool;
  scoped: Scoped;
  cipher: FieldCipher;
  storage: FileStorage;
  logger: BusLogger;
}

/** Texts that are named as holding her name; more are found by asking again after these are erased. */
const MENTIONS_MAX = 200;

/** People's data in PostgreSQL. Outside any scope: each call names exactly whom it is about, and its route asks who may. */
export function createPrivacy(deps: PrivacyDeps): Privacy {
  const { pool, scoped, cipher } = deps;
  const open = (sealed: Buffer | null): string | null => (sealed === null ? null : cipher.open(sealed));
  return {
    async reveal(disputeId) {
      const parties = await pool.query<{ id: string; phone: Buffer | null; idNumber: Buffer | null }>(
        'SELECT id, phone, id_number AS "idNumber" FROM parties WHERE dispute_id = $1',
        [disputeId],
      );
      const reporter = await pool.query<{ name: string | null; phone: Buffer | null }>(
        `SELECT coalesce(h.name, a.name) AS name, h.phone FROM cases c
         LEFT JOIN tracking_holders h ON h.id = c.state->>'reportedBy'
         LEFT JOIN accounts a ON a.id = c.state->>'reportedBy' WHERE c.kind = 'dispute' AND c.id = $1`,
        [disputeId],
      );
      const { name = null, phone = null } = reporter.rows[0] ?? {};
      return {
        parties: new Map(
          parties.rows.map((row) => [row.id, { phone: open(row.phone), idNumber: open(row.idNumber) }]),
        ),
        reporter: { name, phone: open(phone) },
      };
    },

    async keepReason(disputeId, id, reason) {
      await pool.query(
        `INSERT INTO texts (id, case_id, body, recorded_at_ms) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
        [id, disputeId, reason, Date.now()],
      );
    },

    consents: createConsents(pool),
    persons: createPersons(deps),
    inspections: createInspections(pool, scoped),
  };
}

const ERASURE = `e.id, e.case_kind AS "caseKind", e.case_id AS "caseId", e.speaks_for AS "speaksFor", e.reason,
  e.text_ids AS "textIds", e.asked_by AS "askedBy", e.asked_at_ms AS "askedAt", e.carried_out_by AS "carriedOutBy",
  e.carried_out_at_ms AS "carriedOutAt", e.counts, c.region
  FROM erasures e JOIN cases c ON c.kind = e.case_kind AND c.id = e.case_id`;

function createPersons(deps: PrivacyDeps): Persons {
  const { pool, cipher } = deps;
  return {
    find: (key) => findPerson(pool, cipher, key),
    dataOf: (person, withWords) => dataOfPerson(pool, cipher, person, withWords),

    async mentions(person) {
      const words = await wordsFor(pool, cipher, person);
      const { rows } = await pool.query<{ id: string }>(
        `SELECT id FROM texts WHERE id = ANY($1) AND EXISTS (
           SELECT FROM unnest($2::text[]) AS word WHERE strpos(lower(body), lower(word)) > 0) ORDER BY id LIMIT $3`,
        [await textsOfCases(pool, await withInner(deps, person.cases)), words, MENTIONS_MAX],
      );
      return rows.map(({ id }) => id);
    },

    async ask({ id, caseKind, caseId, speaksFor, reason, textIds, askedBy, askedAt }) {
      await pool.query(
        `INSERT INTO erasures (id, case_kind, case_id, speaks_for, reason, text_ids, asked_by, asked_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
        [id, caseKind, caseId, speaksFor, reason, textIds, askedBy, askedAt],
      );
    },

    async erasure(id) {
      const { rows } = await pool.query<ErasureLine>(`SELECT ${ERASURE} WHERE e.id = $1`, [id]);
      return rows[0] ?? null;
    },

    async erasures(regions, { limit, cursor }) {
      const after = cursor === undefined ? null : decodeCursor(cursor);
      const { rows } = await pool.query<ErasureLine>(
        `SELECT ${ERASURE} WHERE EXISTS (SELECT FROM unnest($1::text[]) AS own WHERE starts_with(c.region, own))
           AND ($2::bigint IS NULL OR (e.asked_at_ms, e.id) < ($2, $3)) ORDER BY e.asked_at_ms DESC, e.id DESC LIMIT $4`,
        [regions, after?.key ?? null, after?.id ?? null, limit + 1],
      );
      const items = rows.slice(0, limit);
      const last = rows.length > limit ? items.at(-1)! : null;
      return { items, nextCursor: last && encodeCursor({ key: last.askedAt, id: last.id }) };
    },

    carryOut: (erasure, person, by) => erasePerson(deps, erasure, person, by),
  };
}

/** Cases with the tasks, conferences and commitments that belong to them. */
async function withInner(
  { pool }: PrivacyDeps,
  cases: { kind: 'dispute' | 'task'; id: string }[],
): Promise<{ kind: 'dispute' | 'task' | 'conference' | 'commitment'; id: string }[]> {
  const { rows } = await pool.query<{ kind: 'task' | 'conference' | 'commitment'; id: string }>(
    `SELECT kind, id FROM cases WHERE dispute_id = ANY($1) AND kind IN ('task', 'conference', 'commitment')`,
    [cases.map(({ id }) => id)],
  );
  return [...cases, ...rows];
}
