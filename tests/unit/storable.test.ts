import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { problems } from '../../api/plugins/problems.ts';
import { methods } from '../../api/plugins/methods.ts';
import { storable } from '../../api/plugins/storable.ts';

/** What an API that takes anything answers to this text. */
async function asked(payload: string, query = ''): Promise<{ status: number; field: string | undefined }> {
  const app = Fastify();
  await app.register(methods);
  await app.register(problems);
  await app.register(storable);
  app.post('/', () => ({}));
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url: `/${query}`, headers, payload });
  return { status: answer.statusCode, field: answer.json<{ field?: string }>().field };
}

test.each([
  ['{"title":"\\ud800"}', 'title'],
  ['{"title":"a\\u0000b"}', 'title'],
  ['{"items":["fine","\\udc00 half"]}', 'items.1'],
  ['{"parties":[{"name":"ok"},{"name":"x\\ud83d"}],"later":"\\ud800"}', 'parties.1.name'],
  ['{"origin":{"\\ud800":1}}', 'origin'],
  ['"\\ud800"', ''],
])('half a character or NUL in %s is refused, naming the field', async (body, field) => {
  expect(await asked(body)).toEqual({ status: 400, field });
});

test('whole characters are taken, also beyond 16 bits, and in a body nested deeper than the stack', async () => {
  expect((await asked('{"title":"\\ud83d\\ude00 桂花"}')).status).toBe(200);
  expect((await asked(`${'['.repeat(200_000)}"x"${']'.repeat(200_000)}`)).status).toBe(200);
});

test('NUL in a search is refused too', async () => {
  expect(await asked('{}', '?q=a%00b')).toEqual({ status: 400, field: 'q' });
});
