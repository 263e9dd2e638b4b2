import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { postsAt } from '../../domain/posts.ts';
import { contains } from '../../domain/regions.ts';
import { holds } from '../../domain/roles.ts';
import {
  InspectedView,
  INSPECTION_OPEN_DAYS_MAX,
  INSPECTION_SPAN_DAYS_MAX,
  InspectionBody,
  InspectionPage,
  InspectionView,
  PageQuery,
} from '../../schemas/api/privacy.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { Id } from '../../schemas/parts.ts';
import { CommandHeaders, idempotencyKeyOf } from '../act.ts';
import { audited } from '../audited.ts';
import type { ApiDeps } from '../deps.ts';
import { notFound, Problem } from '../problem.ts';
import { inspectedView } from '../views/inspected.ts';

const DAY_MS = 24 * 3_600_000;

/** Inspectors see samples that somebody else drew by chance, masked and logged, and no other case. */
export const inspections: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { privacy, directory, clock = Date.now } = deps;

  app.post(
    '/inspections',
    {
      schema: {
        ...{ operationId: 'drawInspection', tags: ['privacy'] },
        summary: 'Draw disputes by chance for an inspector: by a leader or district officer of the region',
        ...{ headers: CommandHeaders, body: InspectionBody },
        response: { 201: InspectionView, ...problemsOf(400, 401, 403, 409, 413, 415, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor, body } = request;
      const { region, inspectorId, openedFrom, openedTo, until, count } = body;
      if (!holds(actor, ['leader', 'district-officer'], region)) throw notDrawn();
      if (inspectorId === actor.id) throw ownSample();
      const now = clock();
      const inspector = { id: inspectorId, posts: postsAt((await directory()).staff.get(inspectorId), now) };
      if (!holds(inspector, ['inspector'], region))
        throw wrong('inspectorId', 'unknown_person', 'an inspector of this region');
      if (openedTo <= openedFrom || openedTo - openedFrom > INSPECTION_SPAN_DAYS_MAX * DAY_MS)
        throw wrong('openedTo', 'invalid_field', `at most ${INSPECTION_SPAN_DAYS_MAX} days after openedFrom`);
      if (until <= now || until - now > INSPECTION_OPEN_DAYS_MAX * DAY_MS)
        throw wrong('until', 'invalid_field', `within ${INSPECTION_OPEN_DAYS_MAX} days from now`);
      const id = deps.idsFrom(deps.commandIdOf(actor.id, 'inspections', idempotencyKeyOf(request)))('ins');
      await audited(deps, request, {
        ...{ kind: 'administration', fields: ['drawInspection'] },
        detail: { inspectionId: id, inspectorId, region, count },
      });
      const drawn = await privacy.inspections.draw({
        ...{ id, inspectorId, region, openedFrom, openedTo, until, count, drawnBy: actor.id, drawnAt: now },
      });
      return reply.code(201).send(drawn);
    },
  );

  app.get(
    '/inspections',
    {
      schema: {
        ...{ operationId: 'listInspections', tags: ['privacy'], summary: 'My open samples, newest first' },
        ...{ querystring: PageQuery, response: { 200: InspectionPage, ...problemsOf(400, 401) } },
      },
    },
    async ({ actor, query }) => privacy.inspections.list(actor.id, query),
  );

  app.get(
    '/inspections/:id/disputes/:disputeId',
    {
      schema: {
        ...{ operationId: 'inspectDispute', tags: ['privacy'] },
        summary: 'A sampled dispute without anybody in it, for its inspector; each look is logged',
        ...{ params: Type.Object({ id: Id(), disputeId: Id() }) },
        response: { 200: InspectedView, ...problemsOf(400, 401, 404, 503) },
      },
    },
    async (request) => {
      const { actor, params } = request;
      const dossier = await privacy.inspections.dossier(actor, params.id, params.disputeId);
      // Also where her post has ended, or lies elsewhere now.
      const serves = actor.posts.some(
        (post) => post.role === 'inspector' && dossier !== null && contains(post.region, dossier.region),
      );
      if (dossier === null || !serves) throw notFound();
      await audited(deps, request, {
        ...{ kind: 'read', fields: ['masked-dossier'], detail: { inspectionId: params.id } },
        case: { kind: 'dispute', id: params.disputeId },
      });
      return inspectedView(dossier);
    },
  );
};

const notDrawn = (): Problem =>
  new Problem({
    ...{
      status: 403,
      code: 'not_permitted',
      title: 'a leader or district officer of the region draws samples',
    },
    expected: 'leader, district-officer',
  });

const ownSample = (): Problem =>
  new Problem({
    ...{ status: 409, code: 'not_oneself', title: 'nobody draws her own sample', field: 'inspectorId' },
    expected: 'another person',
  });

const wrong = (field: string, code: 'unknown_person' | 'invalid_field', expected: string): Problem =>
  new Problem({ status: 422, code, title: 'this sample cannot be drawn', field, expected });
