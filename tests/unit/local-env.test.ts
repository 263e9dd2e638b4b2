import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  externalKafka,
  externalPostgres,
  externalTemporal,
  parseAddress,
} from '../../infra/local/external.ts';
import { startStack, stopOnExit, type Component } from '../../infra/local/stack.ts';

const quiet = () => undefined;
const nobody = '127.0.0.1:1';
let base: string;
let server: Server;
let address: string;

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'fengqiao-env-'));
  server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  address = `127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(base, { recursive: true, force: true });
});

test('what the environment names is used, not started and not stopped', async () => {
  const env = { TEMPORAL_ADDRESS: address, KAFKA_BROKERS: `${nobody}, ${address}` };
  const stack = await startStack({ dataDir: join(base, 'data'), env, log: quiet, want: { postgres: false } });
  expect(stack.temporalAddress).toBe(address);
  expect(stack.kafkaBrokers).toEqual([nobody, address]);
  expect(stack.databaseUrl).toBe('');
  expect(stack.components.map(({ name, mode }) => [name, mode])).toEqual([
    ['temporal', 'external'],
    ['kafka', 'external'],
  ]);
  for (const component of stack.components) {
    expect(component.pid).toBeUndefined();
    await expect(component.kill()).rejects.toThrow('not run by this stack');
    await expect(component.restart()).rejects.toThrow('not run by this stack');
  }
  await stack.stop();
  expect(server.listening).toBe(true);
});

test('without Java the bus is in-process, and the log says so', async () => {
  const lines: string[] = [];
  const stack = await startStack({
    dataDir: join(base, 'data'),
    cacheDir: join(base, 'cache'),
    env: { PATH: join(base, 'no-such-folder') },
    log: (line) => lines.push(line),
    want: { postgres: false, temporal: false },
  });
  expect(stack.kafkaBrokers).toBeNull();
  expect(stack.components.map(({ mode, detail }) => [mode, detail])).toEqual([['in-process', 'no Java']]);
  expect(lines.join('\n')).toContain('NO KAFKA ON THIS MACHINE');
  await stack.stop();
});

test('an address that nobody answers is an error that names the variable and no password', async () => {
  await expect(externalTemporal(nobody, quiet, 0)).rejects.toThrow('TEMPORAL_ADDRESS');
  await expect(externalKafka([nobody], quiet, 0)).rejects.toThrow('KAFKA_BROKERS');
  const error: unknown = await externalPostgres(`postgres://me:secret@${nobody}/db`, quiet, 0).catch(
    (e: unknown) => e,
  );
  expect(String(error)).toContain('DATABASE_URL (127.0.0.1:1/db)');
  expect(String(error)).not.toContain('secret');
});

test('addresses are host:port, also for IPv6', () => {
  expect(parseAddress('[::1]:9092')).toEqual({ host: '::1', port: 9092 });
  expect(parseAddress(' kafka-1.example:9092 ')).toEqual({ host: 'kafka-1.example', port: 9092 });
  expect(() => parseAddress('kafka')).toThrow('host:port');
});

test('one Ctrl-C that arrives twice is one, a later one kills', async () => {
  const calls: string[] = [];
  let release: () => void = quiet;
  const component = { mode: 'embedded', kill: () => Promise.resolve(void calls.push('kill')) } as Component;
  const stack = { components: [component], stop: () => Promise.resolve(void calls.push('stop')) };
  const before = () => new Promise<void>((resolve) => (release = resolve));
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  const exit = vi.fn();
  const off = stopOnExit(stack, { before, log: quiet, exit });
  try {
    process.emit('SIGINT', 'SIGINT');
    process.emit('SIGINT', 'SIGINT');
    expect(calls).toEqual([]);
    now.mockReturnValue(5000);
    process.emit('SIGINT', 'SIGINT');
    await vi.waitFor(() => expect(exit).toHaveBeenCalledWith(1));
    expect(calls).toEqual(['kill', 'stop']);
    release();
  } finally {
    off();
    now.mockRestore();
  }
});
