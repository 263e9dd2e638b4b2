import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { commandIdOf, idsFrom } from '../../activities/ids.ts';
import { validation } from '../../api/plugins/validation.ts';
import { open311, type Open311Deps } from '../../api/routes/open311/index.ts';
import type { Taken } from '../../ports/intake.ts';
import type { Open311Entry } from '../../ports/open311.ts';

let app: FastifyInstance;
afterEach(() => app.close());

/** The interface before an intake that answers when the test says so. */
async function slowDoor() {
  const taken = Promise.withResolvers<Taken>();
  const entries = new Map<string, Open311Entry & { id: string | null }>();
  let now = Date.parse('2026-11-24T12:00:00Z');
  const withdrawn = Promise.withResolvers<void>();
  const deps = {
    ...{ commandIdOf, idsFrom, clock: () => now, answerWithin_ms: 5 },
    intake: { take: () => taken.promise },
    apiKeys: {
      find: async () => ({ keyId: 'k', accountId: 'svc', name: 'svc', scopes: ['reports:write'] }),
    },
    directory: async () => ({ staff: new Map() }),
    open311: {
      gazetteer: async () => ({ names: new Map([['9901', 'city']]), regionOf: new Map() }),
      announce: async (entry: Open311Entry) => {
        entries.set(entry.commandId, { ...entry, id: null });
        return entry.token;
      },
      withdraw: async (commandId: string) => {
        entries.delete(commandId);
        withdrawn.resolve();
      },
      byToken: async (token: string) => [...entries.values()].find((entry) => entry.token === token) ?? null,
    },
  } as unknown as Open311Deps;
  app = Fastify();
  app.decorate('limits', { identity: async () => undefined } as never);
  await app.register(validation);
  await app.register(open311, deps);
  const payload = 'api_key=fq_x&service_code=D02&description=x&attribute[region]=9901';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await app.inject({ method: 'POST', url: '/requests.json', headers, payload });
  expect(answer.statusCode, answer.body).toBe(202);
  const [accepted] = answer.json<{ token: string }[]>();
  expect(accepted).not.toHaveProperty('service_request_id');
  const look = () => app.inject({ method: 'GET', url: `/tokens/${accepted!.token}.json` });
  return {
    taken,
    entries,
    withdrawn: withdrawn.promise,
    look,
    later: (ms: number) => (now += ms),
    accepted: accepted!,
  };
}

test('a report that takes long is answered with a token, which leads to it once it is there', async () => {
  const { entries, look, accepted } = await slowDoor();
  expect((await look()).json()).toEqual([{ service_request_id: null, token: accepted.token }]);
  for (const entry of entries.values()) entry.id = 'dsp_1';
  expect((await look()).json()).toEqual([{ service_request_id: 'dsp_1', token: accepted.token }]);
});

test('the token of a report that was refused in the end, or never came, leads nowhere', async () => {
  const refused = await slowDoor();
  refused.taken.resolve({
    outcome: 'refused',
    refusal: { refused: 'unknown_region', message: 'no' } as never,
  });
  await refused.withdrawn;
  expect((await refused.look()).statusCode).toBe(404);
  await app.close();
  const lost = await slowDoor();
  lost.later(60_001);
  expect((await lost.look()).statusCode).toBe(404);
});
