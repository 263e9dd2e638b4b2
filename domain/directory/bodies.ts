import type { Directory } from '../duty.ts';
import { refuse, type Refusal } from '../errors.ts';
import type { Actor } from '../roles.ts';
import { administersAll, regionFault } from './jurisdiction.ts';

/** Whoever can be tasked. The engine itself looks for `police` and `committee` only. */
export const BODY_KINDS = [
  ...['department', 'committee', 'company', 'property-firm', 'owners-committee', 'village-committee'],
  ...['court', 'procuratorate', 'police', 'justice-office', 'governance-centre', 'arbitration'],
  ...['law-firm', 'hospital', 'union', 'association', 'volunteers', 'outsider'],
] as const;

/** Why a body cannot serve these regions; none means all of them. */
export function bodyRegionsFault(
  actor: Actor,
  regions: readonly string[],
  directory: Directory,
): Refusal | null {
  if (regions.length === 0) {
    return administersAll(actor, directory)
      ? null
      : refuse(
          'outside_jurisdiction',
          'only who administers all makes a body for all',
          'regions',
          'a region',
        );
  }
  for (const [i, region] of regions.entries()) {
    const fault = regionFault(actor, region, directory, `regions.${i}`);
    if (fault) return fault;
  }
  return null;
}
