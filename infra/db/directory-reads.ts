import type pg from 'pg';
import { postsAt, type Serving } from '../../domain/posts.ts';
import { LEVELS, levelOf, rank } from '../../domain/regions.ts';
import type {
  BodyLine,
  Colleague,
  DirectoryReads,
  DutyLine,
  PlaceLine,
  RegionLine,
  StaffFilter,
  StaffRecord,
} from '../../ports/directory-desk.ts';
import type { Page } from '../../ports/reads.ts';
import { decodeCursor, encodeCursor } from './reads/cursor.ts';
import type { Queryable } from './pool.ts';

const BODY = `id, name, kind, regions, categories, duty_contact AS "dutyContact", active, version`;
const PLACE = 'id, name, region, active, version';
const PERSON = `s.id, s.name, s.posts, s.active, s.region AS home, s.leaves_at_ms AS "leavesAt", s.skills, s.version`;
const DUTY = `d.id, d.staff_id AS "staffId", s.name, d.region, d.role, d.capacity, d.from_ms AS "from", d.to_ms AS "to",
  d.stands_in_for AS "standsInFor"`;

/** One post of a person, as a table to be asked. */
const POSTS = `jsonb_to_recordset(s.posts) AS p(role text, region text, "bodyId" text, "from" bigint, "to" bigint)`;
const IN_FORCE = `coalesce(p."from", 0) <= $6 AND (p."to" IS NULL OR $6 < p."to")`;

export async function readBody(db: Queryable, id: string): Promise<BodyLine | null> {
  const { rows } = await db.query<BodyLine>(`SELECT ${BODY} FROM bodies WHERE id = $1`, [id]);
  return rows[0] ?? null;
}

export async function readPlace(db: Queryable, id: string): Promise<PlaceLine | null> {
  const { rows } = await db.query<PlaceLine>(`SELECT ${PLACE} FROM places WHERE id = $1`, [id]);
  return rows[0] ?? null;
}

export async function readPerson(db: Queryable, id: string): Promise<StaffRecord | null> {
  const { rows } = await db.query<StaffRecord>(
    `SELECT ${PERSON}, (SELECT count(*) FROM cases c WHERE c.owner_id = s.id AND NOT c.final) AS "openCases"
     FROM staff s WHERE s.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

export async function readDuty(db: Queryable, id: string): Promise<DutyLine | null> {
  const { rows } = await db.query<DutyLine>(
    `SELECT ${DUTY} FROM duty_roster d JOIN staff s ON s.id = d.staff_id WHERE d.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

/** Reads of the directory for lists and screens; every list is in the order of its id or code. */
export function createDirectoryReads(pool: pg.Pool): DirectoryReads {
  const page = async <T extends object>(
    sql: string,
    values: unknown[],
    { limit, cursor }: { limit: number; cursor?: string | undefined },
    idOf: (row: T) => string,
  ): Promise<Page<T>> => {
    const after = cursor === undefined ? '' : decodeCursor(cursor).id;
    const { rows } = await pool.query<T>(sql, [after, limit + 1, ...values]);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const more = rows.length > limit && last !== undefined;
    return { items, nextCursor: more ? encodeCursor({ key: 0, id: idOf(last) }) : null };
  };
  const byId = (row: { id: string }): string => row.id;

  const people = <T extends Serving & { id: string }>(filter: StaffFilter, now: number | null) =>
    page<T>(
      `SELECT ${PERSON} FROM staff s
       WHERE s.id > $1 AND ($3::text IS NULL OR starts_with(s.name, $3))
         AND ($4::text[] IS NULL OR EXISTS (SELECT FROM unnest($4::text[]) AS own WHERE starts_with(s.region, own)
           OR EXISTS (SELECT FROM ${POSTS} WHERE starts_with(p.region, own))))
         AND ($6::bigint IS NULL OR s.active AND (s.leaves_at_ms IS NULL OR $6 < s.leaves_at_ms))
         AND ($5::text IS NULL AND $7::text IS NULL AND $8::text IS NULL OR EXISTS (SELECT FROM ${POSTS}
           WHERE ($6::bigint IS NULL OR ${IN_FORCE}) AND ($5::text IS NULL OR starts_with($5, p.region))
             AND ($7::text IS NULL OR p.role = $7) AND ($8::text IS NULL OR p."bodyId" = $8)))
       ORDER BY s.id LIMIT $2`,
      [
        ...[filter.name ?? null, filter.within ?? null, filter.region ?? null, now],
        ...[filter.role ?? null, filter.bodyId ?? null],
      ],
      filter,
      byId,
    );

  return {
    regions: ({ parent, within, name, ...paging }) =>
      page<RegionLine>(
        `SELECT r.code, r.name, EXISTS (SELECT FROM regions i
           WHERE starts_with(i.code, r.code) AND i.code > r.code) AS inner
         FROM regions r WHERE r.code > $1 AND ($3::text IS NULL OR starts_with(r.code, $3))
           AND ($4::int IS NULL OR length(r.code) = $4) AND ($5::text IS NULL OR starts_with(r.name, $5))
         ORDER BY r.code LIMIT $2`,
        [parent ?? within ?? null, parent === undefined ? null : innerLength(parent), name ?? null],
        paging,
        ({ code }) => code,
      ),

    places: ({ region, name, ...paging }) =>
      page<PlaceLine>(
        `SELECT ${PLACE} FROM places WHERE id > $1 AND active AND ($3::text IS NULL OR starts_with(region, $3))
           AND ($4::text IS NULL OR starts_with(name, $4)) ORDER BY id LIMIT $2`,
        [region ?? null, name ?? null],
        paging,
        byId,
      ),

    bodies: ({ region, category, kind, name, ...paging }) =>
      page<BodyLine>(
        `SELECT ${BODY} FROM bodies WHERE id > $1 AND active AND ($3::text IS NULL OR regions = '[]'
             OR EXISTS (SELECT FROM jsonb_array_elements_text(regions) AS own WHERE starts_with($3, own)))
           AND ($4::text IS NULL OR categories = '[]' OR categories ? $4) AND ($5::text IS NULL OR kind = $5)
           AND ($6::text IS NULL OR starts_with(name, $6)) ORDER BY id LIMIT $2`,
        [region ?? null, category ?? null, kind ?? null, name ?? null],
        paging,
        byId,
      ),

    async colleagues(filter, now) {
      const { items, nextCursor } = await people<StaffRecord>(filter, now);
      const shown = items.map((person): Colleague => {
        const { id, name } = person;
        return { id, name, posts: postsAt(person, now) };
      });
      return { items: shown, nextCursor };
    },

    staff: (filter) => people<StaffRecord>(filter, null),
    body: (id) => readBody(pool, id),
    person: (id) => readPerson(pool, id),

    duties: ({ region, within, staffId, at, ...paging }) =>
      page<DutyLine>(
        `SELECT ${DUTY} FROM duty_roster d JOIN staff s ON s.id = d.staff_id
         WHERE d.id > $1 AND ($3::text IS NULL OR d.region = $3) AND ($4::text IS NULL OR starts_with(d.region, $4))
           AND ($5::text IS NULL OR d.staff_id = $5)
           AND ($6::bigint IS NULL OR d.from_ms <= $6 AND (d.to_ms IS NULL OR $6 < d.to_ms))
         ORDER BY d.id LIMIT $2`,
        [region ?? null, within ?? null, staffId ?? null, at ?? null],
        paging,
        byId,
      ),

    async names(ids) {
      const { rows } = await pool.query<{ id: string; name: string }>(
        'SELECT id, name FROM staff WHERE id = ANY($1)',
        [ids],
      );
      return new Map(rows.map(({ id, name }) => [id, name]));
    },
  };
}

/** How long the codes directly inside a region are; a grid has none. */
function innerLength(parent: string): number {
  const inner = LEVELS[rank(levelOf(parent)) - 1];
  return inner === undefined ? 0 : { grid: 15, community: 12, street: 9, district: 6, city: 4 }[inner];
}
