/** Every setting of every process, read once at start. `.env.example` and docker-compose.yml are held in step by a test. */

export interface Setting {
  /** What a person who sets it needs to know; printed into `.env.example`. */
  about: string;
  /** Used when the variable is absent or empty; undefined makes it required. */
  fallback?: string;
  secret?: true;
}

export const SETTINGS = {
  DATABASE_URL: { about: 'PostgreSQL 15 or newer; embedded locally when empty' },
  TEMPORAL_ADDRESS: { about: 'host:port of the Temporal frontend; embedded locally when empty' },
  TEMPORAL_NAMESPACE: { about: 'Temporal namespace', fallback: 'default' },
  KAFKA_BROKERS: { about: 'host:port, comma separated; embedded locally when empty', fallback: '' },
  KAFKA_PARTITIONS: { about: 'partitions of the topics, when they are made (1 to 200)', fallback: '6' },
  HOST: { about: 'address the API listens on', fallback: '127.0.0.1' },
  PORT: { about: 'port of the API; locally the next free one is taken when it is in use', fallback: '3000' },
  METRICS_PORT: { about: 'port for /healthz and /metrics of processes without an API', fallback: '9464' },
  LOG_LEVEL: { about: 'fatal, error, warn, info, debug, trace or silent', fallback: 'info' },
  SESSION_SECRET: { about: 'signs sessions: at least 32 characters, the same for every API', secret: true },
  SESSION_HOURS: { about: 'a session ends after so many hours (1 to 72)', fallback: '12' },
  FIELD_KEYS: {
    about: 'keys of the encrypted columns, "name:base64 of 32 bytes", comma separated; the first encrypts',
    secret: true,
  },
  DB_POOL_MAX: { about: 'connections of one process (2 to 200)', fallback: '40' },
  APPLY_CONCURRENCY: { about: 'cases one worker acts on at once; at most DB_POOL_MAX', fallback: '32' },
} as const satisfies Record<string, Setting>;

export interface Config {
  databaseUrl: string;
  temporalAddress: string;
  temporalNamespace: string;
  /** Null: no Kafka, the in-process bus. */
  kafkaBrokers: string[] | null;
  kafkaPartitions: number;
  host: string;
  port: number;
  metricsPort: number;
  logLevel: string;
  sessionSecret: string;
  sessionHours: number;
  fieldKeys: FieldKey[];
  dbPoolMax: number;
  applyConcurrency: number;
}

export interface FieldKey {
  name: string;
  key: Buffer;
}

/** Names every setting that is missing or wrong, never its value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Reads the settings. Throws `ConfigError` with one line for each fault. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const faults: string[] = [];
  const text = (name: keyof typeof SETTINGS): string => {
    const setting: Setting = SETTINGS[name];
    const value = env[name]?.trim() || setting.fallback;
    if (value === undefined) faults.push(`${name} is missing: ${setting.about}`);
    return value ?? '';
  };
  const whole = (name: keyof typeof SETTINGS, least: number, most: number): number => {
    const value = Number(text(name));
    if (!Number.isInteger(value) || value < least || value > most)
      faults.push(`${name} must be a whole number from ${least} to ${most}`);
    return value;
  };
  const brokers = text('KAFKA_BROKERS');
  const config: Config = {
    databaseUrl: text('DATABASE_URL'),
    temporalAddress: text('TEMPORAL_ADDRESS'),
    temporalNamespace: text('TEMPORAL_NAMESPACE'),
    kafkaBrokers: brokers === '' ? null : brokers.split(',').map((broker) => broker.trim()),
    kafkaPartitions: whole('KAFKA_PARTITIONS', 1, 200),
    host: text('HOST'),
    port: whole('PORT', 0, 65_535),
    metricsPort: whole('METRICS_PORT', 0, 65_535),
    logLevel: text('LOG_LEVEL'),
    sessionSecret: text('SESSION_SECRET'),
    sessionHours: whole('SESSION_HOURS', 1, 72),
    fieldKeys: fieldKeys(text('FIELD_KEYS'), faults),
    dbPoolMax: whole('DB_POOL_MAX', 2, 200),
    applyConcurrency: whole('APPLY_CONCURRENCY', 1, 200),
  };
  if (!LEVELS.includes(config.logLevel)) faults.push(`LOG_LEVEL must be one of ${LEVELS.join(', ')}`);
  if (config.sessionSecret !== '' && config.sessionSecret.length < 32)
    faults.push('SESSION_SECRET must have at least 32 characters');
  if (config.applyConcurrency > config.dbPoolMax)
    faults.push('APPLY_CONCURRENCY must not exceed DB_POOL_MAX: acts would wait for connections');
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return config;
}

function fieldKeys(text: string, faults: string[]): FieldKey[] {
  const keys = text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', base64 = ''] = part.trim().split(':');
      return { name, key: Buffer.from(base64, 'base64') };
    });
  if (keys.some(({ name, key }) => !/^[a-z0-9-]{1,20}$/.test(name) || key.length !== 32))
    faults.push('FIELD_KEYS must be "name:base64 of 32 bytes", comma separated; names a-z, 0-9 and -');
  if (new Set(keys.map(({ name }) => name)).size < keys.length) faults.push('FIELD_KEYS names a key twice');
  return keys;
}
