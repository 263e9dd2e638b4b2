import type { EventBus } from '../ports/event-bus.ts';
import { DISPUTES_TOPIC } from './db/rows.ts';
import { REPORTS_TOPIC } from './consumers/reports.ts';

/** Every topic, made explicitly: a name mistyped by somebody must not become a topic. */
export async function ensureTopics(bus: EventBus, partitions: number): Promise<void> {
  await bus.ensureTopics([
    { topic: DISPUTES_TOPIC, partitions },
    { topic: REPORTS_TOPIC, partitions },
    { topic: `${DISPUTES_TOPIC}.dlq`, partitions: 1 },
    { topic: `${REPORTS_TOPIC}.dlq`, partitions: 1 },
  ]);
}
