import { Counter } from 'prom-client';
import { cutoffs } from '../../domain/retention.ts';
import { createAudit } from '../../infra/audit/writer.ts';
import type { Scoped } from '../../infra/db/scoped.ts';
import { createPrivacy } from '../../infra/privacy/privacy.ts';
import { createRetention, type Removed } from '../../infra/privacy/retention.ts';
import { startRounds } from '../../infra/rounds.ts';
import type { Privacy } from '../../ports/privacy.ts';
import type { Running } from './api.ts';
import { storageOf } from './attachments.ts';
import type { Resources } from './resources.ts';

const EVERY_MS = 60 * 60_000;
const FIRST_MS = 10 * 60_000;

/** People's data, for an API. */
export function openPrivacy(
  { config, pool, cipher, logger }: Resources,
  scoped: Scoped,
): { privacy: Privacy; close(): Promise<void> } {
  const storage = storageOf(config);
  return {
    privacy: createPrivacy({ pool, scoped, cipher, storage, logger }),
    close: () => storage.close(),
  };
}

/** One round by the policy that is in force; null while another process is at it. Leaves a row in the audit log when anything went. */
export async function retain(
  { pool, rules }: Resources,
  { dryRun = false, now = Date.now() }: { dryRun?: boolean; now?: number } = {},
): Promise<Removed | null> {
  const { retention } = await rules.policy(null);
  const removed = await createRetention(pool).run(cutoffs(retention, now), { dryRun });
  if (removed === null || dryRun || Object.values(removed).every((n) => n === 0)) return removed;
  await createAudit(pool).record([
    {
      ...{ actorId: 'system', kind: 'erase', caseKind: null, caseId: null, fields: ['retention'] },
      ...{ detail: { ...removed }, requestId: `retention ${now}` },
    },
  ]);
  return removed;
}

/** Once an hour, beside the relay: of two processes one does it. */
export function startRetention(
  resources: Resources,
  { firstMs = FIRST_MS, everyMs = EVERY_MS } = {},
): Running {
  const { logger, metrics } = resources;
  const counter = new Counter({
    ...{ name: 'fengqiao_retention_removed_total', help: 'Cases or rows whose data was kept long enough' },
    ...{ labelNames: ['kind'], registers: [metrics] },
  });
  const round = async (): Promise<void> => {
    for (const [kind, n] of Object.entries((await retain(resources)) ?? {})) counter.inc({ kind }, n);
  };
  const rounds = startRounds(round, {
    ...{ first_ms: firstMs, every_ms: everyMs },
    onFailure: (error) => logger.warn({ error }, 'data whose time is over could not be removed'),
  });
  return { address: '', stop: () => rounds.stop() };
}
