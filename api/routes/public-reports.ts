import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { Report } from '../../schemas/api/reports.ts';
import {
  PUBLIC_BODY_MAX_BYTES,
  PublicReportBody,
  PublicReportTaken,
  SECRET_KEY_MIN,
  type PublicReport,
} from '../../schemas/api/track.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { CommandHeaders, idempotencyKeyOf } from '../act.ts';
import type { ApiDeps } from '../deps.ts';
import { hourly } from '../plugins/hourly.ts';
import { Problem } from '../problem.ts';
import { takeTold } from '../slips.ts';

/** Reports without an account: the answer is a code and a PIN to follow it with. */
export const publicReports: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const limit = hourly(app, 'public_reports', deps.publicReportsPerHour);

  app.post(
    '/public/reports',
    {
      ...{ config: { open: true }, bodyLimit: PUBLIC_BODY_MAX_BYTES },
      schema: {
        ...{ operationId: 'reportWithoutAccount', tags: ['public'], security: [] },
        summary: 'Report without an account; the code and PIN are shown once',
        description: `The Idempotency-Key has at least ${SECRET_KEY_MIN} characters that nobody can guess, such as a UUID: until the code is used, the same key and body are shown it again.`,
        ...{ headers: CommandHeaders, body: PublicReportBody },
        response: {
          200: PublicReportTaken,
          201: PublicReportTaken,
          ...problemsOf(400, 403, 409, 413, 415, 422, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const idempotencyKey = secretKeyOf(request);
      checkParts(body);
      await limit(request);
      const region = await regionOf(deps, body);
      const { name = null, phone = null, language = 'zh' } = body.reporter ?? {};
      const { taken, again, slip } = await takeTold(deps, {
        ...{ asked: body, teller: { name, phone, language }, by: null, idempotencyKey },
        reportOf: (principal) => reportOf(body, region, principal),
      });
      const { kind, number, stage, level } = taken;
      void reply.code(again ? 200 : 201);
      return { kind, number, stage, level: level as 'grid', tracking: slip };
    },
  );
};

/** Throws a problem for a key that somebody else could hit upon: it would show her the code. */
function secretKeyOf(request: FastifyRequest): string {
  const key = idempotencyKeyOf(request);
  if (key.length >= SECRET_KEY_MIN && new Set(key).size >= 8) return key;
  throw new Problem({
    ...{ status: 422, code: 'invalid_field', title: 'this key could be guessed' },
    ...{ field: 'Idempotency-Key', expected: `at least ${SECRET_KEY_MIN} random characters, such as a UUID` },
  });
}

function checkParts({ kind, region, placeId, reporter, otherSide }: PublicReport): void {
  const wrong = (field: string, title: string, expected: string): never => {
    throw new Problem({ status: 422, code: 'missing_condition', title, field, expected });
  };
  if (region === undefined && placeId === undefined)
    wrong('region', 'say where it is', 'a region or a place');
  if (kind !== 'dispute' && (otherSide !== undefined || reporter?.concerned === true))
    wrong('kind', 'only a dispute has sides', 'dispute, or nobody named');
  if (reporter?.concerned === true && reporter.name === undefined)
    wrong('reporter.name', 'a party has a name', 'a name, or not concerned');
}

async function regionOf({ tracking }: ApiDeps, { region, placeId }: PublicReport): Promise<string> {
  if (placeId === undefined) return region!;
  const found = await tracking.regionOf(placeId);
  if (found !== null) return found;
  throw new Problem({
    ...{ status: 422, code: 'unknown_reference', title: 'no such place' },
    ...{ field: 'placeId', expected: 'the id of a place, or a region instead' },
  });
}

/** As any other report: what she says of herself and of others becomes the two sides. */
function reportOf(body: PublicReport, region: string, principal: string): Report {
  const { kind, title, narrative, placeId, category = 'D99', danger, damageHappeningNow, reporter } = body;
  const own = reporter?.concerned === true && reporter.name !== undefined ? [reporter] : [];
  const parties = [
    ...own.map(({ name, phone }) => ({
      ...{ ref: 'me', side: 'A', kind: 'party' as const, name: name!, accountId: principal },
      ...(phone !== undefined && { phone }),
    })),
    ...(body.otherSide ?? []).map(({ name, phone }, n) => ({
      ...{ ref: `other${n + 1}`, side: 'B', kind: 'party' as const, name },
      ...(phone !== undefined && { phone }),
    })),
  ];
  return {
    ...{ kind, channel: 'resident', region, category, title, narrative, parties },
    applicantConsentsToDisclosure: reporter?.agreesToDisclosure ?? false,
    ...(placeId !== undefined && { placeId }),
    ...(danger !== undefined && { danger }),
    ...(damageHappeningNow !== undefined && { damageHappeningNow }),
  };
}
