import type { Client } from '@temporalio/client';
import type { Queryable } from '../../infra/db/pool.ts';
import { auditDelivery } from './audit/delivery.ts';
import { auditLog } from './audit/log.ts';
import { auditWorkflows } from './audit/workflows.ts';
import { poll, type WaitOptions } from '../../infra/local/wait.ts';

export interface AuditOptions {
  /** Also looks at the workflows: one for each open case, none for a closed one, and every answer it gave. */
  temporal?: Client;
}

/**
 * Compares everything the engine keeps about every case of a drained system, and says what contradicts what; empty when
 * the system is sound. It makes rows, queues and answers again from the log by itself, not by the code that wrote them.
 */
export async function audit(db: Queryable, { temporal }: AuditOptions = {}): Promise<string[]> {
  const log = await auditLog(db);
  const delivery = await auditDelivery(db);
  return [...log, ...delivery, ...(temporal === undefined ? [] : await auditWorkflows(db, temporal))];
}

/** Audits until nothing is wrong or the time is up: a system that drains is not unsound. Returns what is left. */
export async function auditWhenDrained(
  db: Queryable,
  options: AuditOptions & Partial<WaitOptions> = {},
): Promise<string[]> {
  const { deadline_ms = 30_000, interval_ms = 250, ...rest } = options;
  let found: string[] = [];
  await poll(async () => ((found = await audit(db, rest)).length === 0 ? true : undefined), {
    ...{ deadline_ms, interval_ms },
  });
  return found;
}
