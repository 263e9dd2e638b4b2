import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, identify, isRunning, type ProcessIdentity } from './processes.ts';
import type { Log } from './types.ts';

const END_GRACE_MS = 5000;

function folder(dataDir: string): string {
  return join(dataDir, 'run');
}

/** Notes which process serves `name`, so that the next start can find it if we die first. */
export function writePidFile(dataDir: string, name: string, pid: number): ProcessIdentity | null {
  const identity = identify(pid);
  if (identity === null) return null;
  mkdirSync(folder(dataDir), { recursive: true });
  writeFileSync(join(folder(dataDir), `${name}.pid`), JSON.stringify(identity));
  return identity;
}

/** Forgets the process of `name`. */
export function removePidFile(dataDir: string, name: string): void {
  rmSync(join(folder(dataDir), `${name}.pid`), { force: true });
}

/** The noted processes of a data directory that still run. A reused pid is not one of them. */
export function leftovers(dataDir: string): { name: string; process: ProcessIdentity }[] {
  if (!existsSync(folder(dataDir))) return [];
  return readdirSync(folder(dataDir))
    .filter((file) => file.endsWith('.pid'))
    .flatMap((file) => {
      const identity = parse(readFileSync(join(folder(dataDir), file), 'utf8'));
      const ours = identity !== null && isRunning(identity);
      return ours ? [{ name: file.slice(0, -'.pid'.length), process: identity }] : [];
    });
}

/** Ends what a killed parent left behind. Only for the holder of the data directory's lock. */
export async function endLeftovers(dataDir: string, log: Log): Promise<void> {
  await Promise.all(
    leftovers(dataDir).map(async ({ name, process }) => {
      log(`${name}: still running (pid ${process.pid}) from a start that was killed, ending it`);
      // PostgreSQL takes SIGINT for a fast shutdown but waits for its clients after SIGTERM.
      await endProcess(process, name === 'postgres' ? 'SIGINT' : 'SIGTERM', END_GRACE_MS);
    }),
  );
  rmSync(folder(dataDir), { recursive: true, force: true });
}

function parse(text: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value))
      return null;
    const { pid, startedAt } = value;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : null;
  } catch {
    // Half written by a process that died: nothing was promised yet.
    return null;
  }
}
