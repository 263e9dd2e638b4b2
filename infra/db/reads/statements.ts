import type { CaseKind } from '../../../domain/machine.ts';
import type { Page } from '../../../ports/reads.ts';
import type { StatementFilter, StatementLine } from '../../../ports/statements.ts';
import type { Queryable } from '../pool.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** Statements of a case, newest first. */
export async function listStatements(
  db: Queryable,
  kind: CaseKind,
  id: string,
  { limit, cursor, only }: StatementFilter,
): Promise<Page<StatementLine>> {
  const after = cursor === undefined ? null : decodeCursor(cursor);
  const { rows } = await db.query<StatementLine>(
    `SELECT id, text AS "textId", speaks_for AS "speaksFor", written_by AS "writtenBy", written_at_ms AS "writtenAt",
       occurred_at_ms AS "occurredAt"
     FROM statements WHERE case_kind = $1 AND case_id = $2
       AND ($3::bigint IS NULL OR (written_at_ms, id) < ($3, $4))
       AND ($5::text[] IS NULL OR speaks_for = ANY($5) OR written_by = $6)
     ORDER BY written_at_ms DESC, id DESC LIMIT $7`,
    [
      kind,
      id,
      after?.key ?? null,
      after?.id ?? null,
      only?.speaksFor ?? null,
      only?.writtenBy ?? null,
      limit + 1,
    ],
  );
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1)! : null;
  return { items, nextCursor: last && encodeCursor({ key: last.writtenAt, id: last.id }) };
}
