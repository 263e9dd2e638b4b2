import { Kafka, logLevel, Partitioners, type Admin, type Producer } from 'kafkajs';
import type {
  BusLogger,
  BusMessage,
  EventBus,
  SubscribeOptions,
  Subscription,
} from '../../ports/event-bus.ts';
import { DEFAULT_BACKOFF, type Backoff } from './backoff.ts';
import { startConsumer } from './kafka-consumer.ts';

export interface KafkaBusOptions {
  brokers: string[];
  clientId: string;
  logger: BusLogger;
  backoff?: Backoff;
  /** Partitions that one subscription works on at the same time. */
  concurrency?: number;
}

/**
 * The bus on Kafka. Connects at first use. `publish` gives up after about ten seconds without a broker: the
 * relay's own backoff then decides.
 */
export function createKafkaBus(options: KafkaBusOptions): EventBus {
  const { logger, backoff = DEFAULT_BACKOFF, concurrency = 4 } = options;
  const kafka = new Kafka({
    brokers: options.brokers,
    clientId: options.clientId,
    connectionTimeout: 2000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 200, maxRetryTime: 3000, retries: 5 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => {
      const { message, timestamp: _at, logger: _name, ...details } = entry.log;
      // Its connections call every retriable answer an error (a coordinator that is just being elected, say); what is
      // not retried reaches us as an exception or a crash of the consumer.
      const routine = entry.namespace === 'Connection' || entry.level !== logLevel.ERROR;
      logger[routine ? 'info' : 'warn']({ namespace: entry.namespace, ...details }, message);
    },
  });
  const newProducer = () =>
    kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      idempotent: false,
    });
  const producer = lazily<Producer>(newProducer);
  const admin = lazily<Admin>(() => kafka.admin());
  const subscriptions = new Map<Subscription, SubscribeOptions>();

  return {
    async publish(messages) {
      if (messages.length === 0) return;
      await (await producer.get()).sendBatch({ acks: -1, topicMessages: byTopic(messages) });
    },

    async subscribe(wanted) {
      const consumer = await startConsumer(kafka, wanted, { logger, backoff, concurrency });
      const subscription: Subscription = {
        async stop() {
          subscriptions.delete(subscription);
          await consumer.stop();
        },
      };
      subscriptions.set(subscription, wanted);
      return subscription;
    },

    async ensureTopics(list) {
      const client = await admin.get();
      const existing = await client.listTopics();
      const topics = list
        .filter(({ topic }) => !existing.includes(topic))
        .map(({ topic, partitions, retention_ms }) => ({
          ...{ topic, numPartitions: partitions },
          ...(retention_ms !== undefined && {
            configEntries: [{ name: 'retention.ms', value: String(retention_ms) }],
          }),
        }));
      if (topics.length > 0) await client.createTopics({ topics, waitForLeaders: true });
    },

    async lag(group) {
      const client = await admin.get();
      // A topic without any commit is missing from the group's offsets, so those we read ourselves are named.
      const ours = [...subscriptions.values()]
        .filter((one) => one.group === group)
        .flatMap((one) => one.topics);
      const committed = await client.fetchOffsets({ groupId: group });
      const topics = new Set([...ours, ...committed.map(({ topic }) => topic)]);
      let lag = 0;
      for (const topic of topics) {
        const known = committed.find((one) => one.topic === topic)?.partitions ?? [];
        for (const { partition, high, low } of await client.fetchTopicOffsets(topic)) {
          const offset = Number(known.find((one) => one.partition === partition)?.offset ?? -1);
          lag += Number(high) - Math.max(offset, Number(low));
        }
      }
      return lag;
    },

    async close() {
      await Promise.all([...subscriptions.keys()].map((one) => one.stop()));
      await Promise.all([producer.close(), admin.close()]);
    },
  };
}

function byTopic(messages: BusMessage[]) {
  const topics = new Map<string, Omit<BusMessage, 'topic'>[]>();
  for (const { topic, ...message } of messages) {
    const list = topics.get(topic);
    if (list) list.push(message);
    else topics.set(topic, [message]);
  }
  return [...topics].map(([topic, list]) => ({ topic, messages: list }));
}

interface Connectable {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
}

/** Connects once, and again when the first attempt failed. */
function lazily<T extends Connectable>(create: () => T) {
  let connected: Promise<T> | undefined;
  return {
    get(): Promise<T> {
      if (connected) return connected;
      const attempt = (async () => {
        const client = create();
        await client.connect();
        return client;
      })();
      attempt.catch(() => (connected = undefined));
      return (connected = attempt);
    },
    async close(): Promise<void> {
      const client = await connected?.catch(() => undefined);
      await client?.disconnect();
    },
  };
}
