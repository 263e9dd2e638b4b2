import type { Static } from 'typebox';
import { contains } from '../../domain/regions.ts';
import type { Scope } from '../../domain/scope.ts';
import type { DisputeLine } from '../../ports/reads.ts';
import type { DisputePage } from '../../schemas/api/views.ts';

export type ShownLine = Static<typeof DisputePage>['items'][number];

/** A line of a list or an export as this person may see it. */
export function shownLine({ isParty, isReporter, ...line }: DisputeLine, scope: Scope): ShownLine {
  const outside = isReporter && !scope.regions.some((region) => contains(region, line.region));
  if (!isParty && !outside) return line;
  // The title is the reporter's words, and the grade is for staff.
  return { ...line, title: isReporter ? line.title : null, grade: null };
}
