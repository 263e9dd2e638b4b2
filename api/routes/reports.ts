import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import type { Static } from 'typebox';
import type { Actor } from '../../domain/roles.ts';
import { ReportAnswer, ReportRequest, type Report, type ReportTaken } from '../../schemas/api/reports.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { CommandHeaders, idempotencyKeyOf, keyReused, withEtag } from '../act.ts';
import type { ApiDeps } from '../deps.ts';
import { Problem, refusedProblem } from '../problem.ts';
import { takeTold, type Told } from '../slips.ts';

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
        ...{ headers: CommandHeaders, body: ReportRequest },
        response: {
          200: ReportAnswer,
          201: ReportAnswer,
          ...problemsOf(400, 401, 403, 409, 413, 415, 422, 503),
        },
      },
    },
    async (request, reply) => {
      const { actor, body } = request;
      const { reporter, ...report } = body;
      const idempotencyKey = idempotencyKeyOf(request);
      if (actor.posts.length === 0 && (report.channel !== 'resident' || report.level !== undefined)) {
        throw new Problem({
          ...{ status: 403, code: 'not_permitted', title: 'residents report as residents' },
          ...{ field: 'channel', expected: 'resident, without a level' },
        });
      }
      if (reporter !== undefined) {
        const told = forSomebody(actor, { reporter, report, asked: body, idempotencyKey });
        const { taken, again, slip } = await takeTold(deps, told);
        return located(reply, taken, again).send({ ...taken, tracking: slip });
      }
      const result = await deps.intake.take({ report, actor, principal: actor.id, idempotencyKey });
      if (result.outcome === 'refused') throw refusedProblem(result.refusal);
      if (result.outcome === 'key-reused') throw keyReused();
      const { taken, again } = result;
      return located(reply, taken, again).send(taken);
    },
  );
};

function located(reply: FastifyReply, { kind, id, version }: ReportTaken, again: boolean): FastifyReply {
  const path = kind === 'dispute' ? 'disputes' : 'tasks';
  return withEtag(reply, version)
    .header('location', `/v1/${path}/${id}`)
    .code(again ? 200 : 201);
}

type ForSomebody = Pick<Told, 'asked' | 'idempotencyKey'> & {
  report: Report;
  reporter: NonNullable<Static<typeof ReportRequest>['reporter']>;
};

/** Staff write down what somebody without an account tells: she is the reporter, and where she says so a party. */
function forSomebody(by: Actor, { report, reporter, ...rest }: ForSomebody): Told {
  const { ref, name = null, phone = null, language = 'zh' } = reporter;
  if (by.posts.length === 0) {
    throw new Problem({
      ...{ status: 403, code: 'not_permitted', title: 'staff write down what others tell' },
      ...{ field: 'reporter', expected: 'no such field' },
    });
  }
  const herself = report.parties?.find((party) => party.ref === ref);
  if (ref !== undefined && (report.kind !== 'dispute' || herself?.accountId !== undefined || !herself)) {
    throw new Problem({
      ...{ status: 422, code: 'unknown_party', title: 'no such party without an account in this report' },
      ...{ field: 'reporter.ref', expected: 'the ref of one of the parties' },
    });
  }
  const asHerself = (principal: string) =>
    report.parties?.map((party) => (party === herself ? { ...party, accountId: principal } : party)) ?? [];
  const reportOf = (principal: string): Report =>
    herself === undefined ? report : { ...report, parties: asHerself(principal) };
  return { ...rest, by, teller: { name, phone, language }, reportOf };
}
