import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAddress } from '../../infra/local/external.ts';
import { isFree } from '../../infra/local/ports.ts';
import { childrenOf, identify, isRunning } from '../../infra/local/processes.ts';
import { startStack, type Component, type Stack } from '../../infra/local/stack.ts';
import { waitUntil } from '../../infra/local/wait.ts';

// Also long enough for the first download on a slow line.
const START_MS = 300_000;
const SOON = { deadline_ms: 15_000 };

// What the machine's environment may name is another stack: these tests are about our own.
const env = { ...process.env, DATABASE_URL: '', TEMPORAL_ADDRESS: '', KAFKA_BROKERS: '' };
const base = mkdtempSync(join(tmpdir(), 'fengqiao-stack-'));
const dataDir = join(base, 'data');

afterAll(() => rmSync(base, { recursive: true, force: true }));

async function query(stack: Stack, sql: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: stack.databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

async function temporalVersion(stack: Stack): Promise<string> {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    return (await connection.workflowService.getSystemInfo({})).serverVersion ?? '';
  } finally {
    await connection.close();
  }
}

function kafka(stack: Stack): Kafka {
  return new Kafka({ brokers: stack.kafkaBrokers ?? [], clientId: 'test', logLevel: logLevel.NOTHING });
}

async function createTopic(stack: Stack, topic: string): Promise<void> {
  const admin = kafka(stack).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
}

async function produce(stack: Stack, topic: string, value: string): Promise<void> {
  const producer = kafka(stack).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: [{ value }] });
  await producer.disconnect();
}

async function consume(stack: Stack, topic: string, count: number): Promise<string[]> {
  const consumer = kafka(stack).consumer({
    groupId: `group-${Math.random()}`,
    allowAutoTopicCreation: false,
  });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
  await waitUntil(() => values.length >= count, { deadline_ms: 30_000 });
  await consumer.disconnect();
  return values;
}

function find(stack: Stack, name: Component['name']): Component {
  const component = stack.components.find((candidate) => candidate.name === name);
  if (component === undefined) throw new Error(`${name} is not part of the stack`);
  return component;
}

/** Kills with SIGKILL, sees that it is dead, and starts it again at the same place. */
async function killAndRestart(component: Component): Promise<void> {
  const { address, pid } = component;
  await component.kill();
  expect(component.pid).toBeUndefined();
  expect(await isFree(parseAddress(address).port)).toBe(true);
  await component.restart();
  expect(component.address).toBe(address);
  expect(component.pid).not.toBe(pid);
}

describe.each(['first', 'second'])('the whole stack, %s time in the same folder', () => {
  const log: string[] = [];
  let stack: Stack;
  let childrenBefore: number[];

  beforeAll(async () => {
    childrenBefore = childrenOf(process.pid);
    stack = await startStack({ dataDir, env, ephemeral: true, log: (line) => log.push(line) });
  }, START_MS);

  // Also when a test fails half way; stopping twice is allowed.
  afterAll(() => stack?.stop(), 60_000);

  test('PostgreSQL answers, in UTF-8, and keeps what was committed before a kill', async () => {
    const [locale] = await query(
      stack,
      `SELECT current_database() AS name, pg_encoding_to_char(encoding) AS encoding, datlocprovider AS provider
       FROM pg_database WHERE datname = current_database()`,
    );
    expect(locale).toEqual({ name: 'fengqiao', encoding: 'UTF8', provider: 'b' });
    await query(stack, 'CREATE TABLE kept (note text)');
    await query(stack, 'INSERT INTO kept VALUES ($1)', ['枫桥经验']);
    await killAndRestart(find(stack, 'postgres'));
    expect(await query(stack, 'SELECT note FROM kept')).toEqual([{ note: '枫桥经验' }]);
  }, 60_000);

  test('PostgreSQL asks for the password', async () => {
    const wrong = new URL(stack.databaseUrl);
    wrong.password = 'wrong';
    const client = new pg.Client({ connectionString: wrong.href });
    await expect(client.connect()).rejects.toThrow('password authentication failed');
  });

  test('Temporal answers, also after a kill', async () => {
    expect(await temporalVersion(stack)).toMatch(/^\d+\.\d+/);
    await killAndRestart(find(stack, 'temporal'));
    expect(await temporalVersion(stack)).toMatch(/^\d+\.\d+/);
  }, 60_000);

  test('Kafka takes a message, keeps it over a kill and gives it back', async () => {
    if (stack.kafkaBrokers === null) {
      expect(log.join('\n')).toContain('NO KAFKA ON THIS MACHINE');
      return;
    }
    await createTopic(stack, 'round-trip');
    await produce(stack, 'round-trip', 'before');
    await killAndRestart(find(stack, 'kafka'));
    await produce(stack, 'round-trip', 'after');
    expect(await consume(stack, 'round-trip', 2)).toEqual(['before', 'after']);
  }, 120_000);

  test('a stack whose components come from the environment leaves them alone', async () => {
    const given = {
      ...env,
      DATABASE_URL: stack.databaseUrl,
      TEMPORAL_ADDRESS: stack.temporalAddress,
      KAFKA_BROKERS: stack.kafkaBrokers?.join(',') ?? '',
    };
    const want = { kafka: stack.kafkaBrokers !== null };
    const other = await startStack({ dataDir: join(base, 'other'), env: given, want, log: () => undefined });
    expect(new Set(other.components.map(({ mode }) => mode))).toEqual(new Set(['external']));
    await other.stop();
    expect(await query(stack, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  }, 30_000);

  test('after stop no process, no port and no data are left', async () => {
    const { components } = stack;
    const processes = components.flatMap(({ pid }) => (pid === undefined ? [] : [identify(pid)]));
    expect(processes.length).toBe(stack.kafkaBrokers === null ? 2 : 3);
    await stack.stop();
    expect(processes.filter((process_) => process_ !== null && isRunning(process_))).toEqual([]);
    for (const { mode, address } of components) {
      if (mode === 'embedded') expect(await isFree(parseAddress(address).port)).toBe(true);
    }
    expect(existsSync(dataDir)).toBe(false);
    const noneLeft = () =>
      childrenOf(process.pid).every((pid) => childrenBefore.includes(pid) || identify(pid) === null);
    expect(await waitUntil(noneLeft, SOON)).toBe(true);
  }, 60_000);
});

test(
  'a stack whose starter is killed goes too, and so do its test data',
  async () => {
    const orphaned = join(base, 'orphaned');
    const stackUrl = new URL('../../infra/local/stack.ts', import.meta.url).href;
    const script = `const { startStack } = await import(${JSON.stringify(stackUrl)});
    await startStack({ dataDir: ${JSON.stringify(orphaned)}, ephemeral: true, want: { kafka: false }, log: () => {} });
    process.stdout.write('ready'); setInterval(() => {}, 1e6);`;
    const args = ['--disable-warning=TimeoutNegativeWarning', '--input-type=module', '-e', script];
    const starter = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve, reject) => {
      starter.stdout.once('data', resolve);
      starter.once('exit', (code) => reject(new Error(`the starter ended with ${code}`)));
    });
    const run = join(orphaned, 'run');
    const pids = readdirSync(run).map(
      (name) => JSON.parse(readFileSync(join(run, name), 'utf8')) as { pid: number },
    );
    expect(pids.length).toBe(2);
    starter.kill('SIGKILL');
    expect(await waitUntil(() => pids.every(({ pid }) => identify(pid) === null), SOON)).toBe(true);
    expect(await waitUntil(() => !existsSync(orphaned), SOON)).toBe(true);
  },
  START_MS,
);
