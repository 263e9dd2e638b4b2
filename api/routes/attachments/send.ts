import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { Type, type Static } from 'typebox';
import type { Attachment, AttachmentViewer } from '../../../ports/attachments.ts';
import { AttachmentView, FILE_MAX_BYTES, UploadQuery } from '../../../schemas/api/attachments.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Id } from '../../../schemas/parts.ts';
import { CommandHeaders, idempotencyKeyOf } from '../../act.ts';
import { atOnce } from '../../at-once.ts';
import { asProblem, findFiles, refuseArchived, sideOf, STALL_MS } from '../../attached.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { sentFileName } from '../../file-name.ts';
import { notStored } from '../../upload-problems.ts';
import { attachmentView } from '../../views/attachments.ts';

/** Of one process: each may fill a folder with 20 MB and a processor with a picture. */
export const UPLOADS_MAX = 8;

/**
 * Takes a file in, sent as the body itself and without multipart: a phone can then send it from its disk in the background, its size
 * is known before the first byte, and there is nothing to parse.
 */
export const sending: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const uploads = atOnce(UPLOADS_MAX, 'uploads');
  // The body of this one route is left alone; elsewhere it is JSON as always.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  const compile = app.validatorCompiler!;

  app.post(
    '/disputes/:id/attachments',
    {
      bodyLimit: FILE_MAX_BYTES,
      config: { slowBody: true },
      // Its schema is for the contract only: there is no value to look at, only a stream.
      validatorCompiler: (route) => (route.httpPart === 'body' ? () => true : compile(route)),
      schema: {
        ...{
          operationId: 'addAttachment',
          tags: ['attachments'],
          summary: 'Send a photo, a recording or a PDF',
        },
        description:
          'The body is the file. Its name goes into Content-Disposition. What it is, is told by its bytes; Content-Type is not asked.',
        consumes: ['application/octet-stream'],
        ...{ params: Type.Object({ id: Id() }), querystring: UploadQuery, headers: CommandHeaders },
        body: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }),
        response: {
          ...{ 200: AttachmentView, 201: AttachmentView },
          ...problemsOf(400, 401, 403, 404, 409, 413, 415, 422, 503),
        },
      },
    },
    async (request, reply) => {
      try {
        const { attachment, viewer, again } = await upload(request);
        const { id, disputeId } = attachment;
        void reply.header('location', `/v1/disputes/${disputeId}/attachments/${id}`);
        return await reply.code(again ? 200 : 201).send(attachmentView(attachment, viewer));
      } finally {
        discard(request.raw);
      }
    },
  );

  const upload = async (
    request: FastifyRequest<{ Params: { id: string }; Querystring: Static<typeof UploadQuery> }>,
  ): Promise<{ attachment: Attachment; viewer: AttachmentViewer; again: boolean }> => {
    const { actor, params, query, raw } = request;
    const { kind, audience, keepLocation } = query;
    const key = idempotencyKeyOf(request);
    const name = sentFileName(request);
    const { dispute, state, viewer } = await findFiles(deps, params.id, actor);
    refuseArchived(state);
    const side = sideOf(state, viewer, query);
    if (Number(raw.headers['content-length'] ?? 0) > FILE_MAX_BYTES)
      throw notStored({ outcome: 'too-large' });
    const leave = uploads.enter();
    try {
      await audited(deps, request, {
        ...{ kind: 'change', fields: ['attachment'], case: { kind: 'dispute', id: dispute.id } },
        detail: { act: 'upload', kind, audience, keepLocation },
      });
      raw.setTimeout(STALL_MS);
      const stored = await deps.attachments.upload({
        ...{ uploadId: deps.commandIdOf(actor.id, `attachment:${dispute.id}`, key), dispute, name },
        ...{ uploadedBy: actor.id, uploadedAs: viewer.standing, kind, audience, side, keepLocation },
        // A reader that stops early must not close the connection: the answer still has to go out on it.
        content: raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>,
      });
      if (stored.outcome !== 'stored') throw notStored(stored);
      return { ...stored, viewer };
    } catch (error) {
      throw asProblem(error, request, 'stored');
    } finally {
      leave();
    }
  };
};

/** What is still coming in is read and thrown away, or the answer would never reach the client; but not for ever. */
function discard(raw: IncomingMessage): void {
  if (raw.complete || raw.destroyed) return;
  let left = FILE_MAX_BYTES;
  raw.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) raw.destroy();
  });
  raw.resume();
}
