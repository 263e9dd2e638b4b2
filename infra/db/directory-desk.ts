import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { bodyRegionsFault } from '../../domain/directory/bodies.ts';
import { dutyEnd, dutyFault, postOf } from '../../domain/directory/duty-rules.ts';
import {
  administersBody,
  administersDistrict,
  regionFault,
  strangerFault,
} from '../../domain/directory/jurisdiction.ts';
import { leaveFault, postEnd, postFault } from '../../domain/directory/staff-rules.ts';
import type { Directory, DutyFact, StaffFact } from '../../domain/duty.ts';
import { isRefusal, refuse, type Refusal } from '../../domain/errors.ts';
import { isServing, postsAt, type DatedPost } from '../../domain/posts.ts';
import { levelOf, type RegionCode } from '../../domain/regions.ts';
import type { Actor } from '../../domain/roles.ts';
import type { DirectoryDesk, StaffRecord } from '../../ports/directory-desk.ts';
import { readBody, readDuty, readPerson, readPlace } from './directory-reads.ts';
import { loadDirectory } from './directory.ts';
import { inTransaction, type Queryable } from './pool.ts';
import { uploadRegions } from './region-upload.ts';

/** Any number that nothing else locks: changes of the directory are rare and made one after another. */
const LOCK = 7_204_141;

/** What a change is decided by: as it stands while nobody else can change it. */
export interface Desk {
  tx: Queryable;
  directory: Directory;
  actor: Actor;
  now: number;
}

const unknown = (what: string): Refusal => refuse('unknown_reference', `no such ${what}`, 'id');
const exists = (): Refusal => refuse('already_exists', 'this id is taken', 'id', 'a new id');
const stale = (version: number): Refusal =>
  refuse('stale_version', 'somebody has changed this since', 'If-Match', String(version));

/** Changes of the directory; the triggers on its tables let the very next act of any process see them. */
export function createDirectoryDesk(pool: pg.Pool, clock: () => number = Date.now): DirectoryDesk {
  const change = <T>(by: string, work: (desk: Desk) => Promise<T>): Promise<T> =>
    inTransaction(pool, async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      const directory = await loadDirectory(tx);
      const now = clock();
      return work({ tx, directory, now, actor: { id: by, posts: postsAt(directory.staff.get(by), now) } });
    });

  /** A change of one person: `decide` gives the row's new columns, or refuses. */
  const changeStaff = (
    by: string,
    id: string,
    decide: (person: StaffFact, desk: Desk) => StaffColumns | Refusal,
  ): Promise<Refusal | StaffRecord> =>
    change(by, async (desk) => {
      const person = desk.directory.staff.get(id);
      if (person === undefined) return unknown('member of staff');
      const columns = decide(person, desk);
      return isRefusal(columns) ? columns : writePerson(desk.tx, id, columns);
    });

  return {
    addPerson: (by, { id, name, home, skills }) =>
      change(by, async ({ tx, directory, actor }) => {
        const fault = regionFault(actor, home, directory, 'home') ?? (await somebodyFault(tx, actor, id));
        if (fault) return fault;
        const { rowCount } = await tx.query(
          `INSERT INTO staff (id, name, posts, skills, region) VALUES ($1, $2, '[]', $3, $4) ON CONFLICT DO NOTHING`,
          [id, name, JSON.stringify(skills), home],
        );
        return rowCount === 0 ? exists() : (await readPerson(tx, id))!;
      }),

    changePerson: (by, id, version, { name, home, skills }) =>
      change(by, async ({ tx, directory, actor }) => {
        const found = await readPerson(tx, id);
        if (found === null) return unknown('member of staff');
        const fault =
          strangerFault(actor, directory.staff.get(id)!, directory) ??
          (home === undefined ? null : regionFault(actor, home, directory, 'home'));
        if (fault) return fault;
        if (found.version !== version) return stale(found.version);
        return writePerson(tx, id, { name, home, skills });
      }),

    deactivate: (by, id, at) =>
      changeStaff(by, id, (person, { directory, actor, now }) => {
        const leavesAt = at ?? now;
        if (leavesAt < now) return refuse('invalid_field', 'lies in the past', 'at', 'now or later');
        return leaveFault(actor, person, leavesAt, directory, now) ?? { leavesAt };
      }),

    reactivate: (by, id) =>
      changeStaff(by, id, (person, { directory, actor, now }) => {
        const stranger = strangerFault(actor, person, directory);
        if (stranger) return stranger;
        if (isServing(person, now) && (person.leavesAt ?? null) === null)
          return refuse('out_of_order', 'serves already', 'id');
        return { leavesAt: null, active: true };
      }),

    addPost: (by, id, post) =>
      changeStaff(by, id, (person, { directory, actor, now }) => {
        const fault = postFault(actor, person, post, directory, now);
        return fault ?? { posts: [...person.posts, post] };
      }),

    endPost: (by, id, number, asked) =>
      changeStaff(by, id, (person, { directory, actor, now }) => {
        const to = postEnd(actor, person, number - 1, asked, directory, now);
        if (isRefusal(to)) return to;
        return { posts: person.posts.map((post, i) => (i === number - 1 ? { ...post, to } : post)) };
      }),

    addDuty: (by, { withPost, ...duty }) =>
      change(by, async ({ tx, directory, actor, now }) => {
        const fault = dutyFault(actor, duty, withPost, directory, now);
        if (fault) return fault;
        if (withPost) {
          const posts = [...directory.staff.get(duty.staffId)!.posts, postOf(duty)];
          await writePerson(tx, duty.staffId, { posts });
        }
        const id = `duty-${randomUUID()}`;
        const { staffId, region, role, capacity, from, to, standsInFor } = duty;
        await tx.query(
          `INSERT INTO duty_roster (id, staff_id, region, role, capacity, from_ms, to_ms, stands_in_for)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [id, staffId, region, role, capacity, from, to, standsInFor],
        );
        return (await readDuty(tx, id))!;
      }),

    endDuty: (by, id, asked) =>
      change(by, async ({ tx, actor, now }) => {
        const duty = await readDuty(tx, id);
        if (duty === null) return unknown('duty');
        const to = dutyEnd(actor, duty as DutyFact, asked, now);
        if (isRefusal(to)) return to;
        await tx.query('UPDATE duty_roster SET to_ms = $2 WHERE id = $1', [id, to]);
        return { ...duty, to };
      }),

    addPlace: (by, { id, name, region }) =>
      change(by, async (desk) => {
        const fault = gridFault(desk, region);
        if (fault) return fault;
        const { rowCount } = await desk.tx.query(
          'INSERT INTO places (id, name, region) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
          [id, name, region],
        );
        return rowCount === 0 ? exists() : (await readPlace(desk.tx, id))!;
      }),

    changePlace: (by, id, version, { name, region, active }) =>
      change(by, async (desk) => {
        const found = await readPlace(desk.tx, id);
        if (found === null) return unknown('place');
        const fault =
          gridFault(desk, found.region) ?? (region === undefined ? null : gridFault(desk, region));
        if (fault) return fault;
        if (found.version !== version) return stale(found.version);
        await desk.tx.query(
          `UPDATE places SET name = coalesce($2, name), region = coalesce($3, region), active = coalesce($4, active),
             version = version + 1 WHERE id = $1`,
          [id, name ?? null, region ?? null, active ?? null],
        );
        return (await readPlace(desk.tx, id))!;
      }),

    addBody: (by, body) =>
      change(by, async ({ tx, directory, actor }) => {
        const { id, name, kind, regions, categories, dutyContact } = body;
        const fault = bodyRegionsFault(actor, regions, directory);
        if (fault) return fault;
        const { rowCount } = await tx.query(
          `INSERT INTO bodies (id, name, kind, regions, categories, duty_contact) VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT DO NOTHING`,
          [id, name, kind, JSON.stringify(regions), JSON.stringify(categories), dutyContact],
        );
        return rowCount === 0 ? exists() : (await readBody(tx, id))!;
      }),

    changeBody: (by, id, version, asked) =>
      change(by, async ({ tx, directory, actor }) => {
        const found = await readBody(tx, id);
        if (found === null) return unknown('body');
        if (!administersBody(actor, found, directory))
          return refuse('outside_jurisdiction', 'this body serves regions you do not administer', 'id');
        const fault = asked.regions === undefined ? null : bodyRegionsFault(actor, asked.regions, directory);
        if (fault) return fault;
        if (found.version !== version) return stale(found.version);
        const given = Object.entries(asked).filter(([, value]) => value !== undefined);
        const after = { ...found, ...(Object.fromEntries(given) as Partial<typeof found>) };
        await tx.query(
          `UPDATE bodies SET name = $2, kind = $3, regions = $4, categories = $5, duty_contact = $6, active = $7,
             version = version + 1 WHERE id = $1`,
          [
            ...[id, after.name, after.kind, JSON.stringify(after.regions), JSON.stringify(after.categories)],
            ...[after.dutyContact, after.active],
          ],
        );
        return (await readBody(tx, id))!;
      }),

    uploadRegions: (by, text, how) => change(by, (desk) => uploadRegions(desk, text, how)),
  };
}

interface StaffColumns {
  name?: string | undefined;
  home?: RegionCode | undefined;
  skills?: string[] | undefined;
  posts?: readonly DatedPost[];
  leavesAt?: number | null;
  active?: boolean;
}

async function writePerson(tx: Queryable, id: string, columns: StaffColumns): Promise<StaffRecord> {
  const { name, home, skills, posts, leavesAt, active } = columns;
  await tx.query(
    `UPDATE staff SET name = coalesce($2, name), region = coalesce($3, region), skills = coalesce($4, skills),
       posts = coalesce($5, posts), leaves_at_ms = CASE WHEN $6 THEN $7::bigint ELSE leaves_at_ms END,
       active = coalesce($8, active), version = version + 1 WHERE id = $1`,
    [
      ...[id, name ?? null, home ?? null, skills === undefined ? null : JSON.stringify(skills)],
      ...[posts === undefined ? null : JSON.stringify(posts), leavesAt !== undefined, leavesAt ?? null],
      active ?? null,
    ],
  );
  return (await readPerson(tx, id))!;
}

/**
 * Refuses an id that somebody acts by already, as an account or in a case: a row of staff makes the account hers who
 * administers its home, so that only who may decide over accounts without one may add it.
 */
async function somebodyFault(tx: Queryable, actor: Actor, id: string): Promise<Refusal | null> {
  if (administersDistrict(actor)) return null;
  const { rows } = await tx.query<{ taken: boolean }>(
    `SELECT EXISTS (SELECT FROM accounts WHERE id = $1)
       OR EXISTS (SELECT FROM cases WHERE members @> ARRAY[$1::text]) AS taken`,
    [id],
  );
  return rows[0]!.taken
    ? refuse(
        'outside_jurisdiction',
        'somebody has this id already',
        'id',
        'a new id, or an administrator of the district',
      )
    : null;
}

/** A place belongs to exactly one grid. */
function gridFault({ actor, directory }: Desk, region: RegionCode): Refusal | null {
  const fault = regionFault(actor, region, directory, 'region');
  if (fault) return fault;
  return levelOf(region) === 'grid'
    ? null
    : refuse('invalid_field', 'a place belongs to a grid', 'region', 'a code of 15 digits');
}
