import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiSession } from '../../bin/wiring/api-client.ts';

const asked: { method: string; key: string | undefined }[] = [];
let busyFor = 0;
const server = createServer((request, response) => {
  asked.push({ method: request.method!, key: request.headers['idempotency-key'] as string | undefined });
  if (busyFor-- > 0) response.writeHead(503, { 'retry-after': '0' }).end('{"code":"unavailable"}');
  else response.end('{"ok":true}');
});
let base: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

test('given patience, then a call that is told to come back is asked again, with the same key', async () => {
  const patient = new ApiSession(base, 'someone', 'token', undefined, { patience_ms: 10_000 });
  busyFor = 2;
  expect((await patient.post('/v1/reports', {})).status).toBe(200);
  expect(asked).toHaveLength(3);
  expect(asked[0]!.key).toBeTypeOf('string');
  expect(new Set(asked.map(({ key }) => key)).size).toBe(1);
  busyFor = 1;
  expect((await patient.get('/v1/work')).status).toBe(200);
});

test('given none, then the answer is given as it is', async () => {
  busyFor = 1;
  expect((await new ApiSession(base, 'someone', 'token').get('/v1/work')).status).toBe(503);
});
