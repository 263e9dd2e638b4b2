import {
  compareRegions,
  readRegionList,
  regionListFaults,
  type RegionFault,
} from '../../domain/directory/region-list.ts';
import { administers } from '../../domain/directory/jurisdiction.ts';
import { refuse, type Refusal } from '../../domain/errors.ts';
import { rangeOf, type RegionCode } from '../../domain/regions.ts';
import type { RegionsUploaded } from '../../ports/directory-desk.ts';
import type { Desk } from './directory-desk.ts';
import type { Queryable } from './pool.ts';

/** How many codes in use an answer names. */
const NAMED_MAX = 10;
/** So many rows a statement: each stays within the time that a statement has. */
const SLICE = 5_000;

function* slices<T>(list: readonly T[]): Generator<T[]> {
  for (let i = 0; i < list.length; i += SLICE) yield list.slice(i, i + SLICE);
}

/** Takes the whole list in or nothing of it; `dryRun` says what would be, and changes nothing. */
export async function uploadRegions(
  { tx, actor }: Desk,
  text: string,
  { remove, dryRun }: { remove: boolean; dryRun: boolean },
): Promise<Refusal | RegionsUploaded | { faults: RegionFault[] }> {
  const list = readRegionList(text);
  if (list.faults.length > 0) return { faults: list.faults };
  const { rows: known } = await tx.query<{ code: RegionCode; name: string }>(
    'SELECT code, name FROM regions',
  );
  const names = new Map(known.map(({ code, name }) => [code, name]));
  const within = (code: RegionCode): boolean => administers(actor, code);
  const { added, renamed, unchanged, missing } = compareRegions(list.rows, names, within);
  const removed = remove ? missing : [];
  const faults = regionListFaults(list.rows, names, removed, within);
  if (faults.length > 0) return { faults };
  const used: RegionCode[] = [];
  for (const part of slices(removed)) used.push(...(await inUse(tx, part)));
  if (used.length > 0) {
    const named = used.slice(0, NAMED_MAX).join(', ');
    return refuse(
      'in_use',
      'regions that are in use are never removed',
      'code',
      `these in the list: ${named}`,
    );
  }
  if (!dryRun) {
    for (const part of slices([...added, ...renamed])) {
      await tx.query(
        `INSERT INTO regions (code, name) SELECT * FROM unnest($1::text[], $2::text[])
         ON CONFLICT (code) DO UPDATE SET name = excluded.name`,
        [part.map(({ code }) => code), part.map(({ name }) => name)],
      );
    }
    for (const part of slices(removed)) await tx.query('DELETE FROM regions WHERE code = ANY($1)', [part]);
  }
  return { added: added.length, renamed: renamed.length, unchanged, removed: removed.length };
}

/** Which of these codes anything refers to: cases (also closed ones), posts, duties, places, bodies. */
async function inUse(tx: Queryable, codes: RegionCode[]): Promise<RegionCode[]> {
  const ranges = codes.map(rangeOf);
  const { rows } = await tx.query<{ code: RegionCode }>(
    // All but cases are small enough to be read as a whole; cases are asked by their index, code by code.
    `WITH used AS (SELECT region FROM places UNION SELECT region FROM duty_roster
       UNION SELECT region FROM staff WHERE region IS NOT NULL
       UNION SELECT post ->> 'region' FROM staff, jsonb_array_elements(posts) AS post
       UNION SELECT jsonb_array_elements_text(regions) FROM bodies)
     SELECT x.code FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS x(code, low, high)
     WHERE x.code IN (SELECT region FROM used)
       OR EXISTS (SELECT FROM cases c WHERE c.kind = ANY('{dispute,task,conference,commitment}')
         AND c.region_number BETWEEN x.low AND x.high)
     ORDER BY x.code`,
    [codes, ranges.map(({ from }) => from.toString()), ranges.map(({ to }) => to.toString())],
  );
  return rows.map(({ code }) => code);
}
