/** What the relay publishes and the handlers read, whatever carries it: Kafka, or the in-process bus. */

export interface BusMessage {
  topic: string;
  /** Messages of one key keep their order. */
  key: string;
  value: string;
  headers?: Record<string, string>;
}

export interface DeliveredMessage {
  key: string;
  value: string;
  offset: string;
}

export interface Batch {
  topic: string;
  partition: number;
  messages: DeliveredMessage[];
}

export interface BatchControl {
  /** To be called during long work: a silent member loses its partitions after 30 s. */
  heartbeat: () => Promise<void>;
}

export interface SubscribeOptions {
  group: string;
  topics: string[];
  /**
   * The offset is committed after this resolves. A rejection never skips anything: the partition pauses, with
   * backoff, and delivery goes on from the same offset, while the other partitions run on.
   */
  onBatch: (batch: Batch, control: BatchControl) => Promise<void>;
}

export interface Subscription {
  /** Resolves when no batch is in work any more. */
  stop(): Promise<void>;
}

export interface TopicSpec {
  topic: string;
  partitions: number;
  /** How long messages are kept; the broker's own default otherwise. */
  retention_ms?: number;
}

export interface EventBus {
  /** Resolves when all are acknowledged; after a rejection any of them may have been delivered. */
  publish(messages: BusMessage[]): Promise<void>;
  /** A group without a committed offset begins at the oldest message. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Existing topics stay as they are. */
  ensureTopics(list: TopicSpec[]): Promise<void>;
  /** Messages that the group has not committed yet, over all topics it reads. */
  lag(group: string): Promise<number>;
  close(): Promise<void>;
}

/** The part of a pino logger that is used here. */
export interface BusLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Passes by itself (a connection, a lock, a restart): wait and try again, never dead-letter. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
}

/** Will fail again however often it is tried. `code` is what the dead-letter screen groups by. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
