import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  TransientError,
  type BusLogger,
  type DeliveredMessage,
  type EventBus,
  type SubscribeOptions,
  type Subscription,
} from '../../ports/event-bus.ts';
import { backoffOf, DEFAULT_BACKOFF, type Backoff } from './backoff.ts';

export interface MemoryBusOptions {
  logger: BusLogger;
  backoff?: Backoff;
  batchSize?: number;
  /** Handled messages a partition keeps for groups that come later. */
  keep?: number;
}

interface Partition {
  topic: string;
  index: number;
  /** Offset of `messages[0]`. */
  first: number;
  messages: DeliveredMessage[];
}

interface Member {
  group: Group;
  options: SubscribeOptions;
  stopping: AbortController;
  busy: Map<Partition, Promise<void>>;
}

interface Group {
  committed: Map<Partition, number>;
  members: Member[];
}

/**
 * The bus without Kafka, for one process. It forgets everything when the process ends, therefore `publish` counts a
 * message as acknowledged only when every group that reads its topic has committed it: until then the relay keeps the row.
 */
export function createMemoryBus(options: MemoryBusOptions): EventBus {
  const { logger, backoff = DEFAULT_BACKOFF, batchSize = 500, keep = 10_000 } = options;
  const topics = new Map<string, Partition[]>();
  const groups = new Map<string, Group>();
  const waiting = new Set<() => void>();
  let closed = false;

  const end = ({ first, messages }: Partition) => first + messages.length;
  const position = (group: Group, partition: Partition) => group.committed.get(partition) ?? partition.first;
  const reads = (member: Member, partition: Partition) => member.options.topics.includes(partition.topic);
  const tellWaiting = () => {
    for (const look of [...waiting]) look();
  };

  /** Partition n of a topic belongs to member n modulo the number of members that read the topic. */
  const owner = (group: Group, partition: Partition): Member | undefined => {
    const readers = group.members.filter((member) => reads(member, partition));
    return readers[partition.index % Math.max(readers.length, 1)];
  };
  const inWork = (group: Group, partition: Partition) =>
    group.members.some((member) => member.busy.has(partition));

  const dispatch = (group: Group): void => {
    for (const partition of [...topics.values()].flat()) {
      const member = owner(group, partition);
      if (!member || member.stopping.signal.aborted || inWork(group, partition)) continue;
      if (position(group, partition) >= end(partition)) continue;
      // Never in the caller's own stack: a publisher does not run handlers.
      const work = Promise.resolve()
        .then(() => consume(member, partition))
        .finally(() => {
          member.busy.delete(partition);
          if (!closed) dispatch(group);
        });
      member.busy.set(partition, work);
    }
  };

  /** Works on one partition until it is empty or belongs to somebody else. */
  const consume = async (member: Member, partition: Partition): Promise<void> => {
    const { group, stopping } = member;
    const { topic, index } = partition;
    for (let attempt = 0; !stopping.signal.aborted && owner(group, partition) === member;) {
      const from = position(group, partition);
      const messages = partition.messages.slice(from - partition.first, from - partition.first + batchSize);
      if (messages.length === 0) return;
      try {
        await member.options.onBatch({ topic, partition: index, messages }, { heartbeat: async () => {} });
      } catch (error) {
        attempt += 1;
        const details = { group: member.options.group, topic, partition: index, offset: from, attempt };
        const level = error instanceof TransientError ? 'warn' : 'error';
        logger[level]({ ...details, error }, 'batch failed, partition waits');
        const pause = { signal: stopping.signal };
        await sleep(backoffOf(attempt, backoff), undefined, pause).catch(() => undefined);
        continue;
      }
      attempt = 0;
      group.committed.set(partition, from + messages.length);
      forget(partition);
      tellWaiting();
    }
  };

  const forget = (partition: Partition): void => {
    const everywhere = Math.min(
      end(partition),
      ...[...groups.values()].map((group) => position(group, partition)),
    );
    const spare = Math.min(partition.messages.length - keep, everywhere - partition.first);
    // In large steps: cutting an array from the front costs its whole length.
    if (spare < keep) return;
    partition.messages.splice(0, spare);
    partition.first += spare;
  };

  const handled = (ends: Map<Partition, number>): boolean =>
    [...ends].every(([partition, target]) =>
      [...groups.values()].every(
        (group) => owner(group, partition) === undefined || position(group, partition) >= target,
      ),
    );

  return {
    publish(messages) {
      if (closed) return Promise.reject(new TransientError('the bus is closed'));
      const ends = new Map<Partition, number>();
      // A topic that is missing refuses all of them, before the first is stored.
      const targets = messages.map(({ topic, key, value }) => {
        const partitions = topics.get(topic);
        return { partition: partitions?.[hash(key) % partitions.length], key, value };
      });
      const missing = targets.findIndex(({ partition }) => !partition);
      if (missing >= 0) {
        return Promise.reject(new TransientError(`unknown topic ${messages[missing]?.topic}`));
      }
      for (const { partition, key, value } of targets) {
        if (!partition) continue;
        partition.messages.push({ key, value, offset: String(end(partition)) });
        ends.set(partition, end(partition));
      }
      for (const group of groups.values()) dispatch(group);
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!closed && !handled(ends)) return;
          waiting.delete(look);
          if (closed) reject(new TransientError('the bus was closed'));
          else resolve();
        };
        waiting.add(look);
        look();
      });
    },

    async subscribe(wanted) {
      const missing = wanted.topics.find((topic) => !topics.has(topic));
      if (missing !== undefined) throw new TransientError(`unknown topic ${missing}`);
      const group = groups.get(wanted.group) ?? { committed: new Map<Partition, number>(), members: [] };
      groups.set(wanted.group, group);
      const member: Member = {
        group,
        options: wanted,
        stopping: new AbortController(),
        busy: new Map<Partition, Promise<void>>(),
      };
      group.members.push(member);
      dispatch(group);
      const subscription: Subscription = {
        async stop() {
          member.stopping.abort();
          await Promise.all(member.busy.values());
          group.members = group.members.filter((one) => one !== member);
          dispatch(group);
          tellWaiting();
        },
      };
      return subscription;
    },

    async ensureTopics(list) {
      for (const { topic, partitions } of list) {
        if (topics.has(topic)) continue;
        const empty = (_: unknown, index: number): Partition => ({ topic, index, first: 0, messages: [] });
        topics.set(topic, Array.from({ length: partitions }, empty));
      }
    },

    async lag(name) {
      const group = groups.get(name);
      if (!group) return 0;
      let lag = 0;
      for (const partition of [...topics.values()].flat()) {
        if (!owner(group, partition) && !group.committed.has(partition)) continue;
        lag += end(partition) - position(group, partition);
      }
      return lag;
    },

    async close() {
      closed = true;
      tellWaiting();
      const members = [...groups.values()].flatMap((group) => group.members);
      for (const member of members) member.stopping.abort();
      await Promise.all(members.flatMap((member) => [...member.busy.values()]));
    },
  };
}

function hash(key: string): number {
  return createHash('sha1').update(key).digest().readUInt32BE(0);
}
