import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leftovers } from '../../infra/local/pid-files.ts';
import { identify } from '../../infra/local/processes.ts';
import { logFile, startService, type ServiceSpec } from '../../infra/local/service.ts';

let dataDir: string;
let log: string[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fengqiao-service-'));
  log = [];
});

afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function service(script: string, changes: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    name: 'kafka',
    dataDir,
    log: (line) => log.push(line),
    address: '127.0.0.1:1',
    detail: () => 'a shell',
    launch: () => ({ command: '/bin/sh', args: ['-c', script] }),
    ready: async () => {
      if (!readFileSync(logFile(dataDir, 'kafka'), 'utf8').includes('serving')) throw new Error('not yet');
    },
    ready_ms: 10_000,
    stopSignal: 'SIGTERM',
    stop_ms: 2000,
    ...changes,
  };
}

test('a program that dies at its start is an error with the end of its log', async () => {
  const failed = startService(service('echo disk is full; exit 3'));
  await expect(failed).rejects.toThrow(/ended with exit code 3[^]*disk is full/);
});

test('a program that never answers is an error, and is not left running', async () => {
  const failed = startService(service('echo thinking; exec sleep 600', { ready_ms: 300 }));
  await expect(failed).rejects.toThrow(/no answer within 0.3 s \(not yet\)[^]*thinking/);
  expect(leftovers(dataDir)).toEqual([]);
});

test('a program that cannot be run is an error', async () => {
  const launch = () => ({ command: join(dataDir, 'no-such-program'), args: [] });
  await expect(startService(service('', { launch }))).rejects.toThrow('could not be run');
});

test('a death that passes by itself is tried again', async () => {
  const flag = join(dataDir, 'second-time');
  const script = `if [ -e ${flag} ]; then echo serving; exec sleep 600; fi; touch ${flag}; echo port busy; exit 1`;
  const component = await startService(service(script, { retryOn: /port busy/ }));
  expect(component.pid).toBeGreaterThan(0);
  await component.stop();
});

test('kill, restart and stop act on the process, its pid file and its group', async () => {
  const component = await startService(service('sleep 600 & echo serving; wait'));
  const first = component.pid ?? 0;
  await component.kill();
  expect(component.pid).toBeUndefined();
  expect(identify(first)).toBeNull();
  await component.restart();
  expect(component.pid).not.toBe(first);
  expect(leftovers(dataDir).map(({ process }) => process.pid)).toEqual([component.pid]);
  await component.stop();
  await component.stop();
  expect(existsSync(join(dataDir, 'run', 'kafka.pid'))).toBe(false);
  expect(log.filter((line) => line.includes('ENDED BY ITSELF'))).toEqual([]);
});

test('a component that ends by itself is reported', async () => {
  const component = await startService(service('echo serving; exec sleep 600'));
  process.kill(component.pid ?? 0, 'SIGKILL');
  await vi.waitFor(() => expect(log.join('\n')).toContain('kafka: ENDED BY ITSELF (SIGKILL)'));
  expect(component.pid).toBeUndefined();
  await component.stop();
});
