import type { BodyFact, Directory, DutyFact, StaffFact } from '../../domain/duty.ts';
import { cached } from './cached.ts';
import type { Queryable } from './pool.ts';

export type DirectorySource = (version: number, db: Queryable) => Promise<Directory>;

// One statement, so that staff and roster are of the same moment.
const LOAD = `
  SELECT
    (SELECT coalesce(jsonb_agg(code), '[]') FROM regions) AS regions,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'posts', posts, 'active', active, 'skills', skills,
       'leavesAt', leaves_at_ms, 'home', region)), '[]')
       FROM staff) AS staff,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'kind', kind, 'regions', regions,
       'categories', categories)), '[]') FROM bodies WHERE active) AS bodies,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('staffId', staff_id, 'region', region, 'role', role,
       'capacity', capacity, 'from', from_ms, 'to', to_ms, 'standsInFor', stands_in_for) ORDER BY from_ms, id), '[]') FROM duty_roster) AS duties`;

interface Row {
  regions: string[];
  staff: StaffFact[];
  bodies: BodyFact[];
  duties: DutyFact[];
}

/** The directory as it stands now, under the version it is known by. */
export async function loadDirectory(db: Queryable, version = 0): Promise<Directory> {
  const { rows } = await db.query<Row>(LOAD);
  const { regions, staff, bodies, duties } = rows[0]!;
  return {
    version,
    regions: new Set(regions),
    staff: new Map(staff.map((person) => [person.id, person])),
    bodies: new Map(bodies.map((body) => [body.id, body])),
    duties,
  };
}

/**
 * Gives the directory of a version, read at most once for each: the version is bumped by triggers, so a change of the
 * roster is seen by the very next act. It reads on the caller's connection; a second one from the pool could wait for ever.
 */
export function createDirectorySource(): DirectorySource {
  let cached: { version: number; directory: Directory } | undefined;
  return async (version, db) => {
    if (cached?.version === version) return cached.directory;
    const directory = await loadDirectory(db, version);
    if (cached === undefined || cached.version < version) cached = { version, directory };
    return directory;
  };
}

export type CurrentDirectory = () => Promise<Directory>;

/** How long a process may act on a roster that has just changed; `apply` itself always sees the newest. */
const FRESH_MS = 1_000;

/** The directory of now, for whoever reads without a case's lock. */
export function createCurrentDirectory(db: Queryable, source = createDirectorySource()): CurrentDirectory {
  const current = cached(FRESH_MS, async () => {
    const { rows } = await db.query<{ version: number }>('SELECT version FROM directory_version');
    return source(rows[0]!.version, db);
  });
  return () => current();
}
