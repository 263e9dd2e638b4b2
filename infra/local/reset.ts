import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defaultDataDir, emptyDataDir, isDataDir, openDataDir } from './data-dir.ts';
import { endLeftovers } from './pid-files.ts';
import type { Log } from './types.ts';
import { messageOf } from './wait.ts';

/** Empties a data directory; refuses while a stack runs with it. Downloads are elsewhere and stay. */
export async function resetDataDir(path: string, log: Log): Promise<void> {
  const dataDir = resolve(path);
  if (!existsSync(dataDir) || (!isDataDir(dataDir) && !existsSync(join(dataDir, 'lock.db')))) {
    log(`${dataDir} holds no data of the local stack: nothing to do`);
    return;
  }
  const lock = await openDataDir(dataDir, log);
  try {
    await endLeftovers(dataDir, log);
    emptyDataDir(dataDir);
  } finally {
    lock.release();
  }
  log(`${dataDir} is empty now; downloads were kept`);
}

if (import.meta.main) {
  const log = (line: string) => process.stdout.write(`${line}\n`);
  try {
    await resetDataDir(process.argv[2] ?? defaultDataDir(process.env), log);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
