import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { lockWithin } from './lock.ts';
import type { Log } from './types.ts';

const DOWNLOAD_DEADLINE_MS = 15 * 60_000;

/** `$FENGQIAO_CACHE`, else `fengqiao` in the user's cache folder. */
export function defaultCacheDir(env: NodeJS.ProcessEnv): string {
  const chosen = env['FENGQIAO_CACHE'];
  if (chosen) return resolve(chosen);
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'fengqiao');
}

/**
 * The folder `key` of the cache, made by `build` when it is not there yet. It is there whole or not
 * at all, and two processes that need it at once download it once.
 */
export async function cached(
  cacheDir: string,
  key: string,
  log: Log,
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const target = join(cacheDir, key);
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const lock = await lockWithin(
    join(cacheDir, 'locks', `${key.replaceAll('/', '-')}.db`),
    DOWNLOAD_DEADLINE_MS,
    () => log(`another process is downloading ${key}, waiting for it`),
  );
  if (lock === null) throw new Error(`gave up waiting for another process to download ${key}`);
  try {
    if (existsSync(target)) return target;
    await removeAbandoned(target);
    const unfinished = await mkdtemp(`${target}.tmp-`);
    try {
      await build(unfinished);
      await rename(unfinished, target);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
    return target;
  } finally {
    lock.release();
  }
}

// Left by a process that was killed while downloading; we hold the lock, so nobody is at work there.
async function removeAbandoned(target: string): Promise<void> {
  const prefix = `${basename(target)}.tmp-`;
  for (const name of await readdir(dirname(target))) {
    if (name.startsWith(prefix)) await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}
