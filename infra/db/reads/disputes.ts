import { and, arrayOverlaps, asc, between, desc, eq, or, sql, type SQL } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { rangeOf, type RegionCode } from '../../../domain/regions.ts';
import type { Scope } from '../../../domain/scope.ts';
import type { DisputeFilter, DisputeLine, Page } from '../../../ports/reads.ts';
import { cases, texts } from '../tables/index.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** Later than any deadline: cases without one come last. */
const NO_DUE = 8_640_000_000_000_000;

const dueKey = sql<number>`coalesce(${cases.dueAt}, ${sql.raw(String(NO_DUE))}::bigint)`;

export const inRegion = (region: RegionCode): SQL => {
  const { from, to } = rangeOf(region);
  return between(cases.regionNumber, from, to);
};

/** Cases of the scope's regions, or with the person among the members. */
export function visibleTo(scope: Scope): SQL {
  const membership = arrayOverlaps(cases.members, [scope.personId]);
  return or(...scope.regions.map(inRegion), membership)!;
}

/** One page of disputes that the scope shows, filtered and sorted. Throws `CursorError`. */
export async function listDisputes(
  db: NodePgDatabase,
  scope: Scope,
  filter: DisputeFilter,
): Promise<Page<DisputeLine>> {
  const byDue = filter.sort === 'due';
  const key = byDue ? dueKey : sql<number>`${cases.openedAt}`;
  const same = (
    column: (typeof cases)['stage' | 'level' | 'grade' | 'category' | 'ownerId'],
    value?: string,
  ) => (value === undefined ? undefined : eq(column, value));
  const rows = await db
    .select({
      ...{ id: cases.id, number: cases.number, title: texts.body, region: cases.region },
      ...{ category: cases.category, stage: cases.stage, level: cases.level, grade: cases.grade },
      ...{ ownerId: cases.ownerId, clockState: cases.clockState, dueAt: cases.dueAt },
      ...{ openedAt: cases.openedAt, updatedAt: cases.updatedAt, version: cases.version, key },
      isParty: sql<boolean>`${cases.state} -> 'parties' @> ${JSON.stringify([{ accountId: scope.personId }])}::jsonb`,
      isReporter: sql<boolean>`${cases.state} ->> 'reportedBy' = ${scope.personId}`,
    })
    .from(cases)
    .leftJoin(texts, eq(texts.id, cases.title))
    .where(
      and(
        eq(cases.kind, 'dispute'),
        visibleTo(scope),
        same(cases.stage, filter.stage),
        same(cases.level, filter.level),
        same(cases.grade, filter.grade),
        same(cases.category, filter.category),
        same(cases.ownerId, filter.ownerId),
        filter.clock === undefined ? undefined : eq(cases.clockState, filter.clock),
        filter.number === undefined ? undefined : eq(cases.number, filter.number),
        filter.region === undefined ? undefined : inRegion(filter.region),
        filter.cursor === undefined ? undefined : after(key, filter.cursor, byDue),
      ),
    )
    .orderBy(byDue ? asc(key) : desc(key), byDue ? asc(cases.id) : desc(cases.id))
    .limit(filter.limit + 1);
  const items = rows.slice(0, filter.limit).map(({ key: _, ...row }) => row as DisputeLine);
  const last = rows[filter.limit - 1];
  const more = rows.length > filter.limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor({ key: Number(last.key), id: last.id }) : null };
}

function after(key: SQL<number>, cursor: string, ascending: boolean): SQL {
  const position = decodeCursor(cursor);
  return ascending
    ? sql`(${key}, ${cases.id}) > (${position.key}::bigint, ${position.id})`
    : sql`(${key}, ${cases.id}) < (${position.key}::bigint, ${position.id})`;
}
