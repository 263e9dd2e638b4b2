import { isIP } from 'node:net';
import { FIELD_SUITES, type FieldSuite } from '../ports/field-cipher.ts';
import { parseSealKey, type SealKey } from './audit/keys.ts';
import type { RingKey } from './crypto/field-cipher.ts';
import { oidcSettings, type OidcSettings } from './identity/oidc-settings.ts';
import { s3Settings, type S3Settings } from './storage/settings.ts';

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
  OIDC_ISSUER: {
    about: 'identity provider whose access tokens are accepted too: its https address; none when empty',
    fallback: '',
  },
  OIDC_AUDIENCE: { about: 'the audience its tokens must name', fallback: '' },
  OIDC_JWKS_URL: { about: 'where it publishes its keys; found by discovery when empty', fallback: '' },
  OIDC_SUBJECT_CLAIM: { about: "the claim that is the person's id here", fallback: 'sub' },
  OIDC_POSTS_CLAIM: { about: 'the claim that OIDC_POSTS maps', fallback: 'groups' },
  OIDC_POSTS: {
    about:
      'posts by value of that claim, as JSON: {"value": [{"role", "region", "bodyId"?}]}; the staff table when empty',
    fallback: '',
  },
  RATE_PER_MINUTE: { about: 'requests of one account or key (0: no limit)', fallback: '600' },
  ADDRESS_PER_MINUTE: { about: 'requests without a session of one address (0: no limit)', fallback: '120' },
  LOGINS_PER_MINUTE: { about: 'logins of one address (0: no limit)', fallback: '20' },
  PUBLIC_REPORTS_PER_HOUR: {
    about: 'reports without an account of one address (0: no limit)',
    fallback: '10',
  },
  TRUST_PROXY: {
    about:
      'proxies whose X-Forwarded headers are believed: addresses, networks (10.0.0.0/8) or loopback, linklocal, uniquelocal, comma separated',
    fallback: '',
  },
  CORS_ORIGINS: {
    about: 'origins of other web applications that may call the API, comma separated; none when empty',
    fallback: '',
  },
  FIELD_KEYS: {
    about: 'keys of the encrypted columns, "name:base64 of 32 bytes", comma separated; the first encrypts',
    secret: true,
  },
  FIELD_SUITE: {
    about: 'what encrypts and hashes fields: aes (AES-256-GCM, HMAC-SHA-256) or sm (SM4, HMAC-SM3)',
    fallback: 'aes',
  },
  HASH_KEY: {
    about:
      'base64 of 32 bytes: makes the hashes that phones and ID numbers are searched by; a new one needs npm run rotate-keys -- --hashes',
    secret: true,
  },
  PAYLOAD_KEYS: {
    about: 'keys of what passes through Temporal, written like FIELD_KEYS; the first encrypts',
    secret: true,
  },
  AUDIT_KEY: {
    about:
      'signs the seals of the audit log, for the relay only: an Ed25519 private key, its 32 bytes in base64 or PEM with \\n',
    fallback: '',
    secret: true,
  },
  STORAGE_DIR: {
    about: 'folder of attachments; with S3 only uploads under way lie there',
    fallback: '.data/files',
  },
  S3_ENDPOINT: { about: 'address of an S3-compatible storage for attachments', fallback: '' },
  S3_BUCKET: { about: 'its bucket, for this alone; attachments go to STORAGE_DIR when empty', fallback: '' },
  S3_REGION: { about: 'its region', fallback: 'us-east-1' },
  S3_ACCESS_KEY: { about: 'may put, get, delete and list objects of the bucket', fallback: '', secret: true },
  S3_SECRET_KEY: { about: 'of S3_ACCESS_KEY', fallback: '', secret: true },
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
  /** Null: no identity provider. */
  oidc: OidcSettings | null;
  ratePerMinute: number;
  addressPerMinute: number;
  loginsPerMinute: number;
  publicReportsPerHour: number;
  trustProxy: string[];
  corsOrigins: string[];
  fieldKeys: RingKey[];
  fieldSuite: FieldSuite;
  hashKey: Buffer;
  payloadKeys: RingKey[];
  /** Null where it is not given: only what seals the audit log needs it. */
  auditKey: SealKey | null;
  storageDir: string;
  /** Null: attachments are files in `storageDir`. */
  s3: S3Settings | null;
  dbPoolMax: number;
  applyConcurrency: number;
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
    oidc: oidcSettings(
      {
        ...{ issuer: text('OIDC_ISSUER'), audience: text('OIDC_AUDIENCE'), jwksUrl: text('OIDC_JWKS_URL') },
        ...{ subjectClaim: text('OIDC_SUBJECT_CLAIM'), postsClaim: text('OIDC_POSTS_CLAIM') },
        posts: text('OIDC_POSTS'),
      },
      faults,
    ),
    ratePerMinute: whole('RATE_PER_MINUTE', 0, 1_000_000),
    addressPerMinute: whole('ADDRESS_PER_MINUTE', 0, 1_000_000),
    loginsPerMinute: whole('LOGINS_PER_MINUTE', 0, 1_000_000),
    publicReportsPerHour: whole('PUBLIC_REPORTS_PER_HOUR', 0, 1_000_000),
    trustProxy: proxies(text('TRUST_PROXY'), faults),
    corsOrigins: origins(text('CORS_ORIGINS'), faults),
    fieldKeys: keyRing('FIELD_KEYS', text('FIELD_KEYS'), faults),
    fieldSuite: text('FIELD_SUITE') as FieldSuite,
    hashKey: Buffer.from(text('HASH_KEY'), 'base64'),
    payloadKeys: keyRing('PAYLOAD_KEYS', text('PAYLOAD_KEYS'), faults),
    auditKey: auditKey(text('AUDIT_KEY'), faults),
    storageDir: text('STORAGE_DIR'),
    s3: s3Settings(
      {
        ...{ endpoint: text('S3_ENDPOINT'), bucket: text('S3_BUCKET'), region: text('S3_REGION') },
        ...{ accessKey: text('S3_ACCESS_KEY'), secretKey: text('S3_SECRET_KEY') },
      },
      faults,
    ),
    dbPoolMax: whole('DB_POOL_MAX', 2, 200),
    applyConcurrency: whole('APPLY_CONCURRENCY', 1, 200),
  };
  if (!LEVELS.includes(config.logLevel)) faults.push(`LOG_LEVEL must be one of ${LEVELS.join(', ')}`);
  if (config.sessionSecret !== '' && config.sessionSecret.length < 32)
    faults.push('SESSION_SECRET must have at least 32 characters');
  if (!FIELD_SUITES.includes(config.fieldSuite))
    faults.push(`FIELD_SUITE must be one of ${FIELD_SUITES.join(', ')}`);
  if (config.hashKey.length !== KEY_BYTES && env['HASH_KEY'])
    faults.push('HASH_KEY must be base64 of 32 bytes');
  if (config.applyConcurrency > config.dbPoolMax)
    faults.push('APPLY_CONCURRENCY must not exceed DB_POOL_MAX: acts would wait for connections');
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return config;
}

const listed = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Who they are and not how many: a count would let anybody who reaches the API directly invent an address. */
function proxies(text: string, faults: string[]): string[] {
  const found = listed(text);
  const isNetwork = (part: string): boolean => {
    const [address = '', bits] = part.split('/');
    const most = isIP(address) === 6 ? 128 : 32;
    return isIP(address) !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
  };
  if (!found.every((part) => ['loopback', 'linklocal', 'uniquelocal'].includes(part) || isNetwork(part)))
    faults.push('TRUST_PROXY must be addresses or networks, comma separated');
  return found;
}

/** Exact ones: a pattern would let in what somebody else registers. */
function origins(text: string, faults: string[]): string[] {
  const found = listed(text);
  if (
    found.some(
      (origin) => !/^https?:/.test(origin) || !URL.canParse(origin) || new URL(origin).origin !== origin,
    )
  )
    faults.push('CORS_ORIGINS must be origins like https://cases.example.cn, comma separated');
  return found;
}

const KEY_BYTES = 32;

function keyRing(setting: string, text: string, faults: string[]): RingKey[] {
  const keys = text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', base64 = ''] = part.trim().split(':');
      return { name, key: Buffer.from(base64, 'base64') };
    });
  if (keys.some(({ name, key }) => !/^[a-z0-9-]{1,20}$/.test(name) || key.length !== KEY_BYTES))
    faults.push(`${setting} must be "name:base64 of 32 bytes", comma separated; names a-z, 0-9 and -`);
  if (new Set(keys.map(({ name }) => name)).size < keys.length) faults.push(`${setting} names a key twice`);
  return keys;
}

function auditKey(text: string, faults: string[]): SealKey | null {
  if (text === '') return null;
  try {
    return parseSealKey(text);
  } catch {
    faults.push('AUDIT_KEY must be an Ed25519 private key: base64 of 32 bytes, or PEM');
    return null;
  }
}
