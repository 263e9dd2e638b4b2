import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { waitUntil } from './wait.ts';

/**
 * A process that cannot be mistaken for another: numbers are reused after a crash or in a new
 * container, the moment of the start is not.
 */
export interface ProcessIdentity {
  pid: number;
  startedAt: string;
}

/** The identity of a live process; `null` when there is none (a zombie counts as gone). */
export function identify(pid: number): ProcessIdentity | null {
  const startedAt = process.platform === 'linux' ? linuxStart(pid) : psStart(pid);
  return startedAt === null ? null : { pid, startedAt };
}

function linuxStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may itself contain spaces and parentheses: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    const threads = Number(fields[17]);
    const start_ticks = fields[19];
    // The first thread is a zombie before the others are gone, and those still hold ports and files.
    if ((state === 'Z' && threads <= 1) || state === 'X' || start_ticks === undefined) return null;
    return `${bootId()}/${start_ticks}`;
  } catch {
    return null;
  }
}

// The ticks count from boot, so they repeat after a reboot.
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return 'unknown-boot';
  }
}

function psStart(pid: number): string | null {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env, encoding: 'utf8' });
    const [state = 'Z', ...start] = line.trim().split(/\s+/);
    return state.startsWith('Z') ? null : start.join(' ');
  } catch {
    return null;
  }
}

/** Whether exactly this process still runs. */
export function isRunning(process_: ProcessIdentity): boolean {
  return identify(process_.pid)?.startedAt === process_.startedAt;
}

/** Sends a signal to this process only; nothing happens when it is gone. */
export function signal(process_: ProcessIdentity, name: NodeJS.Signals): void {
  if (isRunning(process_)) killQuietly(process_.pid, name);
}

/** SIGKILL to the process and the group it leads. Resolves when it is gone. */
export async function killNow(process_: ProcessIdentity): Promise<void> {
  if (!isRunning(process_)) return;
  killQuietly(-process_.pid, 'SIGKILL');
  killQuietly(process_.pid, 'SIGKILL');
  const gone = await waitUntil(() => !isRunning(process_), { deadline_ms: 10_000, interval_ms: 10 });
  if (!gone) throw new Error(`process ${process_.pid} survived SIGKILL for 10 s`);
}

/** Asks with `name`, then insists with SIGKILL. Returns false when it had to insist. */
export async function endProcess(
  process_: ProcessIdentity,
  name: NodeJS.Signals,
  grace_ms: number,
): Promise<boolean> {
  signal(process_, name);
  const gone = await waitUntil(() => !isRunning(process_), { deadline_ms: grace_ms, interval_ms: 20 });
  if (!gone) await killNow(process_);
  return gone;
}

/** Pids of all processes whose parent is `pid` (Linux: from /proc, elsewhere: from ps). */
export function childrenOf(pid: number): number[] {
  return allParents()
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child);
}

function allParents(): [pid: number, parent: number][] {
  if (process.platform !== 'linux') {
    const table = execFileSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' });
    return table
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): [number, number][] => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
        return [[Number(name), Number(parent)]];
      } catch {
        return [];
      }
    });
}

function killQuietly(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Already gone, or not the leader of a group: both are what the caller wants or checks next.
  }
}
