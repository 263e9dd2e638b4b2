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
  const offsets = createOffsets();
  let current: Consumer | undefined;
  let replacing: Promise<void> | undefined;

  const start = async (): Promise<void> => {
    // A new consumer has nothing paused: what waited is fetched again at once.
    retries.clear();
    const consumer = kafka.consumer({
      groupId: group,
      allowAutoTopicCreation: false,
      // A member that died leaves its partitions standing still for so long.
      sessionTimeout: 10_000,
      heartbeatInterval: 3000,
      // A message is answered at once; this only says how often an idle consumer asks in vain.
      maxWaitTimeInMs: 1000,
      retry: {
        initialRetryTime: 200,
        maxRetryTime: 3000,
        retries: 8,
        restartOnFailure: () => Promise.resolve(true),
      },
    });
    consumer.on('consumer.crash', ({ payload }) => {
      if (payload.restart || stopping.signal.aborted || consumer !== current) return;
      logger.error({ group, error: payload.error }, 'consumer gave up, replacing it');
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
        eachBatch: (payload) => runBatch(payload, options, { retries, offsets, logger }),
      });
      offsets.commitBy(consumer);
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
        logger.warn({ group, attempt, error }, 'consumer could not start');
      }
    }
  };

  await start();
  return {
    async stop() {
      stopping.abort();
      retries.clear();
      await replacing;
      // While the member still belongs to its group; batches that end after this commit for themselves.
      await offsets.end();
      await current?.disconnect();
    },
  };
}

async function runBatch(
  payload: EachBatchPayload,
  { group, onBatch }: SubscribeOptions,
  parts: {
    retries: ReturnType<typeof createRetries>;
    offsets: ReturnType<typeof createOffsets>;
    logger: BusLogger;
  },
): Promise<void> {
  const { retries, offsets, logger } = parts;
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
    const details = { group, topic, partition, offset: delivered[0]?.offset, attempt, error };
    if (error instanceof TransientError) logger.warn(details, 'batch failed, partition waits');
    else logger.error(details, 'batch failed unexpectedly, partition waits');
    return;
  }
  retries.succeeded(name);
  payload.resolveOffset(last.offset);
  const offset = String(BigInt(last.offset) + 1n);
  if (payload.isRunning()) offsets.done(topic, partition, offset);
  else await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset }] }] });
}

const COMMIT_EVERY_MS = 250;

/**
 * Commits the offsets of finished batches four times a second instead of after each: with six groups that is most of the
 * requests a broker gets. What a crash leaves uncommitted is given again, and the inbox knows it.
 */
function createOffsets() {
  const pending = new Map<string, { topic: string; partition: number; offset: string }>();
  let consumer: Consumer | undefined;
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;
  const commit = async (): Promise<void> => {
    if (consumer === undefined || pending.size === 0) return;
    const batch = [...pending.values()];
    pending.clear();
    // Not this member's any more, or the broker is away: whoever has the partition now is given these messages again.
    await consumer.commitOffsets(batch).catch(() => undefined);
  };
  // One after another: a commit that is tried again must not come behind a newer one.
  const flush = (): Promise<void> => (flushing ??= commit().finally(() => (flushing = undefined)));
  return {
    commitBy(next: Consumer): void {
      pending.clear();
      consumer = next;
      clearInterval(timer);
      timer = setInterval(() => void flush(), COMMIT_EVERY_MS).unref();
    },
    done(topic: string, partition: number, offset: string): void {
      pending.set(`${topic}/${partition}`, { topic, partition, offset });
    },
    async end(): Promise<void> {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
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
