import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { NewPlace, PlaceChange, PlaceView, VersionHeader } from '../../../schemas/api/directory.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Id } from '../../../schemas/parts.ts';
import type { ApiDeps } from '../../deps.ts';
import { administering, CHANGE_PROBLEMS, done, versionSeen } from './support.ts';

const tags = ['administration'];

/** Buildings, markets, addresses: each belongs to exactly one grid. */
export const placeRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { directoryDesk: desk } = deps;

  app.post(
    '/places',
    {
      schema: {
        ...{ operationId: 'addPlace', tags, summary: 'A new place in a grid' },
        ...{ body: NewPlace, response: { 201: PlaceView, ...problemsOf(...CHANGE_PROBLEMS) } },
      },
    },
    async (request, reply) => {
      const { id = `plc-${randomUUID()}`, name, region } = request.body;
      await administering(deps, request, 'addPlace', { id, region });
      return reply.code(201).send(done(await desk.addPlace(request.actor.id, { id, name, region })));
    },
  );

  app.patch(
    '/places/:id',
    {
      schema: {
        ...{ operationId: 'changePlace', tags, summary: 'Its name, its grid, or that it is no longer there' },
        ...{ params: Type.Object({ id: Id() }), headers: VersionHeader, body: PlaceChange },
        response: { 200: PlaceView, ...problemsOf(...CHANGE_PROBLEMS, 412, 428) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const version = versionSeen(request);
      await administering(deps, request, 'changePlace', { id, changed: Object.keys(request.body).join(',') });
      return done(await desk.changePlace(request.actor.id, id, version, request.body));
    },
  );
};
