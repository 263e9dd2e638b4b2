import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, Connection } from '@temporalio/client';
import type pg from 'pg';
import { newSecrets } from '../../bin/wiring/secrets.ts';
import { WITHOUT_LIMITS } from '../../bin/wiring/without-limits.ts';
import { logIn, type ApiSession } from '../../bin/wiring/api-client.ts';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import type { Policy } from '../../domain/policy.ts';
import { loadConfig } from '../../infra/config.ts';
import { migrate } from '../../infra/db/migrate.ts';
import { createPool } from '../../infra/db/pool.ts';
import { startStack, type Component, type Stack } from '../../infra/local/stack.ts';
import { DEMO_PASSWORD } from '../../infra/seed/demo-street.ts';
import { ensureRules, seedDemoStreet } from '../../infra/seed/seed.ts';
import { dataConverterOf } from '../../infra/temporal/codec.ts';
import { auditWhenDrained } from './auditor.ts';

export type PartName = 'api' | 'worker' | 'relay' | 'handlers';

/** One process of the engine. */
export interface Part {
  address: string;
  pid: number;
  /** SIGKILL: no chance to finish anything. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, as an operator would; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** The engine as it runs at a site, each part a process of its own, on a stack whose components can be killed too. */
export interface FaultBed {
  stack: Stack;
  dataDir: string;
  pool: pg.Pool;
  temporal: Client;
  brokers: string[];
  /** What every process is started with. */
  env: NodeJS.ProcessEnv;
  /** Starts a part; resolves when it says that it is ready. */
  start(part: PartName, env?: NodeJS.ProcessEnv): Promise<Part>;
  /** Runs a command line tool of `bin/` to its end; resolves with its exit code. */
  run(tool: string): Promise<number | null>;
  as(login: string): Promise<ApiSession>;
  component(name: Component['name']): Component;
  /** What contradicts what once nothing moves any more; empty when all is sound. */
  audit(): Promise<string[]>;
  stop(): Promise<void>;
}

const BIN = join(import.meta.dirname, '..', '..', 'bin');
const NODE_FLAGS = ['--disable-warning=TimeoutNegativeWarning'];
const READY_MS = 60_000;

export interface BedOptions {
  policy?: Policy;
  /** A Temporal server of somebody else. */
  temporalAddress?: string;
}

/** Starts the stack with the demo street and no part of the engine yet. */
export async function faultBed({ policy, temporalAddress }: BedOptions = {}): Promise<FaultBed> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fengqiao-faults-'));
  const given = { DATABASE_URL: '', KAFKA_BROKERS: '', TEMPORAL_ADDRESS: temporalAddress ?? '' };
  const stack = await startStack({
    ...{ dataDir, ephemeral: true, env: { ...process.env, ...given }, log: () => undefined },
  });
  await migrate(stack.databaseUrl);
  const pool = createPool(stack.databaseUrl, { max: 20, onIdleError: () => undefined });
  await ensureRules(pool, policy ?? { ...DEFAULT_POLICY, wakeJitterMs: 0 });
  await seedDemoStreet(pool);
  const connection = Connection.lazy({ address: stack.temporalAddress });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...{ DATABASE_URL: stack.databaseUrl, TEMPORAL_ADDRESS: stack.temporalAddress },
    ...{ KAFKA_BROKERS: stack.kafkaBrokers?.join(',') ?? '', KAFKA_PARTITIONS: '3' },
    ...{ PORT: '0', METRICS_PORT: '0', LOG_LEVEL: process.env['FAULTS_LOG'] ?? 'silent' },
    ...newSecrets(),
    ...WITHOUT_LIMITS,
    ...{ DB_POOL_MAX: '12', APPLY_CONCURRENCY: '8' },
  };
  const temporal = new Client({ connection, dataConverter: dataConverterOf(loadConfig(env).payloadKeys) });
  const children = new Set<ChildProcess>();
  // Also when a test ends this process early: nothing may be left behind.
  const killAll = (): void => children.forEach((child) => child.kill('SIGKILL'));
  process.once('exit', killAll);
  const sessions = new Map<string, Promise<ApiSession>>();
  let api = '';

  return {
    ...{ stack, dataDir, pool, temporal, env, brokers: stack.kafkaBrokers ?? [] },
    async start(name, extra = {}) {
      const part = await startPart(name, { ...env, ...extra }, children);
      if (name === 'api') {
        api = part.address;
        sessions.clear();
      }
      return part;
    },
    async run(tool) {
      const child = launch(tool, env, children);
      const [code] = (await once(child, 'exit')) as [number | null];
      children.delete(child);
      return code;
    },
    as(login) {
      const known = sessions.get(login) ?? logIn(api, login, DEMO_PASSWORD);
      sessions.set(login, known);
      return known;
    },
    component: (name) => stack.components.find((component) => component.name === name)!,
    audit: () => auditWhenDrained(pool, { temporal, deadline_ms: 60_000 }),
    async stop() {
      const ended = [...children].map((child) => once(child, 'exit'));
      killAll();
      await Promise.all(ended);
      process.off('exit', killAll);
      await Promise.allSettled([connection.close(), pool.end()]);
      await stack.stop();
    },
  };
}

function launch(name: string, env: NodeJS.ProcessEnv, children: Set<ChildProcess>): ChildProcess {
  const shown = process.env['FAULTS_LOG'] === undefined ? 'ignore' : 'inherit';
  const args = [...NODE_FLAGS, join(BIN, `${name}.ts`)];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', shown] });
  children.add(child);
  return child;
}

async function startPart(name: PartName, env: NodeJS.ProcessEnv, children: Set<ChildProcess>): Promise<Part> {
  const child = launch(name, env, children);
  const gone = once(child, 'exit').then(([code]) => {
    children.delete(child);
    return code as number | null;
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const late = setTimeout(() => reject(new Error(`${name} was not ready in time`)), READY_MS);
  void gone.then((code) => reject(new Error(`${name} ended with ${code} before it was ready`)));
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const [, address] = /^ready ?(.*)$/.exec(line) ?? [];
    if (address !== undefined) resolve(address);
    else if (process.env['FAULTS_LOG'] !== undefined) process.stderr.write(`${line}\n`);
  });
  try {
    return {
      ...{ address: await promise, pid: child.pid! },
      async kill() {
        child.kill('SIGKILL');
        await gone;
      },
      async stop() {
        child.kill('SIGTERM');
        return gone;
      },
    };
  } finally {
    clearTimeout(late);
  }
}
