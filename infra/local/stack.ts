import { resolve } from 'node:path';
import { defaultCacheDir } from './cache.ts';
import { openDataDir, removeDataDir, removeRunningStack, writeRunningStack } from './data-dir.ts';
import { externalKafka, externalPostgres, externalTemporal, inProcessKafka } from './external.ts';
import { startGuardian } from './guardian.ts';
import { startKafka } from './kafka.ts';
import { endLeftovers } from './pid-files.ts';
import { startPostgres } from './postgres.ts';
import { identify } from './processes.ts';
import { startTemporal } from './temporal.ts';
import type { Component, Log, Stack, StackOptions } from './types.ts';
import { elapsed, messageOf } from './wait.ts';

export type { Component, Stack, StackOptions } from './types.ts';
export { DataDirError, defaultDataDir, runningStack } from './data-dir.ts';
export { stopOnExit } from './stop-on-exit.ts';
export { testServerPath } from './temporal.ts';

interface Context {
  dataDir: string;
  cacheDir: string;
  env: NodeJS.ProcessEnv;
  log: Log;
  ephemeral: boolean;
}

/**
 * Starts what the environment does not provide: PostgreSQL, Temporal and Kafka, at the same time.
 * Resolves when each answers in its own protocol; when one fails, the others are stopped again.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const env = options.env ?? process.env;
  const context: Context = {
    dataDir: resolve(options.dataDir),
    cacheDir: resolve(options.cacheDir ?? defaultCacheDir(env)),
    env,
    log: options.log ?? ((line) => process.stdout.write(`${line}\n`)),
    ephemeral: options.ephemeral ?? false,
  };
  const { dataDir, log } = context;
  const begin = performance.now();
  const lock = await openDataDir(dataDir, log);
  const dismissGuardian = startGuardian(dataDir, context.ephemeral);
  const close = () => {
    dismissGuardian();
    removeRunningStack(dataDir);
    if (context.ephemeral) removeDataDir(dataDir);
    lock.release();
  };
  try {
    await endLeftovers(dataDir, log);
    const parts = await startAll(context, options.want ?? {});
    log(`local stack ready in ${elapsed(begin)}`);
    const { databaseUrl, temporalAddress, kafkaBrokers } = parts;
    const owner = identify(process.pid);
    const addresses = { databaseUrl, temporalAddress, kafkaBrokers };
    if (owner !== null) writeRunningStack(dataDir, { owner, since: new Date().toISOString(), addresses });
    let stopping: Promise<void> | undefined;
    const stop = async () => {
      log('stopping the local stack');
      try {
        await stopAll(parts.components);
      } finally {
        close();
      }
    };
    return { ...parts, stop: () => (stopping ??= stop()) };
  } catch (error) {
    close();
    throw error;
  }
}

type Parts = Omit<Stack, 'stop'>;

/** One component and what it adds to the stack's addresses. */
type Started = { component: Component } & Partial<Omit<Parts, 'components'>>;

async function startAll(context: Context, want: NonNullable<StackOptions['want']>): Promise<Parts> {
  const wanted = [
    want.postgres === false ? [] : [postgres(context)],
    want.temporal === false ? [] : [temporal(context)],
    want.kafka === false ? [] : [kafka(context)],
  ].flat();
  const results = await Promise.allSettled(wanted);
  const started = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const errors = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  const components = started.map(({ component }) => component);
  if (errors.length > 0) {
    await stopAll(components);
    throw errors.length === 1 ? errors[0] : new AggregateError(errors, errors.map(messageOf).join('\n\n'));
  }
  const parts: Parts = { databaseUrl: '', temporalAddress: '', kafkaBrokers: null, components };
  for (const { component: _, ...addresses } of started) Object.assign(parts, addresses);
  return parts;
}

async function stopAll(components: Component[]): Promise<void> {
  const results = await Promise.allSettled(components.map((component) => component.stop()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

async function postgres({ env, ...context }: Context): Promise<Started> {
  const given = env['DATABASE_URL'];
  if (given) return { component: await externalPostgres(given, context.log), databaseUrl: given };
  const { component, url } = await startPostgres(context);
  return { component, databaseUrl: url };
}

async function temporal(context: Context): Promise<Started> {
  const given = context.env['TEMPORAL_ADDRESS'];
  if (given) return { component: await externalTemporal(given, context.log), temporalAddress: given };
  const { component, address } = await startTemporal(context);
  return { component, temporalAddress: address };
}

async function kafka(context: Context): Promise<Started> {
  const given = context.env['KAFKA_BROKERS'];
  if (given) {
    const brokers = given.split(',').map((broker) => broker.trim());
    return { component: await externalKafka(brokers, context.log), kafkaBrokers: brokers };
  }
  const result = await startKafka(context);
  if ('missing' in result)
    return { component: inProcessKafka(result.missing, context.log), kafkaBrokers: null };
  return { component: result.component, kafkaBrokers: result.brokers };
}
