import { Gauge } from 'prom-client';
import { startSealer, unsealedTail } from '../../infra/audit/sealer.ts';
import { createAudit, createAuditPool } from '../../infra/audit/writer.ts';
import { ConfigError } from '../../infra/config.ts';
import type { Audit } from '../../ports/audit.ts';
import type { Running } from './api.ts';
import type { Resources } from './resources.ts';

/** The audit log of this process, on connections of its own: a busy pool must not keep reads waiting for their row. */
export function openAudit({ config, logger }: Resources): Audit & { close(): Promise<void> } {
  const pool = createAuditPool(config.databaseUrl, {
    onIdleError: (error) => logger.warn({ error }, 'a database connection was lost'),
  });
  return { ...createAudit(pool), close: () => pool.end() };
}

/** Seals the audit log. Throws `ConfigError` without a key. */
export function startAuditSealer({ config, logger, metrics, pool }: Resources): Running {
  const { auditKey: key, databaseUrl: connectionString } = config;
  if (key === null) throw new ConfigError('AUDIT_KEY is missing: without it nothing seals the audit log');
  const sealer = startSealer({ connectionString, key, logger });
  new Gauge({
    ...{
      name: 'fengqiao_audit_unsealed_rows',
      help: 'Audit rows that wait for a seal',
      registers: [metrics],
    },
    async collect() {
      const tail = await unsealedTail(pool).catch(() => null);
      this.set(tail?.rows ?? Number.NaN);
    },
  });
  new Gauge({
    ...{ name: 'fengqiao_audit_unsealed_seconds', help: 'How long the oldest waits', registers: [metrics] },
    async collect() {
      const tail = await unsealedTail(pool).catch(() => null);
      this.set(tail === null ? Number.NaN : tail.oldest_ms / 1_000);
    },
  });
  return { address: '', stop: () => sealer.stop() };
}
