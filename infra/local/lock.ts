import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { poll } from './wait.ts';

export interface Lock {
  release(): void;
}

/**
 * Takes a lock between processes; `null` when somebody holds it.
 *
 * SQLite, because Node has no flock and the kernel drops this lock with its holder: a lock file with a
 * pid in it needs rules for stale ones, and two processes that both find it stale can both win.
 * Nobody may open `file` by other means: closing such a handle would drop the lock (POSIX).
 */
export function tryLock(file: string): Lock | null {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
  return {
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}

/** Takes the lock, waiting for it up to the deadline. `onWait` is called once when it has to wait. */
export async function lockWithin(
  file: string,
  deadline_ms: number,
  onWait?: () => void,
): Promise<Lock | null> {
  const first = tryLock(file);
  if (first !== null) return first;
  onWait?.();
  const lock = await poll(() => tryLock(file) ?? undefined, { deadline_ms, interval_ms: 100 });
  return lock ?? null;
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
