import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lockWithin, tryLock, type Lock } from './lock.ts';
import { identify, isRunning, type ProcessIdentity } from './processes.ts';
import { elsewhereRoot } from './postgres-place.ts';
import type { Log, Stack } from './types.ts';

const MARKER = 'FENGQIAO_DATA';
const MARKER_TEXT = 'Data of the local stack (infra/local). `npm run reset` empties this folder.\n';

// By its name ours, whatever other parts of the project have put into it before the first start.
const PROJECT_DATA = join(import.meta.dirname, '..', '..', '.data');

// A guardian or an interrupted start may still be cleaning up; each step of that has shorter deadlines.
const CLEANUP_DEADLINE_MS = 30_000;

/** The data directory is in use, or is not one. The message is for the person at the terminal. */
export class DataDirError extends Error {
  override name = 'DataDirError';
}

/** What a running stack tells other programs of the same machine. */
export interface RunningStack {
  owner: ProcessIdentity;
  since: string;
  /** Absent while it starts. */
  addresses?: Pick<Stack, 'databaseUrl' | 'temporalAddress' | 'kafkaBrokers'>;
}

/** `$FENGQIAO_DATA`, else `.data` in the project. */
export function defaultDataDir(env: NodeJS.ProcessEnv): string {
  return resolve(env['FENGQIAO_DATA'] || PROJECT_DATA);
}

/** Opens a data directory for one stack. Refuses a folder with other things in it: it may be emptied later. */
export async function openDataDir(path: string, log: Log): Promise<Lock> {
  const dataDir = resolve(path);
  mkdirSync(dataDir, { recursive: true });
  if (!isDataDir(dataDir)) {
    if (dataDir !== PROJECT_DATA && readdirSync(dataDir).some((name) => name !== 'lock.db')) {
      throw new DataDirError(`${dataDir} contains other files and is no data directory of the local stack`);
    }
    writeFileSync(join(dataDir, MARKER), MARKER_TEXT);
  }
  const lock = await takeLock(dataDir, log);
  const owner = identify(process.pid);
  if (owner === null) throw new Error('this process cannot find itself in the process table');
  writeRunningStack(dataDir, { owner, since: new Date().toISOString() });
  return lock;
}

async function takeLock(dataDir: string, log: Log): Promise<Lock> {
  const file = join(dataDir, 'lock.db');
  const lock = tryLock(file);
  if (lock !== null) return lock;
  const running = runningStack(dataDir);
  if (running === null) {
    const later = await lockWithin(file, CLEANUP_DEADLINE_MS, () =>
      log(`waiting for another process to finish cleaning up ${dataDir}`),
    );
    if (later !== null) return later;
  }
  const who = running === null ? '' : ` (pid ${running.owner.pid}, since ${running.since})`;
  throw new DataDirError(
    `another stack is running with the data directory ${dataDir}${who}. Stop it first, or use another data directory.`,
  );
}

/** The stack that runs with this data directory now, for tools that want to talk to it; else `null`. */
export function runningStack(dataDir: string): RunningStack | null {
  try {
    const running = JSON.parse(readFileSync(join(dataDir, 'stack.json'), 'utf8')) as RunningStack;
    return isRunning(running.owner) ? running : null;
  } catch {
    return null;
  }
}

/** Tells other programs where the stack listens. Readable for this user only: it carries the password. */
export function writeRunningStack(dataDir: string, running: RunningStack): void {
  writeFileSync(join(dataDir, 'stack.json'), JSON.stringify(running, null, 2), { mode: 0o600 });
}

/** Forgets the running stack; the last step before the lock is released. */
export function removeRunningStack(dataDir: string): void {
  rmSync(join(dataDir, 'stack.json'), { force: true });
}

/** Whether this folder was made by `openDataDir`. */
export function isDataDir(dataDir: string): boolean {
  return existsSync(join(dataDir, MARKER));
}

/** Removes everything the stack stored, also what PostgreSQL had to keep elsewhere. Only with the lock held. */
export function emptyDataDir(dataDir: string): void {
  if (!isDataDir(dataDir)) throw new DataDirError(`${dataDir} is no data directory of the local stack`);
  const elsewhere = elsewhereRoot(dataDir);
  if (elsewhere !== null) rmSync(elsewhere, { recursive: true, force: true });
  for (const name of readdirSync(dataDir)) {
    // The marker goes last with the folder, the lock stays ours until it is closed.
    if (name !== MARKER && name !== 'lock.db') rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}

/** `emptyDataDir` and the folder itself. */
export function removeDataDir(dataDir: string): void {
  emptyDataDir(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
}
