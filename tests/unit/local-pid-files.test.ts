import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endLeftovers, leftovers, removePidFile, writePidFile } from '../../infra/local/pid-files.ts';
import { endProcess, identify, isRunning, killNow, signal } from '../../infra/local/processes.ts';

let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fengqiao-pid-'));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

/** A process that prints a line once it is set up, so that no test has to guess when that is. */
async function child(script = 'echo ready; exec sleep 600'): Promise<number> {
  const spawned = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(spawned);
  await new Promise((resolve) => spawned.stdout.once('data', resolve));
  return spawned.pid ?? 0;
}

test('a process is known by its start as well as its number', async () => {
  const pid = await child();
  const identity = identify(pid);
  expect(identity?.pid).toBe(pid);
  expect(identity && isRunning(identity)).toBe(true);
  expect(isRunning({ pid, startedAt: 'some other time' })).toBe(false);
});

test('a reused number is never signalled', async () => {
  const pid = await child();
  const stranger = { pid, startedAt: 'before a reboot' };
  signal(stranger, 'SIGKILL');
  await killNow(stranger);
  await endProcess(stranger, 'SIGTERM', 100);
  const real = identify(pid);
  expect(real && isRunning(real)).toBe(true);
});

test('a process that ignores the polite signal is killed', async () => {
  const pid = await child("trap '' TERM; echo ready; while :; do sleep 0.05; done");
  const identity = identify(pid);
  expect(identity).not.toBeNull();
  if (identity) expect(await endProcess(identity, 'SIGTERM', 200)).toBe(false);
  expect(identify(pid)).toBeNull();
});

test('what a killed parent left behind is found and ended, and its pid files go', async () => {
  const pid = await child();
  writePidFile(dataDir, 'kafka', pid);
  expect(leftovers(dataDir).map(({ name, process }) => [name, process.pid])).toEqual([['kafka', pid]]);
  await endLeftovers(dataDir, () => undefined);
  expect(identify(pid)).toBeNull();
  expect(existsSync(join(dataDir, 'run'))).toBe(false);
});

test('a pid file whose number now belongs to another program harms nobody', async () => {
  const pid = await child();
  writePidFile(dataDir, 'temporal', pid);
  const file = join(dataDir, 'run', 'temporal.pid');
  const noted = JSON.parse(readFileSync(file, 'utf8')) as { pid: number };
  writeFileSync(file, JSON.stringify({ ...noted, startedAt: 'another-boot/1' }));
  expect(leftovers(dataDir)).toEqual([]);
  await endLeftovers(dataDir, () => undefined);
  expect(identify(pid)).not.toBeNull();
});

test('half written and empty pid files count as none', () => {
  mkdirSync(join(dataDir, 'run'));
  writeFileSync(join(dataDir, 'run', 'postgres.pid'), '');
  writeFileSync(join(dataDir, 'run', 'kafka.pid'), '{"pid": 1, "star');
  writeFileSync(join(dataDir, 'run', 'temporal.pid'), '{"pid": "1"}');
  expect(leftovers(dataDir)).toEqual([]);
});

test('a pid file is removed with its component, and none is written for a process that is gone', async () => {
  writePidFile(dataDir, 'postgres', await child());
  removePidFile(dataDir, 'postgres');
  expect(leftovers(dataDir)).toEqual([]);
  expect(writePidFile(dataDir, 'postgres', 2 ** 22 + 1)).toBeNull();
});
