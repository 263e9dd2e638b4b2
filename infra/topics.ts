import type { EventBus } from '../ports/event-bus.ts';
import { DISPUTES_TOPIC } from './db/rows.ts';
import { REPORTS_TOPIC } from './consumers/reports.ts';

/** Reports of other systems hold what people said: they stay only as long as an outage of ours may last. */
const REPORTS_KEPT_MS = 3 * 24 * 3_600_000;

/** Every topic, made explicitly: a name mistyped by somebody must not become a topic. */
export async function ensureTopics(bus: EventBus, partitions: number): Promise<void> {
  await bus.ensureTopics([
    { topic: DISPUTES_TOPIC, partitions },
    { topic: REPORTS_TOPIC, partitions, retention_ms: REPORTS_KEPT_MS },
    { topic: `${DISPUTES_TOPIC}.dlq`, partitions: 1 },
    { topic: `${REPORTS_TOPIC}.dlq`, partitions: 1 },
  ]);
}
