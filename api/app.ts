import helmet from '@fastify/helmet';
import underPressure from '@fastify/under-pressure';
import Fastify, { LogController, type FastifyInstance } from 'fastify';
import type { ApiDeps } from './deps.ts';
import { metrics } from './plugins/metrics.ts';
import { openapi } from './plugins/openapi.ts';
import { problems } from './plugins/problems.ts';
import { session } from './plugins/session.ts';
import { validation } from './plugins/validation.ts';
import { Problem } from './problem.ts';
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
/** A loop that is late by so much answers 503 before its queue grows. */
const LOOP_DELAY_MAX_MS = 2_000;

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
  await app.register(underPressure, {
    maxEventLoopDelay: LOOP_DELAY_MAX_MS,
    pressureHandler: () => {
      throw new Problem({
        status: 503,
        code: 'overloaded',
        title: 'too much at once, nothing was stored',
        retryAfter_s: 2,
      });
    },
  });
  await app.register(metrics, { registry: deps.metrics });
  await app.register(openapi);
  await app.register(health, deps);
  await app.register(
    async (v1) => {
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
