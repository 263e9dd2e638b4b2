import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { answers, isFree, preferredPorts, releasePort, takePort } from '../../infra/local/ports.ts';

const taken: number[] = [];
const servers: Server[] = [];

afterEach(async () => {
  taken.splice(0).forEach(releasePort);
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

function listen(port: number, host: string): Promise<number> {
  const server = createServer();
  servers.push(server);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

async function take(...args: Parameters<typeof takePort>): Promise<number> {
  const port = await takePort(...args);
  taken.push(port);
  return port;
}

test('a port that somebody listens on is not free, whether on one address or on all', async () => {
  expect(await isFree(await listen(0, '127.0.0.1'))).toBe(false);
  expect(await isFree(await listen(0, '0.0.0.0'))).toBe(false);
});

test('components that start together never get the same port', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => take('postgres')));
  expect(new Set(ports).size).toBe(ports.length);
});

test('the preferred port is given when it is free', async () => {
  const free = await isFree(preferredPorts.api);
  expect((await take('api')) === preferredPorts.api).toBe(free);
});

test('a taken preferred port is replaced by a free one', async () => {
  if (await isFree(preferredPorts.kafka)) await listen(preferredPorts.kafka, '127.0.0.1');
  const port = await take('kafka');
  expect(port).not.toBe(preferredPorts.kafka);
  expect(await isFree(port)).toBe(true);
});

test('a port stays taken until it is released', async () => {
  const port = await take('temporal', { random: true });
  expect(port).not.toBe(preferredPorts.temporal);
  expect(await answers('127.0.0.1', port)).toBe(false);
  releasePort(port);
  expect(await isFree(port)).toBe(true);
});
