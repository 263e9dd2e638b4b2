import { spawn } from 'node:child_process';
import { lockWithin } from './lock.ts';
import { join } from 'node:path';
import { endLeftovers } from './pid-files.ts';
import { isDataDir, removeDataDir, runningStack } from './data-dir.ts';
import type { Socket } from 'node:net';

const LOCK_DEADLINE_MS = 5000;

/**
 * Starts a process that outlives this one just long enough to end the components when this one dies
 * without doing so itself (SIGKILL, out of memory). Returns how to dismiss it.
 */
export function startGuardian(dataDir: string, ephemeral: boolean): () => void {
  // A shell waits for the end of our pipe, which costs 1 MB; only then Node comes in, for the same
  // code that the next start would run.
  const wait = 'cat >/dev/null; exec "$@"';
  const args = [import.meta.filename, dataDir, ephemeral ? 'ephemeral' : 'keep'];
  const guardian = spawn('/bin/sh', ['-c', wait, 'sh', process.execPath, ...args], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without it the next start cleans up: not worth failing for.
  guardian.on('error', () => undefined);
  guardian.unref();
  (guardian.stdin as Socket).unref();
  return () => {
    try {
      if (guardian.pid !== undefined) process.kill(-guardian.pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  };
}

async function cleanUpAfter(dataDir: string, ephemeral: boolean): Promise<void> {
  if (!isDataDir(dataDir)) return;
  // Not to be had: the next stack has already started and cleaned up itself.
  const lock = await lockWithin(join(dataDir, 'lock.db'), LOCK_DEADLINE_MS);
  if (lock === null || runningStack(dataDir) !== null) return;
  await endLeftovers(dataDir, () => undefined);
  if (ephemeral) removeDataDir(dataDir);
  lock.release();
}

if (import.meta.main) {
  const [dataDir, keep] = process.argv.slice(2);
  if (dataDir !== undefined) await cleanUpAfter(dataDir, keep === 'ephemeral');
}
