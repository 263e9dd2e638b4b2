import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cached } from '../../infra/local/cache.ts';
import { DataDirError, openDataDir, runningStack } from '../../infra/local/data-dir.ts';
import { tryLock } from '../../infra/local/lock.ts';
import { resetDataDir } from '../../infra/local/reset.ts';

const quiet = () => undefined;
let base: string;
let dataDir: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'fengqiao-data-'));
  dataDir = join(base, 'data');
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

test('a second stack in the same data directory is refused and told who has it', async () => {
  const lock = await openDataDir(dataDir, quiet);
  await expect(openDataDir(dataDir, quiet)).rejects.toThrow(`(pid ${process.pid}, since `);
  expect(runningStack(dataDir)?.owner.pid).toBe(process.pid);
  lock.release();
  (await openDataDir(dataDir, quiet)).release();
});

test('a folder with other things in it is refused, since it may be emptied later', async () => {
  writeFileSync(join(base, 'thesis.doc'), 'years of work');
  await expect(openDataDir(base, quiet)).rejects.toThrow(DataDirError);
  await resetDataDir(base, quiet);
  expect(readdirSync(base)).toEqual(['thesis.doc']);
});

test('reset empties the data directory, and refuses while a stack runs', async () => {
  const lock = await openDataDir(dataDir, quiet);
  writeFileSync(join(dataDir, 'something'), 'stored');
  await expect(resetDataDir(dataDir, quiet)).rejects.toThrow('another stack is running');
  expect(existsSync(join(dataDir, 'something'))).toBe(true);
  lock.release();
  await resetDataDir(dataDir, quiet);
  expect(existsSync(join(dataDir, 'something'))).toBe(false);
  (await openDataDir(dataDir, quiet)).release();
});

test('the lock of a killed process is free at once', async () => {
  const file = join(base, 'lock.db');
  const script = `const { tryLock } = await import(${JSON.stringify(new URL('../../infra/local/lock.ts', import.meta.url).href)});
    globalThis.kept = tryLock(${JSON.stringify(file)});
    if (globalThis.kept === null) process.exit(1);
    process.stdout.write('locked'); setInterval(() => {}, 1e6);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  expect(tryLock(file)).toBeNull();
  holder.kill('SIGKILL');
  await new Promise((resolve) => holder.once('exit', resolve));
  const lock = tryLock(file);
  expect(lock).not.toBeNull();
  lock?.release();
});

test('a download is done once for all who need it, and is there whole or not at all', async () => {
  let downloads = 0;
  const build = async (folder: string) => {
    downloads++;
    await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(join(folder, 'file'), 'content');
  };
  const folders = await Promise.all([1, 2, 3].map(() => cached(base, 'thing-1.0', quiet, build)));
  expect(new Set(folders).size).toBe(1);
  expect(downloads).toBe(1);
  await expect(
    cached(base, 'thing-2.0', quiet, async (folder) => {
      await build(folder);
      throw new Error('connection lost');
    }),
  ).rejects.toThrow('connection lost');
  expect(readdirSync(base).filter((name) => name.startsWith('thing-2.0'))).toEqual([]);
});
