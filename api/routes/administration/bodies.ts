import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { BodyChange, BodyView, NewBody, VersionHeader } from '../../../schemas/api/directory.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Id } from '../../../schemas/parts.ts';
import type { ApiDeps } from '../../deps.ts';
import { administering, CHANGE_PROBLEMS, done, versionSeen } from './support.ts';

const tags = ['administration'];

/** Bodies and committees. Who belongs to one is said by posts that name it. */
export const bodyRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { directoryDesk: desk } = deps;

  app.post(
    '/bodies',
    {
      schema: {
        ...{ operationId: 'addBody', tags, summary: 'A new body or committee' },
        ...{ body: NewBody, response: { 201: BodyView, ...problemsOf(...CHANGE_PROBLEMS) } },
      },
    },
    async (request, reply) => {
      const { dutyContact = null, ...body } = request.body;
      const { id, kind, regions } = body;
      await administering(deps, request, 'addBody', { id, kind, regions: regions.join(',') });
      return reply.code(201).send(done(await desk.addBody(request.actor.id, { ...body, dutyContact })));
    },
  );

  app.patch(
    '/bodies/:id',
    {
      schema: {
        ...{
          operationId: 'changeBody',
          tags,
          summary: 'What it is and serves, or that it is no longer asked',
        },
        description:
          'A body that is not active is asked nothing new; what it has been asked it still answers.',
        ...{ params: Type.Object({ id: Id() }), headers: VersionHeader, body: BodyChange },
        response: { 200: BodyView, ...problemsOf(...CHANGE_PROBLEMS, 412, 428) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const version = versionSeen(request);
      await administering(deps, request, 'changeBody', { id, changed: Object.keys(request.body).join(',') });
      return done(await desk.changeBody(request.actor.id, id, version, request.body));
    },
  );
};
