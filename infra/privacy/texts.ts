import type { CaseKind } from '../../domain/machine.ts';
import { ERASED } from '../../domain/privacy.ts';
import type { Queryable } from '../db/pool.ts';

export interface CaseKey {
  kind: CaseKind;
  id: string;
}

/**
 * References of the texts of cases, found from their events, statements and reveals: all of these have an index by case, the texts
 * themselves have none. `by`: only those that stand in acts of these people.
 */
export async function textsOfCases(
  db: Queryable,
  cases: readonly CaseKey[],
  by: readonly string[] | null = null,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT DISTINCT found[1] AS id FROM unnest($1::text[], $2::text[]) AS c(kind, id)
       JOIN events e ON e.case_kind = c.kind AND e.case_id = c.id AND ($3::text[] IS NULL OR e.actor_id = ANY($3)),
       regexp_matches(e.data::text, '"(txt_[0-9a-f]+)"', 'g') AS found
     UNION SELECT s.text FROM unnest($1::text[], $2::text[]) AS c(kind, id)
       JOIN statements s ON s.case_kind = c.kind AND s.case_id = c.id WHERE $3::text[] IS NULL
     UNION SELECT a.detail->>'reasonId' FROM unnest($2::text[]) AS c(id)
       JOIN audit_log a ON a.case_id = c.id AND a.kind = 'reveal' AND a.detail ? 'reasonId' WHERE $3::text[] IS NULL`,
    [cases.map(({ kind }) => kind), cases.map(({ id }) => id), by],
  );
  return rows.map(({ id }) => id);
}

/** Puts the tombstone in the place of these texts. Returns how many had words. */
export async function eraseTexts(db: Queryable, ids: readonly string[]): Promise<number> {
  const { rowCount } = await db.query('UPDATE texts SET body = $2 WHERE id = ANY($1) AND body <> $2', [
    ids,
    ERASED,
  ]);
  return rowCount ?? 0;
}
