import { randomUUID } from 'node:crypto';
import Fastify, { LogController, type FastifyInstance } from 'fastify';
import type { ApiDeps } from './deps.ts';
import { bodyDeadline } from './plugins/body-deadline.ts';
import { inFlight } from './plugins/in-flight.ts';
import { access } from './plugins/access.ts';
import { methods } from './plugins/methods.ts';
import { metrics } from './plugins/metrics.ts';
import { openapi } from './plugins/openapi.ts';
import { answerFrameworkError, problems } from './plugins/problems.ts';
import { rateLimits } from './plugins/rate-limit.ts';
import { noStore, security } from './plugins/security.ts';
import { session } from './plugins/session.ts';
import { storable } from './plugins/storable.ts';
import { validation } from './plugins/validation.ts';
import { account } from './routes/account.ts';
import { accounts } from './routes/accounts.ts';
import { administration } from './routes/administration.ts';
import { apiKeys } from './routes/api-keys.ts';
import { attachments } from './routes/attachments.ts';
import { actions } from './routes/disputes/actions.ts';
import { directory } from './routes/directory.ts';
import { detail } from './routes/disputes/detail.ts';
import { exporting } from './routes/disputes/export.ts';
import { list } from './routes/disputes/list.ts';
import { similar } from './routes/disputes/similar.ts';
import { consents } from './routes/disputes/consents.ts';
import { reveal } from './routes/disputes/reveal.ts';
import { health } from './routes/health.ts';
import { inspections } from './routes/inspections.ts';
import { open311 } from './routes/open311/index.ts';
import { otherCases } from './routes/other-cases.ts';
import { persons } from './routes/persons.ts';
import { publicReports } from './routes/public-reports.ts';
import { reports } from './routes/reports.ts';
import { sessions } from './routes/sessions.ts';
import { savedFilters } from './routes/saved-filters.ts';
import { stream } from './routes/stream.ts';
import { track } from './routes/track/index.ts';
import { work } from './routes/work.ts';

export const BODY_MAX_BYTES = 1024 * 1024;
/** Headers, and a body that is no file. */
const BODY_TIMEOUT_MS = 15_000;
/** A file of 20 MB over a line of 300 kbit/s. */
const REQUEST_TIMEOUT_MS = 600_000;
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
    http: { headersTimeout: BODY_TIMEOUT_MS },
    // The same in every log line and in the audit log, and of no other request of any process.
    genReqId: () => randomUUID(),
    // A path that cannot be read at all never reaches the handler of errors.
    frameworkErrors: answerFrameworkError,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
    trustProxy: deps.trustProxy.length > 0 && deps.trustProxy,
  });
  await app.register(methods);
  await app.register(bodyDeadline, { ms: BODY_TIMEOUT_MS });
  await app.register(validation);
  await app.register(storable);
  await app.register(problems);
  await app.register(security, deps);
  await app.register(metrics, { registry: deps.metrics });
  await app.register(openapi);
  await app.register(health, deps);
  await app.register(
    async (v1) => {
      // Only here: whoever asks after the health of an overloaded process needs the answer most.
      await v1.register(inFlight, { max: REQUESTS_MAX });
      await v1.register(noStore);
      await v1.register(rateLimits, deps);
      await v1.register(session, deps);
      await v1.register(access);
      for (const routes of [
        sessions,
        account,
        accounts,
        apiKeys,
        reports,
        publicReports,
        track,
        list,
        exporting,
        similar,
        savedFilters,
        detail,
        reveal,
        consents,
        inspections,
        persons,
        attachments,
        actions,
        otherCases,
        work,
        stream,
        directory,
        administration,
      ])
        await v1.register(routes, deps);
    },
    { prefix: '/v1' },
  );
  await app.register(
    async (door) => {
      await door.register(inFlight, { max: REQUESTS_MAX });
      await door.register(noStore);
      await door.register(rateLimits, deps);
      await door.register(session, deps);
      await door.register(access);
      await door.register(open311, deps);
    },
    { prefix: '/open311/v2' },
  );
  return app;
}
