import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { is } from '../../../domain/dispute/who.ts';
import {
  AttachmentParams,
  AttachmentView,
  AudienceBody,
  RemovalBody,
  REMOVAL_WINDOW_MS,
} from '../../../schemas/api/attachments.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { findFile, notPermitted, refuseArchived, sideOf } from '../../attached.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { notFound, Problem } from '../../problem.ts';
import { attachmentView } from '../../views/attachments.ts';

/** Who sees a file, and its removal. What it is never changes. */
export const changing: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { attachments: files, clock = Date.now } = deps;

  app.put(
    '/disputes/:id/attachments/:attachmentId/audience',
    {
      schema: {
        ...{
          operationId: 'shareAttachment',
          tags: ['attachments'],
          summary: 'Say who beside staff sees a file',
        },
        ...{ params: AttachmentParams, body: AudienceBody },
        response: { 200: AttachmentView, ...problemsOf(400, 401, 403, 404, 409, 413, 415, 422) },
      },
    },
    async (request) => {
      const { attachment, dispute, state, viewer } = await findFile(deps, request.params, request.actor);
      if (viewer.standing !== 'staff') throw notPermitted('staff say who sees a file', 'audience');
      refuseArchived(state);
      const { audience } = request.body;
      const side = sideOf(state, viewer, { ...request.body, kind: attachment.kind });
      if (attachment.uploadedAs === 'reporter' && audience !== 'staff')
        throw notPermitted('what a reporter sent is shown to nobody else', 'audience');
      await audited(deps, request, {
        ...{ kind: 'change', fields: ['attachment-audience'], case: { kind: 'dispute', id: dispute.id } },
        detail: { attachmentId: attachment.id, audience, side },
      });
      if (!(await files.share(attachment, dispute, audience, side))) throw notFound();
      return attachmentView({ ...attachment, audience, side }, viewer);
    },
  );

  app.delete(
    '/disputes/:id/attachments/:attachmentId',
    {
      // Taking back needs no reason, and so no body.
      preValidation: async (request) => {
        request.body ??= {};
      },
      schema: {
        ...{ operationId: 'removeAttachment', tags: ['attachments'] },
        summary: 'Remove a file: whoever sent it within an hour, or the owner of the dispute with a reason',
        ...{ params: AttachmentParams, body: RemovalBody },
        response: { 204: Type.Null(), ...problemsOf(400, 401, 403, 404, 409, 413, 415) },
      },
    },
    async (request, reply) => {
      const { actor, params } = request;
      const { attachment, dispute, state } = await findFile(deps, params, actor);
      refuseArchived(state);
      const reason = request.body.reason ?? null;
      const takenBack =
        attachment.uploadedBy === actor.id && clock() - attachment.uploadedAt <= REMOVAL_WINDOW_MS;
      if (!takenBack && !is('owner', state, { actor }))
        throw notPermitted('whoever sent it may remove it within an hour, later the owner of the dispute');
      if (!takenBack && reason === null) {
        throw new Problem({
          ...{ status: 400, code: 'invalid_body', title: 'a reason is asked for' },
          ...{ field: 'reason', expected: 'why the file is removed' },
        });
      }
      await audited(deps, request, {
        ...{ kind: 'change', fields: ['attachment'], case: { kind: 'dispute', id: dispute.id } },
        detail: { act: takenBack ? 'take-back' : 'remove', attachmentId: attachment.id },
      });
      if (!(await files.remove(attachment, dispute, { personId: actor.id, reason }))) throw notFound();
      return reply.code(204).send(null);
    },
  );
};
