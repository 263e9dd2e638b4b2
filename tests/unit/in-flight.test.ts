import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { inFlight } from '../../api/plugins/in-flight.ts';
import { problems } from '../../api/plugins/problems.ts';

test('given as many requests as are allowed, then one more is refused, and one later is not', async () => {
  const app = Fastify();
  const gate = Promise.withResolvers<void>();
  await app.register(problems);
  await app.register(inFlight, { max: 2 });
  app.get('/slow', () => gate.promise.then(() => 'done'));
  app.get('/stream', { config: { longLived: true } }, () => 'open');
  const address = await app.listen({ port: 0 });
  const ask = (path = '/slow'): Promise<Response> => fetch(address + path);

  const waiting = [ask(), ask()];
  // Both must have arrived before the third is asked.
  for (let third = await ask(); ; third = await ask()) {
    if (third.status !== 503) continue;
    expect(third.headers.get('retry-after')).toBe('2');
    expect(await third.json()).toMatchObject({ code: 'overloaded', status: 503 });
    break;
  }
  expect((await ask('/stream')).status).toBe(200);
  gate.resolve();
  for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
  expect((await ask()).status).toBe(200);
  await app.close();
});
