import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { run } from './commands.ts';
import { kafkaTools, KAFKA_VERSION } from './kafka-files.ts';
import { releasePort, takePort } from './ports.ts';
import { logFile, startService } from './service.ts';
import type { Component, Log } from './types.ts';
import { elapsed } from './wait.ts';

const FORMAT_TIMEOUT_MS = 60_000;
const READY_MS = 60_000;
const STOP_MS = 20_000;
const JVM = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export interface KafkaOptions {
  dataDir: string;
  cacheDir: string;
  env: NodeJS.ProcessEnv;
  log: Log;
  ephemeral: boolean;
}

/** Starts one Kafka node on 127.0.0.1, or says what this machine lacks for it. */
export async function startKafka(
  options: KafkaOptions,
): Promise<{ component: Component; brokers: string[] } | { missing: string }> {
  const { dataDir, cacheDir, env, log, ephemeral } = options;
  const tools = await kafkaTools(cacheDir, env, log);
  if ('missing' in tools) return tools;
  const folder = join(dataDir, 'kafka');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const port = await takePort('kafka', { random: ephemeral });
  const controllerPort = await takePort('kafkaController', { random: ephemeral });
  const address = `127.0.0.1:${port}`;
  const config = join(folder, 'server.properties');
  const logging = join(folder, 'log4j2.properties');
  writeFileSync(config, serverProperties(folder, port, controllerPort));
  writeFileSync(logging, logProperties);
  const java = (heap: string[], main: string, args: string[]) => [
    ...heap,
    `-Dlog4j2.configurationFile=${logging}`,
    ...['-cp', `${tools.jars}/*`, main, ...args],
  ];
  try {
    await format(
      folder,
      (args) =>
        run(tools.java, java(['-Xmx128m', ...JVM.slice(1)], 'kafka.tools.StorageTool', args), {
          timeout_ms: FORMAT_TIMEOUT_MS,
          env,
        }),
      config,
      log,
    );
    const component = await startService({
      name: 'kafka',
      dataDir,
      log,
      address,
      detail: () => `Kafka ${KAFKA_VERSION}, log ${logFile(dataDir, 'kafka')}`,
      launch: () => ({ command: tools.java, args: java(JVM, 'kafka.Kafka', [config]), cwd: folder, env }),
      ready: () => describeCluster(address),
      ready_ms: READY_MS,
      stopSignal: ephemeral ? 'SIGKILL' : 'SIGTERM',
      stop_ms: STOP_MS,
    });
    return { component, brokers: [address] };
  } catch (error) {
    releasePort(port);
    releasePort(controllerPort);
    throw error;
  }
}

async function format(
  folder: string,
  storageTool: (args: string[]) => Promise<string>,
  config: string,
  log: Log,
): Promise<void> {
  const formatted = join(folder, 'formatted');
  if (existsSync(formatted)) return;
  const start = performance.now();
  log('kafka: formatting its storage');
  // Left by a start that was interrupted here; nothing can have been stored yet.
  await rm(join(folder, 'data'), { recursive: true, force: true });
  const clusterId = newClusterId();
  await storageTool(['format', '--cluster-id', clusterId, '--config', config]);
  writeFileSync(formatted, `${clusterId}\n`);
  log(`kafka: storage formatted in ${elapsed(start)}`);
}

/** An id as Kafka makes them itself: one that begins with a dash would be taken for an option of its tools. */
export function newClusterId(draw: () => Buffer = () => randomBytes(16)): string {
  for (;;) {
    const id = draw().toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

async function describeCluster(address: string): Promise<void> {
  const kafka = new Kafka({
    clientId: 'local-stack',
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 5000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    if (brokers.length === 0) throw new Error('no broker has registered yet');
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

// The session timeout is what a restart after a kill waits for (9 s by default): until then the node counts as a
// second one with the same id. Fixed voters rather than a dynamic quorum: the latter stores the controller's port, which may differ next time.
function serverProperties(folder: string, port: number, controllerPort: number): string {
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=BROKER://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=BROKER://127.0.0.1:${port}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs=${join(folder, 'data')}
auto.create.topics.enable=false
num.partitions=6
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.cleaner.dedupe.buffer.size=16777216
num.network.threads=2
num.io.threads=4
`;
}

// To standard output, which the stack sends to the log file that all components have.
const logProperties = `status=warn
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %c{1}: %m%n
rootLogger.level=info
rootLogger.appenderRef.out.ref=out
logger.quiet.name=org.apache.kafka.common.config.AbstractConfig
logger.quiet.level=warn
`;
