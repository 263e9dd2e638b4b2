/** One line of progress for a human; no trailing newline. */
export type Log = (line: string) => void;

export type ComponentName = 'postgres' | 'temporal' | 'kafka';

export interface StackOptions {
  /** Everything that must survive a restart. One stack at a time may use it. */
  dataDir: string;
  /** Downloads, shared by all projects and kept by `npm run reset`. Default: see `defaultCacheDir`. */
  cacheDir?: string;
  /** Where `DATABASE_URL`, `TEMPORAL_ADDRESS`, `KAFKA_BROKERS` and `PATH` are read. Default: `process.env`. */
  env?: NodeJS.ProcessEnv;
  log?: Log;
  /** What to start; a component that is not mentioned is started. */
  want?: { postgres?: boolean; temporal?: boolean; kafka?: boolean };
  /** For tests: random ports, no fsync, and the data directory is deleted by `stop`. */
  ephemeral?: boolean;
}

export interface Component {
  readonly name: ComponentName;
  /** `external` is somebody else's: used, never started or stopped. */
  readonly mode: 'embedded' | 'external' | 'in-process';
  readonly address: string;
  /** Version, log file, UI: what a person looks for when something is wrong. */
  readonly detail: string;
  /** Absent while it is not running. */
  readonly pid?: number | undefined;
  /** SIGKILL, for fault tests. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Same port, same data, also after `kill`. Resolves when it answers again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface Stack {
  /** Empty when PostgreSQL was not wanted. Carries the password: do not print it. */
  databaseUrl: string;
  /** Empty when Temporal was not wanted. */
  temporalAddress: string;
  /** `null`: no Kafka here, use the in-process bus. */
  kafkaBrokers: string[] | null;
  components: Component[];
  stop(): Promise<void>;
}
