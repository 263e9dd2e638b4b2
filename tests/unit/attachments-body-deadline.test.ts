import Fastify, { type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyDeadline } from '../../api/plugins/body-deadline.ts';

const MS = 200;
let app: FastifyInstance;
let address: string;

beforeAll(async () => {
  app = Fastify({ forceCloseConnections: true });
  await app.register(bodyDeadline, { ms: MS });
  app.addContentTypeParser('text/plain', (_request, payload, done) => done(null, payload));
  app.post('/json', async () => ({ ok: true }));
  app.post('/file', { config: { slowBody: true } }, async ({ body }) => {
    let bytes = 0;
    for await (const chunk of body as IncomingMessage) bytes += (chunk as Buffer).length;
    return { bytes };
  });
  app.post('/refused', { config: { slowBody: true } }, async (_request, reply) => reply.code(403).send({}));
  address = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

/** Sends the first of ten bytes and stops there. */
function begin(path: string, type: string) {
  const sending = request(address + path, {
    ...{ method: 'POST', headers: { 'content-type': type, 'content-length': 10 } },
  });
  sending.on('error', () => undefined);
  sending.write('1');
  return sending;
}

test('a body that does not come in time ends its request', async () => {
  const [answer] = (await once(begin('/json', 'application/json'), 'response')) as [IncomingMessage];
  expect([answer.statusCode, answer.headers.connection]).toEqual([408, 'close']);
});

test('a file may take longer', async () => {
  const slow = begin('/file', 'text/plain');
  // Later than the other one's end: both began at the same time.
  await once(begin('/json', 'application/json'), 'response');
  slow.end('234567890');
  const [answer] = (await once(slow, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  expect(await text(answer)).toBe('{"bytes":10}');
});

test('but not once it was refused: what still comes of it has as long as any other body', async () => {
  const refused = begin('/refused', 'text/plain');
  const [answer] = (await once(refused, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(403);
  await text(answer);
  await once(refused, 'close');
});

test('a body that comes in time is answered', async () => {
  const answers = await Promise.all(
    [1, 2, 3].map(() =>
      fetch(`${address}/json`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
});

async function text(answer: IncomingMessage): Promise<string> {
  let whole = '';
  for await (const chunk of answer) whole += String(chunk);
  return whole;
}
