import { TRACKED } from '../domain/tracking.ts';
import type { Actor } from '../domain/roles.ts';
import type { Language, Report, ReportTaken, Slip } from '../schemas/api/reports.ts';
import { keyReused } from './act.ts';
import type { ApiDeps } from './deps.ts';
import { unlessBusy } from './passwords-busy.ts';
import { refusedProblem } from './problem.ts';

/** Somebody without an account who tells something, as far as she says who she is. */
export interface Teller {
  name: string | null;
  phone: string | null;
  language: Language;
}

export interface Told {
  /** The principal of the teller is put in by `reportOf`, wherever she is a party. */
  reportOf: (principal: string) => Report;
  /** The whole body. */
  asked: object;
  teller: Teller;
  /** Staff who write it down for her; null when she writes herself. */
  by: Actor | null;
  idempotencyKey: string;
}

/** What a code is made of is known to its sender alone: her key is kept nowhere, only hashes of it are. */
export const seedOf = (deps: ApiDeps, principal: string, key: string, asked: object): string =>
  [principal, key, deps.bodyHashOf(asked)].join('\0');

/** A principal that is the same when the same call is repeated. */
export const principalFrom = (deps: ApiDeps, commandId: string): string =>
  TRACKED + deps.idsFrom(`${commandId}:holder`)('h').slice('h_'.length);

const PUBLIC = 'public';

/** Takes a report in and gives whoever told it a code. Throws a problem when it is refused or cannot be stored. */
export async function takeTold(
  deps: ApiDeps,
  { reportOf, asked, teller, by, idempotencyKey }: Told,
): Promise<{ taken: ReportTaken; again: boolean; slip: Slip | null }> {
  const sender = by?.id ?? PUBLIC;
  const reporter = principalFrom(deps, deps.commandIdOf(sender, 'reports', idempotencyKey));
  // Before anything is stored: a report that nobody can follow is not what was asked for.
  const draft = await unlessBusy(deps.tracking.draft(seedOf(deps, sender, idempotencyKey, asked)));
  const result = await deps.intake.take({
    ...{ report: reportOf(reporter), actor: by ?? { id: reporter, posts: [] }, principal: sender },
    ...{ idempotencyKey, asked, reportedBy: reporter },
  });
  if (result.outcome === 'refused') throw refusedProblem(result.refusal);
  if (result.outcome === 'key-reused') throw keyReused();
  const { taken, again } = result;
  const holder = {
    principal: reporter,
    case: { kind: taken.kind, id: taken.id },
    speaksFor: 'reporter',
    ...teller,
  };
  const slip = await deps.tracking.issue(draft, holder, by?.id ?? null);
  return { taken, again, slip };
}
