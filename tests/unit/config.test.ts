import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../../infra/config.ts';

const KEY = `k1:${randomBytes(32).toString('base64')}`;
const GOOD = {
  ...{ DATABASE_URL: 'postgres://x', TEMPORAL_ADDRESS: 'localhost:1', KAFKA_BROKERS: 'a:1, b:2' },
  ...{ SESSION_SECRET: 's'.repeat(32), FIELD_KEYS: KEY },
  ...{ HASH_KEY: randomBytes(32).toString('base64'), PAYLOAD_KEYS: KEY },
};

const faultsOf = (env: Record<string, string>): string => {
  try {
    loadConfig({ ...GOOD, ...env });
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
};

describe('given settings', () => {
  test('that are sound, then they are read with their defaults', () => {
    expect(loadConfig(GOOD)).toMatchObject({
      ...{
        kafkaBrokers: ['a:1', 'b:2'],
        port: 3000,
        host: '127.0.0.1',
        logLevel: 'info',
        applyConcurrency: 32,
      },
    });
    expect(loadConfig({ ...GOOD, KAFKA_BROKERS: '' }).kafkaBrokers).toBeNull();
  });

  test('of which several are wrong, then every one is named, and no value', () => {
    const secret = 'only-29-characters-long-here!';
    const faults = faultsOf({ PORT: '99999', SESSION_SECRET: secret, LOG_LEVEL: 'loud', DATABASE_URL: '' });
    for (const name of ['PORT', 'SESSION_SECRET', 'LOG_LEVEL', 'DATABASE_URL'])
      expect(faults).toContain(name);
    expect(faults).not.toContain(secret);
  });

  test.each([
    ['a key that is too short', { FIELD_KEYS: 'k1:YWJj' }, 'FIELD_KEYS'],
    ['a key named twice', { FIELD_KEYS: `${KEY},${KEY}` }, 'FIELD_KEYS names a key twice'],
    ['more acts than connections', { DB_POOL_MAX: '10', APPLY_CONCURRENCY: '11' }, 'APPLY_CONCURRENCY'],
    ['a hash key that is too short', { HASH_KEY: 'YWJj' }, 'HASH_KEY'],
    ['an unknown suite', { FIELD_SUITE: 'des' }, 'FIELD_SUITE must be one of aes, sm'],
    ['payload keys of a wrong form', { PAYLOAD_KEYS: 'YWJj' }, 'PAYLOAD_KEYS'],
    ['no key at all', { FIELD_KEYS: ' ' }, 'FIELD_KEYS is missing'],
    ['an audit key that is none', { AUDIT_KEY: 'YWJj' }, 'AUDIT_KEY'],
    ['a session of no hours', { SESSION_HOURS: '0' }, 'SESSION_HOURS'],
  ])('with %s, then it says so', (_name, env, fault) => {
    expect(faultsOf(env as Record<string, string>)).toContain(fault);
  });
});
