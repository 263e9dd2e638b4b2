import helmet from '@fastify/helmet';
import Fastify, { LogController, type FastifyInstance } from 'fastify';
import type { ApiDeps } from './deps.ts';
import { inFlight } from './plugins/in-flight.ts';
import { metrics } from './plugins/metrics.ts';
import { openapi } from './plugins/openapi.ts';
import { problems } from './plugins/problems.ts';
import { session } from './plugins/session.ts';
import { validation } from './plugins/validation.ts';
import { administration } from './routes/administration.ts';
import { actions } from './routes/disputes/actions.ts';
import { detail } from './routes/disputes/detail.ts';
import { list } from './routes/disputes/list.ts';
import { health } from './routes/health.ts';
import { otherCases } from './routes/other-cases.ts';
import { reports } from './routes/reports.ts';
import { sessions } from './routes/sessions.ts';
import { stream } from './routes/stream.ts';
import { work } from './routes/work.ts';

export const BODY_MAX_BYTES = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 15_000;
/** Requests in work at once; one more is answered 503. At 12 a second for the whole country this is far away. */
export const REQUESTS_MAX = 500;

/** The API as one Fastify application; whoever starts it listens, and closes it. */
export async function createApp(deps: ApiDeps): Promise<FastifyInstance> {
  const app = Fastify({
    ...(deps.logger === undefined ? { logger: false } : { loggerInstance: deps.logger }),
    // Fastify's own request lines carry the URL, and a search may name a person.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_MAX_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
  });
  await app.register(validation);
  await app.register(problems);
  await app.register(helmet, { contentSecurityPolicy: false });
  await app.register(metrics, { registry: deps.metrics });
  await app.register(openapi);
  await app.register(health, deps);
  await app.register(
    async (v1) => {
      // Only here: whoever asks after the health of an overloaded process needs the answer most.
      await v1.register(inFlight, { max: REQUESTS_MAX });
      await v1.register(session, deps);
      for (const routes of [
        sessions,
        reports,
        list,
        detail,
        actions,
        otherCases,
        work,
        stream,
        administration,
      ])
        await v1.register(routes, deps);
    },
    { prefix: '/v1' },
  );
  return app;
}
