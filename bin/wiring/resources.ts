import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type pg from 'pg';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import type { Config } from '../../infra/config.ts';
import { createFieldCipher, type FieldCipher } from '../../infra/crypto/field-cipher.ts';
import { loadMediatorLoad } from '../../infra/consumers/store.ts';
import { cached } from '../../infra/db/cached.ts';
import { createCurrentDirectory, type CurrentDirectory } from '../../infra/db/directory.ts';
import { createPool } from '../../infra/db/pool.ts';
import { createRules, type Rules } from '../../infra/db/rules.ts';
import { createKafkaBus } from '../../infra/kafka/kafka-bus.ts';
import { createMemoryBus } from '../../infra/kafka/memory-bus.ts';
import { dataConverterOf } from '../../infra/temporal/codec.ts';
import { createCaseStarter, type CaseStarter } from '../../infra/temporal/dispatch.ts';
import type { EventBus } from '../../ports/event-bus.ts';

/** A proposal of mediators may be so old: a person decides anyway. */
const LOAD_FRESH_MS = 2_000;

/** What every part of a process shares. */
export interface Resources {
  config: Config;
  logger: Logger;
  pool: pg.Pool;
  rules: Rules;
  directory: CurrentDirectory;
  cipher: FieldCipher;
  mediatorLoad: () => Promise<ReadonlyMap<string, number>>;
  temporal: Client;
  /** Encrypts what passes through Temporal; for whoever makes a worker. */
  dataConverter: DataConverter;
  starter: CaseStarter;
  bus: EventBus;
  metrics: Registry;
  close(): Promise<void>;
}

/**
 * Opens pool, Temporal client and bus. None of them waits: each connects at first use and again after a failure, so that
 * a process starts, and takes in reports, while Temporal or Kafka is away.
 */
export function openResources(config: Config, logger: Logger, name: string): Resources {
  const pool = createPool(config.databaseUrl, {
    max: config.dbPoolMax,
    onIdleError: (error) => logger.warn({ error }, 'a database connection was lost'),
  });
  const connection = Connection.lazy({ address: config.temporalAddress });
  const dataConverter = dataConverterOf(config.payloadKeys);
  const { temporalNamespace: namespace, hashKey, fieldSuite: suite } = config;
  const temporal = new Client({ connection, namespace, identity: name, dataConverter });
  const bus =
    config.kafkaBrokers === null
      ? createMemoryBus({ logger })
      : createKafkaBus({ brokers: config.kafkaBrokers, clientId: `fengqiao-${name}`, logger });
  return {
    ...{ config, logger, pool, temporal, dataConverter, bus },
    rules: createRules(pool),
    directory: createCurrentDirectory(pool),
    cipher: createFieldCipher(config.fieldKeys, { suite, hashKey }),
    mediatorLoad: cached(LOAD_FRESH_MS, () => loadMediatorLoad(pool)),
    starter: createCaseStarter(temporal, logger),
    metrics: new Registry(),
    async close() {
      await Promise.allSettled([bus.close(), connection.close()]);
      await pool.end();
    },
  };
}
