import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKafkaBus } from '../../infra/kafka/kafka-bus.ts';
import { createMemoryBus } from '../../infra/kafka/memory-bus.ts';
import { startStack, type Stack } from '../../infra/local/stack.ts';
import { waitUntil } from '../../infra/local/wait.ts';
import { TransientError, type Batch, type EventBus } from '../../ports/event-bus.ts';

const SOON = { deadline_ms: 30_000 };
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const backoff = { first_ms: 50, max_ms: 200 };

let stack: Stack | undefined;
let counter = 0;
const unique = (name: string) => `${name}-${++counter}`;
const env = { ...process.env, KAFKA_BROKERS: '' };

beforeAll(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'fengqiao-bus-'));
  const want = { postgres: false, temporal: false, kafka: true };
  stack = await startStack({ dataDir, ephemeral: true, want, env, log: () => undefined });
}, 300_000);
afterAll(() => stack?.stop());

const numbered = (topic: string, count: number, keys = 7) =>
  Array.from({ length: count }, (_, n) => ({ topic, key: `case-${n % keys}`, value: String(n) }));

/** Values as they came, by key. */
function collect() {
  const byKey = new Map<string, number[]>();
  let count = 0;
  return {
    byKey,
    count: () => count,
    onBatch: async ({ messages }: Batch) => {
      for (const { key, value } of messages) {
        byKey.set(key, [...(byKey.get(key) ?? []), Number(value)]);
        count += 1;
      }
    },
  };
}

const kinds: [string, () => EventBus | undefined][] = [
  ['in-process', () => createMemoryBus({ logger: silent, backoff })],
  [
    'Kafka',
    () =>
      stack?.kafkaBrokers
        ? createKafkaBus({ brokers: stack.kafkaBrokers, clientId: 'test', logger: silent, backoff })
        : undefined,
  ],
];

describe.each(kinds)('the %s bus', (_name, create) => {
  let bus: EventBus;

  beforeAll(() => {
    const made = create();
    if (made) bus = made;
  });
  beforeEach(({ skip }) => skip(bus === undefined, 'no Java or Maven here'));
  afterAll(() => bus?.close());

  const newTopic = async (partitions = 3) => {
    const topic = unique('topic');
    await bus.ensureTopics([{ topic, partitions }]);
    return topic;
  };

  test('keeps the order of each key and shows every message once to every group', async () => {
    const topic = await newTopic();
    const seen = [collect(), collect()];
    for (const { onBatch } of seen) await bus.subscribe({ group: unique('group'), topics: [topic], onBatch });
    const sent = numbered(topic, 500);
    for (let n = 0; n < sent.length; n += 50) await bus.publish(sent.slice(n, n + 50));
    for (const { byKey, count } of seen) {
      expect(await waitUntil(() => count() >= 500, SOON)).toBe(true);
      expect(count()).toBe(500);
      expect(byKey.size).toBe(7);
      for (const values of byKey.values()) expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
  });

  test('gives a batch again from the same offset after the handler threw, while other partitions run on', async () => {
    const topic = await newTopic(2);
    const tries: { partition: number; first: string | undefined }[] = [];
    const seen = collect();
    let failures = 3;
    let badPartition: number | undefined;
    await bus.subscribe({
      group: unique('group'),
      topics: [topic],
      onBatch: async (batch) => {
        tries.push({ partition: batch.partition, first: batch.messages[0]?.offset });
        badPartition ??= batch.partition;
        if (batch.partition === badPartition && failures-- > 0) throw new TransientError('database away');
        await seen.onBatch(batch);
      },
    });
    await bus.publish(numbered(topic, 40, 10));
    expect(await waitUntil(() => seen.count() >= 40, SOON)).toBe(true);
    expect(seen.count()).toBe(40);
    const bad = tries.filter(({ partition }) => partition === badPartition);
    expect(bad.slice(0, 4).map(({ first }) => first)).toEqual(['0', '0', '0', '0']);
    for (const values of seen.byKey.values()) expect(values).toEqual(values.toSorted((a, b) => a - b));
  });

  test('an unexpected error is retried like a transient one and skips nothing', async () => {
    const topic = await newTopic(1);
    const seen = collect();
    let failures = 2;
    await bus.subscribe({
      group: unique('group'),
      topics: [topic],
      onBatch: async (batch) => {
        if (failures-- > 0) throw new RangeError('a bug');
        await seen.onBatch(batch);
      },
    });
    await bus.publish(numbered(topic, 10));
    expect(await waitUntil(() => seen.count() >= 10, SOON)).toBe(true);
    expect(seen.count()).toBe(10);
  });

  test('a consumer that comes back goes on after the committed offset; lag tells what it missed', async () => {
    const topic = await newTopic();
    const group = unique('group');
    const first = collect();
    const subscription = await bus.subscribe({ group, topics: [topic], onBatch: first.onBatch });
    await bus.publish(numbered(topic, 30));
    expect(await waitUntil(async () => first.count() === 30 && (await bus.lag(group)) === 0, SOON)).toBe(
      true,
    );
    await subscription.stop();
    await bus.publish(numbered(topic, 12));
    expect(await bus.lag(group)).toBe(12);
    expect(first.count()).toBe(30);

    const second = collect();
    await bus.subscribe({ group, topics: [topic], onBatch: second.onBatch });
    expect(await waitUntil(async () => (await bus.lag(group)) === 0, SOON)).toBe(true);
    expect(second.count()).toBe(12);
  });

  test('the members of one group share the partitions', async () => {
    const topic = await newTopic(4);
    const group = unique('group');
    const seen = [collect(), collect()];
    for (const { onBatch } of seen) await bus.subscribe({ group, topics: [topic], onBatch });
    await bus.publish(numbered(topic, 200, 40));
    const total = () => seen.reduce((sum, { count }) => sum + count(), 0);
    expect(await waitUntil(async () => total() >= 200 && (await bus.lag(group)) === 0, SOON)).toBe(true);
    expect(total()).toBe(200);
    for (const { count } of seen) expect(count()).toBeGreaterThan(0);
  });

  test('refuses to publish to a topic that nobody made', async () => {
    await expect(bus.publish([{ topic: unique('missing'), key: 'a', value: '1' }])).rejects.toThrow();
  });
});
