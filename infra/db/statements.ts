import type { NewStatement, Statements } from '../../ports/statements.ts';
import type { Queryable } from './pool.ts';

/** Statements one person may write on one case. */
export const STATEMENTS_MAX = 50;

// Statement, words and notice in one: nobody's words are kept without her name, and the owner hears of each once.
const WRITE = `
  WITH s AS (INSERT INTO statements
      (id, case_kind, case_id, text, body_hash, speaks_for, written_by, by_staff, written_at_ms, occurred_at_ms)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9::bigint, $10::bigint
    WHERE (SELECT count(*) FROM statements WHERE case_kind = $2 AND case_id = $3 AND written_by = $7) < ${STATEMENTS_MAX}
    ON CONFLICT (id) DO NOTHING RETURNING id),
  t AS (INSERT INTO texts (id, case_id, body, recorded_at_ms) SELECT $4, $3, $11, $9::bigint FROM s),
  n AS (INSERT INTO notices (event_id, person_id, channel, kind, case_id, not_before_ms)
    SELECT 'statement:' || s.id, $12::text, 'app', 'statement', $3, $13::bigint FROM s WHERE $12::text IS NOT NULL)
  SELECT FROM s`;

/** Statements in PostgreSQL; they are read with the other reads, in the scope of whoever asks. */
export function createStatements(db: Queryable): Statements {
  return {
    async write(statement: NewStatement) {
      const { id, caseKind, caseId, textId, bodyHash, speaksFor, writtenBy, byStaff } = statement;
      const { rowCount } = await db.query(WRITE, [
        ...[id, caseKind, caseId, textId, bodyHash, speaksFor, writtenBy, byStaff, statement.writtenAt],
        ...[statement.occurredAt, statement.text, statement.tell?.personId ?? null],
        statement.tell?.notBefore ?? null,
      ]);
      if (rowCount === 1) return 'written';
      const { rows } = await db.query<{ same: boolean }>(
        'SELECT body_hash = $2 AS same FROM statements WHERE id = $1',
        [id, bodyHash],
      );
      if (rows[0] === undefined) return 'full';
      return rows[0].same ? 'again' : 'key-reused';
    },
  };
}
