import { setTimeout as sleep } from 'node:timers/promises';
import type { Actor } from '../../domain/roles.ts';
import type { Intake } from '../../ports/intake.ts';
import type { Report } from '../../schemas/api/reports.ts';
import type { ImportMap } from '../../schemas/import-map.ts';
import { isTransient } from '../consumers/shell.ts';
import { atMost } from '../temporal/dispatch.ts';
import type { SetAside } from './set-aside.ts';
import type { Source, SourceRow } from './source.ts';
import { columnOf, rowReader, type RowFault } from './to-report.ts';

/** Rows that are looked up together, and the most that are held in memory. */
const BATCH_ROWS = 256;
export const AT_ONCE_DEFAULT = 32;
export const AT_ONCE_MAX = 200;
/** Kinds of faults that are counted apart; rows beyond them are counted together. */
const KINDS_MAX = 200;

export interface ImportDeps {
  intake: Intake;
  /** Which of these commands exist, with the hash of their body. */
  known: (commandIds: string[]) => Promise<Map<string, string>>;
  commandIdOf: (principal: string, caseId: string, key: string) => string;
  bodyHashOf: (body: unknown) => string;
  clock?: () => number;
}

export interface ImportOptions {
  source: Source;
  map: ImportMap;
  rejects: SetAside;
  changed: SetAside;
  dryRun: boolean;
  atOnce: number;
  /** Rows that are taken in within a second; null for as many as go. */
  ratePerSecond: number | null;
  onRows: (n: number) => void;
}

export interface ImportResult {
  rows: number;
  taken: number;
  /** Came before, with the same content. */
  known: number;
  /** Came before, with other content: not taken in again. */
  changed: number;
  rejected: number;
  skipped: number;
  /** Reporters of rows that became tasks, which keep no parties. */
  reportersDropped: number;
  faults: Map<string, number>;
}

/** The database went away: what was taken in is taken in, and the next run goes on behind it. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

interface Ready {
  row: SourceRow;
  report: Report;
  externalId: string;
  commandId: string;
}

/**
 * Takes the rows of a source in as reports, through the same intake as everybody's. System and external id are the
 * report's identity, so that a second run, also after a kill, takes in nothing twice. Throws `BrokenOff`.
 */
export async function runImport(deps: ImportDeps, options: ImportOptions): Promise<ImportResult> {
  const { source, map, rejects, changed, dryRun, atOnce, ratePerSecond } = options;
  const { clock = Date.now } = deps;
  const principal = `import:${map.system}`;
  const actor: Actor = { id: principal, posts: [], system: true };
  const read = rowReader(map, { header: source.header, native: source.kind === 'xlsx' });
  const result: ImportResult = {
    ...{ rows: 0, taken: 0, known: 0, changed: 0, rejected: 0, skipped: 0, reportersDropped: 0 },
    faults: new Map(),
  };

  const reject = async (row: SourceRow, fault: RowFault): Promise<void> => {
    result.rejected += 1;
    // A value differs from row to row and may be somebody's: counted is the kind of fault alone.
    const about = `${fault.column}: ${fault.reason.replace(/^".*?" is/, 'a value is')}`;
    const kind = result.faults.has(about) || result.faults.size < KINDS_MAX ? about : 'other faults';
    result.faults.set(kind, (result.faults.get(kind) ?? 0) + 1);
    await rejects.add(row, fault);
  };
  const differs = async (row: SourceRow): Promise<void> => {
    result.changed += 1;
    const reason = 'came before with other content, or by another map; not taken in again';
    await changed.add(row, { column: map.externalId.column, reason });
  };

  const takeIn = async ({ row, report, externalId }: Ready): Promise<void> => {
    const request = { report, actor, principal, idempotencyKey: externalId };
    try {
      const taken = await deps.intake.take(request);
      if (taken.outcome === 'key-reused') await differs(row);
      else if (taken.outcome === 'refused') {
        const { field = '', message, expected } = taken.refusal;
        const reason = expected === undefined ? message : `${message}; expected: ${expected}`;
        await reject(row, { column: columnOf(map, field), reason });
      } else result[taken.again ? 'known' : 'taken'] += 1;
    } catch (error) {
      if (isTransient(error)) throw new BrokenOff(`stopped at line ${row.line}`, { cause: error });
      await reject(row, { column: '', reason: 'could not be stored' });
    }
  };

  const carryOut = async (batch: Ready[]): Promise<void> => {
    const before = await deps.known(batch.map(({ commandId }) => commandId)).catch((error: unknown) => {
      throw new BrokenOff(`stopped before line ${batch[0]?.row.line}`, { cause: error });
    });
    const fresh: Ready[] = [];
    for (const one of batch) {
      const hash = before.get(one.commandId);
      if (hash === undefined) fresh.push(one);
      else if (hash === deps.bodyHashOf(one.report)) result.known += 1;
      else await differs(one.row);
    }
    if (dryRun) result.taken += fresh.length;
    else await atMost(atOnce, fresh, takeIn);
    options.onRows(batch.length);
    if (ratePerSecond !== null) await sleep(Math.max(0, pace(fresh.length)));
  };
  let due = clock();
  /** Milliseconds to wait until so many more rows are within the rate. */
  const pace = (rows: number): number => {
    due = Math.max(due, clock() - 1_000) + (rows / (ratePerSecond ?? 1)) * 1_000;
    return due - clock();
  };

  let batch: Ready[] = [];
  const batchRows = ratePerSecond === null ? BATCH_ROWS : Math.min(BATCH_ROWS, Math.ceil(ratePerSecond));
  for await (const row of source.rows()) {
    result.rows += 1;
    const found = read(row.cells, clock());
    if (found.outcome !== 'report') {
      if (found.outcome === 'skipped') result.skipped += 1;
      else await reject(row, found.fault);
      options.onRows(1);
      continue;
    }
    const { report, externalId } = found;
    if (report.kind !== 'dispute' && map.reporter !== undefined) result.reportersDropped += 1;
    batch.push({ row, report, externalId, commandId: deps.commandIdOf(principal, 'reports', externalId) });
    if (batch.length < batchRows) continue;
    await carryOut(batch);
    batch = [];
  }
  if (batch.length > 0) await carryOut(batch);
  return result;
}
