import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  TransientError,
  type BusLogger,
  type SubscribeOptions,
  type Subscription,
} from '../../ports/event-bus.ts';
import { backoffOf, type Backoff } from './backoff.ts';

interface Settings {
  logger: BusLogger;
  backoff: Backoff;
  concurrency: number;
}

/**
 * One member of a consumer group. kafkajs gives up for good on errors that it calls not retriable (a broker
 * that answers strangely while it starts, for instance); a consumer that does so is replaced here.
 */
export async function startConsumer(
  kafka: Kafka,
  options: SubscribeOptions,
  settings: Settings,
): Promise<Subscription> {
  const { logger } = settings;
  const { group, topics } = options;
  const stopping = new AbortController();
  const retries = createRetries(settings);
  let current: Consumer | undefined;
  let replacing: Promise<void> | undefined;

  const start = async (): Promise<void> => {
    const consumer = kafka.consumer({
      groupId: group,
      allowAutoTopicCreation: false,
      sessionTimeout: 30_000,
      heartbeatInterval: 3000,
      maxWaitTimeInMs: 250,
      retry: {
        initialRetryTime: 200,
        maxRetryTime: 3000,
        retries: 8,
        restartOnFailure: () => Promise.resolve(true),
      },
    });
    consumer.on('consumer.crash', ({ payload }) => {
      if (payload.restart || stopping.signal.aborted || consumer !== current) return;
      logger.error({ group, error: payload.error.message }, 'consumer gave up, replacing it');
      replacing = replace(consumer);
    });
    current = consumer;
    try {
      await consumer.connect();
      await consumer.subscribe({ topics, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: settings.concurrency,
        eachBatch: (payload) => runBatch(payload, options, retries, logger),
      });
    } catch (error) {
      current = undefined;
      await consumer.disconnect().catch(() => undefined);
      throw error;
    }
  };

  const replace = async (old: Consumer): Promise<void> => {
    await old.disconnect().catch(() => undefined);
    for (let attempt = 1; !stopping.signal.aborted; attempt++) {
      await sleep(backoffOf(attempt, settings.backoff), undefined, { signal: stopping.signal }).catch(
        () => undefined,
      );
      if (stopping.signal.aborted) return;
      try {
        return await start();
      } catch (error) {
        logger.warn({ group, attempt, error: String(error) }, 'consumer could not start');
      }
    }
  };

  await start();
  return {
    async stop() {
      stopping.abort();
      retries.clear();
      await replacing;
      await current?.disconnect();
    },
  };
}

async function runBatch(
  payload: EachBatchPayload,
  { group, onBatch }: SubscribeOptions,
  retries: ReturnType<typeof createRetries>,
  logger: BusLogger,
): Promise<void> {
  const { topic, partition, messages } = payload.batch;
  const last = messages.at(-1);
  const name = `${topic}/${partition}`;
  // What was fetched before the pause must not run past the batch that failed.
  if (!last || !payload.isRunning() || payload.isStale() || retries.waits(name)) return;
  let lost: Error | undefined;
  const heartbeat = async () => {
    try {
      await payload.heartbeat();
    } catch (error) {
      lost = error as Error;
      throw error;
    }
  };
  const delivered = messages.map(({ key, value, offset }) => ({
    key: key?.toString() ?? '',
    value: value?.toString() ?? '',
    offset,
  }));
  try {
    await onBatch({ topic, partition, messages: delivered }, { heartbeat });
  } catch (error) {
    // The partition is somebody else's now: kafkajs has to see this one to join the group again.
    if (lost !== undefined) throw lost;
    const attempt = retries.pause(name, payload.pause());
    const details = { group, topic, partition, offset: delivered[0]?.offset, attempt, error: String(error) };
    if (error instanceof TransientError) logger.warn(details, 'batch failed, partition waits');
    else logger.error(details, 'batch failed unexpectedly, partition waits');
    return;
  }
  retries.succeeded(name);
  payload.resolveOffset(last.offset);
  const offset = String(BigInt(last.offset) + 1n);
  await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
}

/** Partitions that wait. Nothing was resolved, so kafkajs fetches from the same offset after `resume`. */
function createRetries({ backoff }: Settings) {
  const attempts = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();
  return {
    pause(name: string, resume: () => void): number {
      const attempt = (attempts.get(name) ?? 0) + 1;
      attempts.set(name, attempt);
      const timer = setTimeout(
        () => {
          timers.delete(name);
          resume();
        },
        backoffOf(attempt, backoff),
      );
      timers.set(name, timer);
      return attempt;
    },
    waits: (name: string) => timers.has(name),
    succeeded(name: string): void {
      attempts.delete(name);
    },
    clear(): void {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
