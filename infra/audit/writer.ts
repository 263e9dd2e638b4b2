import type pg from 'pg';
import type { Audit, AuditEntry } from '../../ports/audit.ts';
import { createPool, type PoolOptions, type Queryable } from '../db/pool.ts';

/** The role that may add rows to the log and read them; `infra/db/migrations/0003_access.sql` makes it. */
export const AUDIT_ROLE = 'fengqiao_app';

/** Connections that are that role from their first statement on: two are enough, since rows are gathered. */
export const createAuditPool = (databaseUrl: string, options: PoolOptions = {}): pg.Pool =>
  createPool(databaseUrl, { ...options, max: AT_ONCE, role: AUDIT_ROLE });

const INSERT = `
  INSERT INTO audit_log (actor_id, kind, case_kind, case_id, fields, detail, request_id)
  SELECT actor_id, kind, case_kind, case_id, fields, detail, request_id
  FROM jsonb_to_recordset($1::jsonb) AS x(place int, actor_id text, kind text, case_kind text, case_id text, fields text[],
    detail jsonb, request_id text) ORDER BY place`;

const insert = (db: Queryable, entries: AuditEntry[]): Promise<unknown> => {
  const rows = entries.map(({ actorId, kind, caseKind, caseId, fields, detail, requestId }, place) => ({
    ...{ place, actor_id: actorId, kind, case_kind: caseKind, case_id: caseId, fields },
    ...{ detail: detail ?? null, request_id: requestId },
  }));
  return db.query({ name: 'audit-insert', text: INSERT, values: [JSON.stringify(rows)] });
};

/** Calls in one statement, and statements at once. */
const BATCH_MAX = 100;
const AT_ONCE = 2;
/** Calls that wait; one more is refused rather than kept in memory while the database is away. */
const WAITING_MAX = 2_000;

interface Waiting {
  entries: AuditEntry[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Writes entries as they come: the first at once, and those that come while statements are under way together in the
 * next. When a statement fails its calls are tried one by one, so that one that cannot be stored takes no other with it.
 */
export function createAudit(db: Queryable): Audit {
  let waiting: Waiting[] = [];
  let running = 0;

  const run = async (batch: Waiting[]): Promise<void> => {
    try {
      await insert(
        db,
        batch.flatMap(({ entries }) => entries),
      );
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error);
      else for (const alone of batch) await run([alone]);
    }
  };
  const pump = (): void => {
    while (running < AT_ONCE && waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_MAX);
      waiting = waiting.slice(BATCH_MAX);
      running += 1;
      void run(batch).finally(() => {
        running -= 1;
        pump();
      });
    }
  };
  return {
    record(entries) {
      if (entries.length === 0) return Promise.resolve();
      if (waiting.length >= WAITING_MAX)
        return Promise.reject(new Error('too many entries wait for the log'));
      return new Promise((resolve, reject) => {
        waiting.push({ entries, resolve, reject });
        pump();
      });
    },
  };
}
