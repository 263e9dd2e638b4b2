import type { Scope } from '../../../domain/scope.ts';
import type { DisputeFilter, DisputeLine, Page } from '../../../ports/reads.ts';
import type { FieldCipher } from '../../crypto/field-cipher.ts';
import type { Queryable } from '../pool.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { searchOf } from './search.ts';

/** The function finds them in its own right; what is shown of them is read under row-level security like everything else. */
const PAGE = `
  SELECT c.id, c.number, t.body AS title, c.region, c.category, c.stage, c.level, c.grade, c.owner_id AS "ownerId",
    c.clock_state AS "clockState", c.due_at_ms AS "dueAt", c.opened_at_ms AS "openedAt", c.updated_at_ms AS "updatedAt",
    c.version, c.state->'parties' @> $7::jsonb AS "isParty", c.state->>'reportedBy' = $8 AS "isReporter",
    s.sort_key AS key
  FROM search_disputes($1::tsquery, $2::jsonb, $3, $4, $5, $6) s
    JOIN cases c ON c.kind = 'dispute' AND c.id = s.id LEFT JOIN texts t ON t.id = c.title`;
const NEWEST_FIRST = `${PAGE} ORDER BY s.sort_key DESC, s.id DESC`;
const DUE_FIRST = `${PAGE} ORDER BY s.sort_key, s.id`;

/** One page of disputes that the scope shows, filtered and sorted. Throws `CursorError`. */
export async function listDisputes(
  db: Queryable,
  { scope, cipher }: { scope: Scope; cipher: Pick<FieldCipher, 'hash'> },
  { sort, limit, cursor, ...criteria }: DisputeFilter,
): Promise<Page<DisputeLine>> {
  const after = cursor === undefined ? null : decodeCursor(cursor);
  const wanted = searchOf(criteria, cipher.hash);
  if (wanted === null) return { items: [], nextCursor: null };
  const { rows } = await db.query<DisputeLine & { key: number }>({
    name: `list-disputes-${sort}`,
    text: sort === 'due' ? DUE_FIRST : NEWEST_FIRST,
    values: [
      ...[wanted.words, wanted.filter, sort === 'due', after?.key ?? null, after?.id ?? null, limit + 1],
      ...[JSON.stringify([{ accountId: scope.personId }]), scope.personId],
    ],
  });
  const items = rows.slice(0, limit).map(({ key: _, ...row }) => row);
  const last = rows[limit - 1];
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor({ key: last.key, id: last.id }) : null };
}
