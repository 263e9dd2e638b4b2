import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { removePidFile, writePidFile } from './pid-files.ts';
import { childrenOf, endProcess, identify, isRunning, killNow, type ProcessIdentity } from './processes.ts';
import type { Component, ComponentName, Log } from './types.ts';
import { elapsed, messageOf, poll, waitUntil } from './wait.ts';

export interface Launch {
  command: string;
  args: string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
}

export interface ServiceSpec {
  name: ComponentName;
  dataDir: string;
  log: Log;
  address: string;
  /** Asked again at each read: the version may be known only after the start. */
  detail: () => string;
  launch: () => Launch;
  /** A real answer in the service's own protocol. Throwing means "not yet". */
  ready: () => Promise<void>;
  ready_ms: number;
  stopSignal: NodeJS.Signals;
  stop_ms: number;
  /** A death at the start with this in the log passes by itself: try again until `ready_ms`. */
  retryOn?: RegExp;
}

const LOG_BYTES_MAX = 5 * 1024 * 1024;
const TAIL_LINES = 15;
const REAPED_MS = 5_000;

interface Child {
  identity: ProcessIdentity;
  ended: string | null;
  /** Its end would be news: it had become ready and nobody asked it to end. */
  watched: boolean;
}

/** Where a component writes its own log. */
export function logFile(dataDir: string, name: ComponentName): string {
  return join(dataDir, 'logs', `${name}.log`);
}

/** Starts a program as a component: own process group, log and pid file, ready when it answers. */
export async function startService(spec: ServiceSpec): Promise<Component> {
  let child = await start(spec);
  const kill = async () => {
    child.watched = false;
    // Its helpers too: PostgreSQL's have process groups of their own and would outlive it for a moment.
    const all = childrenOf(child.identity.pid).map(identify);
    await killNow(child.identity);
    await Promise.all(all.filter((helper) => helper !== null).map((helper) => killNow(helper)));
    await reaped(child);
    removePidFile(spec.dataDir, spec.name);
  };
  const stop = async () => {
    child.watched = false;
    if (isRunning(child.identity) && !(await endProcess(child.identity, spec.stopSignal, spec.stop_ms))) {
      spec.log(`${spec.name}: did not stop within ${spec.stop_ms / 1000} s, killed`);
    }
    await reaped(child);
    removePidFile(spec.dataDir, spec.name);
  };
  return {
    name: spec.name,
    mode: 'embedded',
    address: spec.address,
    get detail() {
      return spec.detail();
    },
    get pid() {
      return isRunning(child.identity) ? child.identity.pid : undefined;
    },
    kill,
    stop,
    restart: async () => {
      await stop();
      child = await start(spec);
    },
  };
}

async function start(spec: ServiceSpec): Promise<Child> {
  const begin = performance.now();
  const file = logFile(spec.dataDir, spec.name);
  const left_ms = () => spec.ready_ms - (performance.now() - begin);
  spec.log(`${spec.name}: starting at ${spec.address}`);
  for (;;) {
    rotate(file);
    const logStart = existsSync(file) ? statSync(file).size : 0;
    const child = launch(spec, file);
    let lastError = 'no answer yet';
    const ready = await poll(
      async () => {
        if (child.ended !== null) return false;
        try {
          await spec.ready();
          return true;
        } catch (error) {
          lastError = messageOf(error);
          return undefined;
        }
      },
      { deadline_ms: left_ms() },
    );
    if (ready === true) {
      child.watched = true;
      spec.log(`${spec.name}: ready in ${elapsed(begin)} (${spec.detail()})`);
      return child;
    }
    const tail = logTail(file, logStart);
    const why = child.ended ?? `gave no answer within ${spec.ready_ms / 1000} s (${lastError})`;
    await killNow(child.identity);
    await reaped(child);
    removePidFile(spec.dataDir, spec.name);
    if (spec.retryOn?.test(tail) && left_ms() > 0) {
      await poll(() => undefined, { deadline_ms: 200 });
      continue;
    }
    throw new Error(`${spec.name} did not start: it ${why}. The end of ${file}:\n${tail || '(empty)'}`);
  }
}

function launch(spec: ServiceSpec, file: string): Child {
  const { command, args, ...options } = spec.launch();
  const output = openSync(file, 'a');
  // Detached, so that a Ctrl-C in the terminal reaches the application only and it can drain first.
  const spawned = spawn(command, args, { ...options, detached: true, stdio: ['ignore', output, output] });
  closeSync(output);
  // Without a listener a missing binary would be an uncaught exception; `exit` is not emitted then.
  spawned.once('error', (error) => (child.ended = `could not be run: ${error.message}`));
  const identity =
    spawned.pid === undefined ? null : (writePidFile(spec.dataDir, spec.name, spawned.pid) ?? null);
  const child: Child = { identity: identity ?? { pid: 0, startedAt: 'never' }, ended: null, watched: false };
  spawned.once('exit', (code, signal) => {
    child.ended = `ended with ${signal ?? `exit code ${code}`}`;
    if (!child.watched) return;
    spec.log(`${spec.name}: ENDED BY ITSELF (${signal ?? `exit code ${code}`}), see ${file}`);
  });
  spawned.unref();
  return child;
}

/**
 * Dead is not yet gone: until Node has read its exit status the number stands for a zombie, which PostgreSQL takes for a
 * running server ("lock file postmaster.pid already exists").
 */
async function reaped(child: Child): Promise<void> {
  await waitUntil(() => child.ended !== null, { deadline_ms: REAPED_MS, interval_ms: 5 });
}

function rotate(file: string): void {
  mkdirSync(join(file, '..'), { recursive: true });
  if (existsSync(file) && statSync(file).size > LOG_BYTES_MAX) renameSync(file, `${file}.1`);
}

function logTail(file: string, from: number): string {
  if (!existsSync(file)) return '';
  const lines = readFileSync(file).subarray(from).toString('utf8').trimEnd().split('\n');
  return lines.slice(-TAIL_LINES).join('\n');
}
