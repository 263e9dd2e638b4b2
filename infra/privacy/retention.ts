import type pg from 'pg';
import { ERASED } from '../../domain/privacy.ts';
import {
  CASE_KINDS_OF_DATA,
  KINDS_OF_DATA,
  type KindOfData,
  type OTHER_KINDS_OF_DATA,
} from '../../domain/retention.ts';
import type { CaseKind } from '../../domain/machine.ts';
import { ifAlone } from '../db/leader.ts';
import { inTransaction, type Queryable } from '../db/pool.ts';
import { indexDisputes } from '../db/search/rebuild.ts';
import { NOW_MS } from '../identity/now.ts';
import { eraseTexts, textsOfCases } from './texts.ts';

/** Any number that nothing else locks: whoever holds it removes what is over. */
const LOCK = 7_204_128;
/** Cases, or rows, of one transaction: short ones, so that nobody waits for them. */
const BATCH = 100;
const ROWS_BATCH = 1_000;
/** Batches of one kind in one round; the rest waits for the next. */
const BATCHES_MAX = 200;

type CaseKindOfData = (typeof CASE_KINDS_OF_DATA)[number];
type OtherKindOfData = (typeof OTHER_KINDS_OF_DATA)[number];
interface Over {
  kind: CaseKind;
  id: string;
}

export type Removed = Record<KindOfData, number>;

export interface Retention {
  /** Removes what is older than these moments; null while another process is at it. Counts cases, or rows of what belongs to none. */
  run(cutoffs: Record<KindOfData, number>, options?: { dryRun?: boolean }): Promise<Removed | null>;
}

const OF_CASE: Record<CaseKindOfData, (tx: Queryable, cases: Over[]) => Promise<unknown>> = {
  async textsAndParties(tx, cases) {
    const disputes = idsOf(cases.filter(({ kind }) => kind === 'dispute'));
    await eraseTexts(tx, await textsOfCases(tx, cases));
    await tx.query(
      `UPDATE parties SET name = $2, phone = NULL, id_number = NULL, phone_hash = NULL, id_number_hash = NULL
       WHERE dispute_id = ANY($1)`,
      [disputes, ERASED],
    );
    await indexDisputes(tx, disputes);
  },
  async statements(tx, cases) {
    const { rows } = await tx.query<{ text: string }>(
      `DELETE FROM statements s USING unnest($1::text[], $2::text[]) AS c(kind, id)
       WHERE s.case_kind = c.kind AND s.case_id = c.id RETURNING s.text`,
      [cases.map(({ kind }) => kind), idsOf(cases)],
    );
    await eraseTexts(
      tx,
      rows.map(({ text }) => text),
    );
  },
  // Their bytes go a day later, by the hourly clean-up.
  attachments: (tx, cases) =>
    tx.query(
      `UPDATE attachments SET name = $2, delete_reason = NULL, width = NULL, height = NULL,
         deleted_at_ms = coalesce(deleted_at_ms, ${NOW_MS}), deleted_by = coalesce(deleted_by, 'retention')
       WHERE dispute_id = ANY($1)`,
      [idsOf(cases), ERASED],
    ),
  tracking: (tx, cases) => tx.query('DELETE FROM tracking_holders WHERE case_id = ANY($1)', [idsOf(cases)]),
  // The reporting command has events too; one that was refused is found by nobody's case and holds ids and codes alone.
  commandBodies: (tx, cases) =>
    tx.query(
      `UPDATE commands m SET body = '{}' FROM unnest($1::text[], $2::text[]) AS c(kind, id)
         JOIN events e ON e.case_kind = c.kind AND e.case_id = c.id
       WHERE m.command_id = e.command_id AND m.answer IS NOT NULL AND m.body <> '{}'`,
      [cases.map(({ kind }) => kind), idsOf(cases)],
    ),
};

const idsOf = (cases: Over[]): string[] => cases.map(({ id }) => id);

const OF_NONE: Record<OtherKindOfData, { over: string; remove: (limit: string) => string }> = {
  inbox: {
    over: 'FROM inbox WHERE processed_at < to_timestamp($1::float8 / 1000)',
    remove: (chosen) => `DELETE FROM inbox WHERE ctid = ANY (ARRAY(SELECT ctid ${chosen}))`,
  },
  notices: {
    over: `FROM notices WHERE status = 'read' AND not_before_ms < $1`,
    remove: (chosen) => `DELETE FROM notices WHERE id = ANY (ARRAY(SELECT id ${chosen}))`,
  },
  deadLetters: {
    over: `FROM dead_letters WHERE status <> 'open' AND closed_at < to_timestamp($1::float8 / 1000) AND payload <> '${ERASED}'`,
    remove: (chosen) =>
      `UPDATE dead_letters SET payload = '${ERASED}' WHERE id = ANY (ARRAY(SELECT id ${chosen}))`,
  },
};

// One that was reopened and closed again has new data, so what was done before its last change does not count.
const OVER = `
  FROM cases c WHERE c.final AND c.updated_at_ms < $1 AND NOT EXISTS (SELECT FROM retention_done d
    WHERE d.case_kind = c.kind AND d.case_id = c.id AND d.kind = $2 AND d.done_at_ms >= c.updated_at_ms)
    AND (c.dispute_id IS NULL OR EXISTS (SELECT FROM cases o WHERE o.kind = 'dispute' AND o.id = c.dispute_id AND o.final
      AND o.updated_at_ms < $1))`;

/**
 * Removes what has been kept long enough, in small transactions beside a working engine. Only cases that are over for good lose
 * anything, and an inner case no sooner than its dispute. Events and the audit log stay: they hold references only.
 */
export function createRetention(pool: pg.Pool): Retention {
  const ofCase = async (kind: CaseKindOfData, before: number): Promise<number> =>
    repeated(BATCH, () =>
      inTransaction(pool, async (tx) => {
        // Whoever reopens one of them waits until it is done, and then it has no old words to bring back.
        const { rows } = await tx.query<Over>(
          `SELECT c.kind, c.id ${OVER} ORDER BY c.updated_at_ms LIMIT ${BATCH} FOR UPDATE OF c SKIP LOCKED`,
          [before, kind],
        );
        if (rows.length === 0) return 0;
        await OF_CASE[kind](tx, rows);
        await tx.query(
          `INSERT INTO retention_done (case_kind, case_id, kind, done_at_ms)
           SELECT k, i, $3, ${NOW_MS} FROM unnest($1::text[], $2::text[]) AS c(k, i)
           ON CONFLICT (case_kind, case_id, kind) DO UPDATE SET done_at_ms = excluded.done_at_ms`,
          [rows.map((row) => row.kind), idsOf(rows), kind],
        );
        return rows.length;
      }),
    );
  const ofNone = (kind: OtherKindOfData, before: number): Promise<number> =>
    repeated(ROWS_BATCH, async () => {
      const { over, remove } = OF_NONE[kind];
      return (await pool.query(remove(`${over} LIMIT ${ROWS_BATCH}`), [before])).rowCount ?? 0;
    });
  const count = async (kind: KindOfData, before: number): Promise<number> => {
    const mine = isOfCase(kind);
    const { rows } = await pool.query<{ n: number }>(
      `SELECT count(*) AS n ${mine ? OVER : OF_NONE[kind].over}`,
      mine ? [before, kind] : [before],
    );
    return rows[0]!.n;
  };
  return {
    run: (cutoffs, { dryRun = false } = {}) =>
      ifAlone(pool, LOCK, async () => {
        const removed = {} as Removed;
        for (const kind of KINDS_OF_DATA) {
          const before = cutoffs[kind];
          if (dryRun) removed[kind] = await count(kind, before);
          else removed[kind] = await (isOfCase(kind) ? ofCase(kind, before) : ofNone(kind, before));
        }
        return removed;
      }),
  };
}

const isOfCase = (kind: KindOfData): kind is CaseKindOfData =>
  (CASE_KINDS_OF_DATA as readonly string[]).includes(kind);

/** Until a batch is not full, or there were as many as a round may have. */
async function repeated(full: number, batch: () => Promise<number>): Promise<number> {
  let sum = 0;
  for (let n = 0; n < BATCHES_MAX; n += 1) {
    const done = await batch();
    sum += done;
    if (done < full) break;
  }
  return sum;
}
