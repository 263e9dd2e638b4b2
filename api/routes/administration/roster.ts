import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { DutyView, NewDuty, Until } from '../../../schemas/api/directory.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Id } from '../../../schemas/parts.ts';
import type { ApiDeps } from '../../deps.ts';
import { administering, CHANGE_PROBLEMS, done } from './support.ts';

const tags = ['administration'];

/** Who is on duty where and when: the responsible worker, cover and stand-ins, the duty officer, named leaders. */
export const rosterRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { directoryDesk: desk } = deps;

  app.post(
    '/roster',
    {
      schema: {
        ...{ operationId: 'addDuty', tags, summary: 'Somebody is on duty in a region for a time' },
        description:
          'Holiday cover names who is away in `standsInFor`; with `withPost` she gets the post, and its rights, for the same time.',
        ...{ body: NewDuty, response: { 201: DutyView, ...problemsOf(...CHANGE_PROBLEMS) } },
      },
    },
    async (request, reply) => {
      const { to = null, standsInFor = null, withPost = false, ...duty } = request.body;
      await administering(deps, request, 'addDuty', { ...duty, to, standsInFor, withPost });
      const added = await desk.addDuty(request.actor.id, { ...duty, to, standsInFor, withPost });
      return reply.code(201).send(done(added));
    },
  );

  app.post(
    '/roster/:id/end',
    {
      schema: {
        ...{ operationId: 'endDuty', tags, summary: 'A duty ends; one that has not begun is cancelled' },
        ...{ params: Type.Object({ id: Id() }), body: Until },
        response: { 200: DutyView, ...problemsOf(...CHANGE_PROBLEMS) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { to } = request.body;
      await administering(deps, request, 'endDuty', { id, to: to ?? null });
      return done(await desk.endDuty(request.actor.id, id, to));
    },
  );
};
