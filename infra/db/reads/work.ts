import {
  and,
  arrayOverlaps,
  asc,
  between,
  eq,
  inArray,
  isNotNull,
  isNull,
  or,
  sql,
  type SQL,
} from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import { rangeOf } from '../../../domain/regions.ts';
import type { Actor } from '../../../domain/roles.ts';
import type { Page, WorkFilter, WorkLine } from '../../../ports/reads.ts';
import { cases, texts, workItems } from '../tables/index.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

// Red before everything, then what is due first, then what has no date; below 2^53, so that a cursor holds it exactly.
const NOT_RED = 1_000_000_000_000_000;
const NO_DATE = 100_000_000_000_000;
const urgency = sql<number>`CASE WHEN ${workItems.grade} = 'red' THEN 0 ELSE ${sql.raw(String(NOT_RED))}::bigint END
  + coalesce(${workItems.dueAt}, ${sql.raw(String(NO_DATE))}::bigint)`;

/** A body that is asked something gets the task's own text, not the reporter's words: it may be who is complained about. */
const titleForStaff = sql<string | null>`CASE WHEN ${workItems.bodyId} IS NULL THEN ${texts.body} END`;

/** Also for a body, which does not see the dispute itself. */
const numberOf = sql<string | null>`dispute_number(${workItems.disputeId})`;

/** What waits for a person: assigned to her, to one of her bodies, or to a role she holds over the item's region. */
export async function listWork(
  db: NodePgDatabase,
  actor: Actor,
  filter: WorkFilter,
): Promise<Page<WorkLine>> {
  const rows = await db
    .select({
      ...{ id: workItems.id, queue: workItems.queue, kind: workItems.kind, caseKind: workItems.caseKind },
      ...{ caseId: workItems.caseId, disputeId: workItems.disputeId, region: workItems.region },
      ...{ grade: workItems.grade, assigneeId: workItems.assigneeId, bodyId: workItems.bodyId },
      ...{ dueAt: workItems.dueAt, openedAt: workItems.openedAt, detail: workItems.detail },
      ...{ number: numberOf, title: titleForStaff, key: urgency },
    })
    .from(workItems)
    .leftJoin(cases, and(eq(cases.kind, 'dispute'), eq(cases.id, workItems.disputeId)))
    .leftJoin(texts, eq(texts.id, cases.title))
    .where(
      and(
        eq(workItems.status, 'open'),
        // What is named after somebody who has left waits for whoever comes after her.
        actor.posts.length === 0 ? sql`false` : undefined,
        filter.mine === true ? mine(actor) : mayTake(actor),
        notAgainst(actor),
        filter.queue === undefined ? undefined : eq(workItems.queue, filter.queue),
        filter.kind === undefined ? undefined : eq(workItems.kind, filter.kind),
        filter.cursor === undefined ? undefined : after(filter.cursor),
      ),
    )
    .orderBy(asc(urgency), asc(workItems.id))
    .limit(filter.limit + 1);
  const items = rows.slice(0, filter.limit).map(({ key: _, ...row }) => row as WorkLine);
  const last = rows[filter.limit - 1];
  const more = rows.length > filter.limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor({ key: Number(last.key), id: last.id }) : null };
}

function after(cursor: string): SQL {
  const { key, id } = decodeCursor(cursor);
  return sql`(${urgency}, ${workItems.id}) > (${key}::bigint, ${id})`;
}

const bodiesOf = (actor: Actor): string[] =>
  actor.posts.flatMap(({ role, bodyId }) =>
    role === 'body-handler' && bodyId !== undefined ? [bodyId] : [],
  );

/** Hers alone: by name, or through a body. */
function mine(actor: Actor): SQL {
  const bodies = bodiesOf(actor);
  return or(
    eq(workItems.assigneeId, actor.id),
    bodies.length > 0 ? inArray(workItems.bodyId, bodies) : undefined,
  )!;
}

/**
 * Nobody works on her own quarrel, nor reads in her list what somebody says about her. A body that is complained about may
 * still be asked something: then she gets the question and no more.
 */
const notAgainst = ({ id }: Actor): SQL =>
  or(
    isNotNull(workItems.bodyId),
    sql`NOT coalesce(${cases.state} -> 'parties' @> ${JSON.stringify([{ accountId: id }])}::jsonb, false)`,
  )!;

function mayTake(actor: Actor): SQL {
  const byPost = actor.posts.map(({ role, region }) => {
    const { from, to } = rangeOf(region);
    const over = and(arrayOverlaps(workItems.roles, [role]), between(workItems.regionNumber, from, to));
    return and(over, isNull(workItems.bodyId));
  });
  return or(mine(actor), ...byPost)!;
}
