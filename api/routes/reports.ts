import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ReportBody, ReportTaken } from '../../schemas/api/reports.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { CommandHeaders, idempotencyKeyOf, keyReused, unavailable, withEtag } from '../act.ts';
import type { ApiDeps } from '../deps.ts';
import { Problem, refusedProblem } from '../problem.ts';

/** Reports are taken in whether or not Temporal and Kafka are there: PostgreSQL alone decides. */
export const reports: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  app.post(
    '/reports',
    {
      schema: {
        ...{
          operationId: 'report',
          tags: ['discovery'],
          summary: 'Report a dispute, need, hazard or opinion',
        },
        ...{ headers: CommandHeaders, body: ReportBody },
        response: {
          200: ReportTaken,
          201: ReportTaken,
          ...problemsOf(400, 401, 403, 409, 413, 415, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const { actor, body: report } = request;
      const idempotencyKey = idempotencyKeyOf(request);
      if (actor.posts.length === 0 && (report.channel !== 'resident' || report.level !== undefined)) {
        throw new Problem({
          ...{ status: 403, code: 'not_permitted', title: 'residents report as residents' },
          ...{ field: 'channel', expected: 'resident, without a level' },
        });
      }
      const result = await deps.intake
        .take({ report, actor, principal: actor.id, idempotencyKey })
        .catch((error: unknown) => {
          request.log.error({ err: error }, 'a report could not be stored');
          throw unavailable();
        });
      if (result.outcome === 'refused') throw refusedProblem(result.refusal);
      if (result.outcome === 'key-reused') throw keyReused();
      const { taken, again } = result;
      const path = taken.kind === 'dispute' ? 'disputes' : 'tasks';
      void withEtag(reply, taken.version).header('location', `/v1/${path}/${taken.id}`);
      return reply.code(again ? 200 : 201).send(taken);
    },
  );
};
