import type pg from 'pg';
import type { Dispute } from '../../domain/dispute/state.ts';
import { ERASED } from '../../domain/privacy.ts';
import type { FileStorage } from '../../ports/attachments.ts';
import type { BusLogger } from '../../ports/event-bus.ts';
import type { ErasureLine, Person } from '../../ports/privacy.ts';
import type { FieldCipher } from '../crypto/field-cipher.ts';
import { markBytesRemoved } from '../db/attachments.ts';
import { inTransaction, type Queryable } from '../db/pool.ts';
import { indexDisputes } from '../db/search/rebuild.ts';
import { NOW_MS } from '../identity/now.ts';
import { keyOf } from '../storage/keys.ts';
import { askedOf, HER_STATEMENTS, wordsFor } from './held.ts';
import { eraseTexts, textsOfCases } from './texts.ts';

export interface EraserDeps {
  pool: pg.Pool;
  cipher: FieldCipher;
  storage: FileStorage;
  logger: BusLogger;
}

/**
 * Takes a person out of the database. Log, commands and histories keep what happened, with ids that lead to nobody any more. In one
 * transaction; the bytes of her files go after it, and by the hourly clean-up where the storage is away. Running again finds what
 * came since.
 */
export async function erasePerson(
  { pool, cipher, storage, logger }: EraserDeps,
  erasure: ErasureLine,
  person: Person,
  by: string,
): Promise<Record<string, number>> {
  const { counts, files } = await inTransaction(pool, async (tx) => {
    await tx.query('SELECT FROM erasures WHERE id = $1 FOR UPDATE', [erasure.id]);
    const words = await wordsFor(tx, cipher, person);
    const asked = askedOf(person);
    const hers = person.principals.filter((id) => !person.staffIds.includes(id));
    const texts = await eraseTexts(tx, await textsToErase(tx, erasure, person, hers));
    const files = await forgetFiles(tx, hers, asked.cases);
    const done = {
      texts,
      attachments: files.length,
      parties: await rows(
        tx,
        `UPDATE parties SET name = $2, phone = NULL, id_number = NULL, phone_hash = NULL, id_number_hash = NULL,
           account_id = NULL WHERE id = ANY($1) AND (name <> $2 OR phone IS NOT NULL OR id_number IS NOT NULL)`,
        [asked.parties, ERASED],
      ),
      followers: await rows(tx, 'DELETE FROM tracking_holders WHERE id = ANY($1)', [hers]),
      notices: await rows(tx, 'DELETE FROM notices WHERE person_id = ANY($1)', [hers]),
      filters: await rows(
        tx,
        `DELETE FROM saved_filters WHERE person_id = ANY($1)
         OR EXISTS (SELECT FROM unnest($2::text[]) AS word WHERE filter->>'q' ~* (word COLLATE pg_c_utf8))`,
        [hers, words.map(wholeWord)],
      ),
      letters: await rows(
        tx,
        `UPDATE dead_letters SET payload = $2, key = $2 WHERE status <> 'open' AND payload <> $2
         AND EXISTS (SELECT FROM unnest($1::text[]) AS word
           WHERE concat_ws(' ', regexp_replace(payload, $3, ' ', 'g'), key) ~ (word COLLATE pg_c_utf8))`,
        [words.map(wholeWord), ERASED, KEY_OR_BREAK],
      ),
      accounts: await closeAccounts(tx, hers),
    };
    await indexDisputes(
      tx,
      person.cases.filter(({ kind }) => kind === 'dispute').map(({ id }) => id),
    );
    // A second run finds little; the record of the first says what there was.
    await tx.query(
      `UPDATE erasures SET carried_out_by = $2, carried_out_at_ms = ${NOW_MS}, counts = $3
       WHERE id = $1 AND carried_out_at_ms IS NULL`,
      [erasure.id, by, JSON.stringify(done)],
    );
    return { counts: done, files };
  });
  await removeBytes(pool, storage, files).catch((error: unknown) =>
    logger.warn({ error }, 'bytes of erased files are left to the clean-up'),
  );
  return counts;
}

/** In JSON: names of fields, and line breaks and the like, whose letter is none of the word after it. */
const KEY_OR_BREAK = String.raw`"\w+"\s*:|\\[bfnrt]`;

/**
 * A pattern of PostgreSQL for a name or number that stands by itself. Whoever reports chooses what she is called: as a part of other
 * words it would reach what is nothing of hers.
 */
const wholeWord = (word: string): string =>
  `(?<![[:alnum:]])${word.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`)}(?![[:alnum:]])`;

const rows = async (tx: Queryable, text: string, values: unknown[]): Promise<number> =>
  (await tx.query(text, values)).rowCount ?? 0;

/** What she said, wrote in acts of her own, what was said of revealing her data, and what the erasure names. */
async function textsToErase(
  tx: Queryable,
  { textIds }: ErasureLine,
  person: Person,
  hers: string[],
): Promise<string[]> {
  const asked = askedOf(person);
  const statements = await tx.query<{ text: string }>(
    `SELECT s.text FROM statements s WHERE s.case_id = ANY($3) AND (${HER_STATEMENTS})`,
    [asked.parties, hers, asked.cases],
  );
  const reasons = await tx.query<{ id: string }>(
    `SELECT detail->>'reasonId' AS id FROM audit_log WHERE kind = 'reveal' AND case_id = ANY($1) AND detail ? 'reasonId'`,
    [asked.cases],
  );
  // Title, narrative and items say what the case is about: they go when they are named, and not by themselves.
  const kept = new Set(person.cases.flatMap(matterOf));
  const acts = (await textsOfCases(tx, person.cases, hers)).filter((id) => !kept.has(id));
  return [
    ...statements.rows.map(({ text }) => text),
    ...reasons.rows.map(({ id }) => id),
    ...acts,
    ...(await ofTheseCases(tx, textIds, asked.cases)),
  ];
}

function matterOf({ kind, state }: Person['cases'][number]): string[] {
  if (kind === 'task') return [(state as unknown as { what: string }).what];
  const { title, narrative, items } = state as Dispute;
  return [title, narrative, ...items.map(({ id }) => id)];
}

/** Those of them that stand in her cases, or in tasks, conferences and commitments of these. */
export async function ofTheseCases(db: Queryable, textIds: string[], cases: string[]): Promise<string[]> {
  if (textIds.length === 0) return [];
  const { rows: found } = await db.query<{ id: string }>(
    `SELECT t.id FROM texts t WHERE t.id = ANY($1) AND (t.case_id = ANY($2)
       OR EXISTS (SELECT FROM cases c WHERE c.kind IN ('task', 'conference', 'commitment') AND c.id = t.case_id
         AND c.dispute_id = ANY($2)))`,
    [textIds, cases],
  );
  return found.map(({ id }) => id);
}

/** What they are stays as ids, sizes and checksums: a file that was evidence was there. */
async function forgetFiles(tx: Queryable, hers: string[], cases: string[]): Promise<string[]> {
  const { rows: found } = await tx.query<{ id: string }>(
    `UPDATE attachments SET name = $3, delete_reason = NULL, width = NULL, height = NULL,
       deleted_at_ms = coalesce(deleted_at_ms, ${NOW_MS}), deleted_by = coalesce(deleted_by, 'erasure')
     WHERE uploaded_by = ANY($1) AND dispute_id = ANY($2) AND uploaded_as <> 'staff'
       AND (name <> $3 OR bytes_removed_at_ms IS NULL) RETURNING id`,
    [hers, cases, ERASED],
  );
  return found.map(({ id }) => id);
}

async function removeBytes(pool: pg.Pool, storage: FileStorage, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  await storage.remove(ids.flatMap((id) => [keyOf(id), keyOf(id, 'thumbnail')]));
  await markBytesRemoved(pool, ids, Date.now());
}

/** Nothing opens it, and it is nobody's; its id stays where acts name it. */
async function closeAccounts(tx: Queryable, hers: string[]): Promise<number> {
  for (const table of ['sessions', 'api_keys'])
    await tx.query(`DELETE FROM ${table} WHERE account_id = ANY($1)`, [hers]);
  return rows(
    tx,
    `UPDATE accounts SET active = false, name = $2, login = 'erased:' || id, password_hash = NULL
     WHERE id = ANY($1) AND name <> $2`,
    [hers, ERASED],
  );
}
