import { Gauge } from 'prom-client';
import { announce } from '../../infra/db/changes.ts';
import { createRelay } from '../../infra/relay.ts';
import { ensureTopics } from '../../infra/topics.ts';
import type { Change } from '../../ports/changes.ts';
import type { BusEvent } from '../../schemas/events/envelope.ts';
import type { Running } from './api.ts';
import { startCleaning } from './attachments.ts';
import { startAuditSealer } from './audit.ts';
import { startRetention } from './privacy.ts';
import type { Resources } from './resources.ts';

/** Publishes the outbox, and tells open screens which cases changed. Beside it the audit log is sealed stored files are cleaned up, and what was kept long enough goes. */
export function startRelay(resources: Resources): Running & { wake(): void } {
  const { config, bus, logger, metrics } = resources;
  const sealer = startAuditSealer(resources);
  const cleaning = startCleaning(resources);
  const retention = startRetention(resources);
  const relay = createRelay({
    ...{ connectionString: config.databaseUrl, bus, logger },
    // Topics are the relay's to make; a broker that is away at the start is asked again by the publishing loop.
    onActive: () => ensureTopics(bus, config.kafkaPartitions),
    onPublished: (client, payloads) => announce(client, changesIn(payloads)),
  });
  new Gauge({
    ...{ name: 'fengqiao_outbox_rows', help: 'Events that wait for the bus', registers: [metrics] },
    async collect() {
      const status = await relay.status().catch(() => null);
      this.set(status?.backlog ?? Number.NaN);
    },
  });
  relay.start();
  return {
    address: '',
    wake: () => relay.wake(),
    async stop() {
      await Promise.all([relay.stop(), sealer.stop(), cleaning.stop(), retention.stop()]);
    },
  };
}

/** The last change of each case; a dead letter's notice is no change of a case. */
function changesIn(payloads: string[]): Change[] {
  const last = new Map<string, Change>();
  for (const payload of payloads) {
    const { data } = JSON.parse(payload) as BusEvent;
    if (data.caseKind === undefined) continue;
    const { caseKind: kind, caseId: id, disputeId, version, region } = data;
    last.set(`${kind}:${id}`, { type: 'case', kind, id, disputeId, version, region });
  }
  return [...last.values()];
}
