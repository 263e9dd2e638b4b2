import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { GROUPS } from '../../infra/consumers/groups.ts';
import { REPORTS_GROUP } from '../../infra/consumers/reports.ts';

/** A message as it lies in a topic. */
export interface Lying {
  key: string;
  value: string;
}

interface Coordinator {
  leaveGroup(member: { groupId: string; memberId: string }): Promise<unknown>;
}
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  findGroupCoordinator(group: { groupId: string }): Promise<Coordinator>;
}

const client = (brokers: string[]): Kafka =>
  new Kafka({ brokers, clientId: 'test-desk', logLevel: logLevel.NOTHING });

/** Puts messages on a topic as a stranger could. */
export async function produce(brokers: string[], topic: string, messages: Lying[]): Promise<void> {
  const producer = client(brokers).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  await producer.send({ topic, acks: -1, messages });
  await producer.disconnect();
}

/** Everything that lies in a topic now, each partition in its order. */
export async function everythingIn(brokers: string[], topic: string): Promise<Lying[]> {
  const kafka = client(brokers);
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const missing = new Map(
    ends.filter(({ high, low }) => high !== low).map(({ partition, high }) => [partition, BigInt(high)]),
  );
  if (missing.size === 0) return [];
  const consumer = kafka.consumer({ groupId: `test-desk-${Math.random()}`, allowAutoTopicCreation: false });
  const found: Lying[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      const end = missing.get(partition);
      if (end === undefined) return;
      found.push({ key: message.key?.toString() ?? '', value: message.value?.toString() ?? '' });
      if (BigInt(message.offset) + 1n >= end) missing.delete(partition);
      if (missing.size === 0) resolve();
    },
  });
  await promise;
  await consumer.disconnect();
  return found;
}

/**
 * Takes the members of a killed process out of their groups, as the broker does by itself when they have been silent for
 * the session timeout of 30 s; a test that kills several times cannot wait so long each time.
 */
export async function evictMembers(brokers: string[]): Promise<void> {
  const kafka = client(brokers);
  const admin = kafka.admin();
  await admin.connect();
  const { groups } = await admin.describeGroups([...GROUPS, REPORTS_GROUP]);
  await admin.disconnect();
  const cluster = clusterOf(kafka);
  await cluster.connect();
  for (const { groupId, members } of groups) {
    const coordinator = await cluster.findGroupCoordinator({ groupId });
    for (const { memberId } of members) await coordinator.leaveGroup({ groupId, memberId });
  }
  await cluster.disconnect();
}

/** kafkajs lets a consumer leave for itself only; what it does then lies behind a symbol. */
function clusterOf(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) =>
    description?.includes('createCluster'),
  )!;
  return (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol]!({});
}
