import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Attachment, ByteRange } from '../../../ports/attachments.ts';
import {
  AttachmentPage,
  AttachmentParams,
  AttachmentsQuery,
  AttachmentView,
} from '../../../schemas/api/attachments.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Id } from '../../../schemas/parts.ts';
import { atOnce } from '../../at-once.ts';
import { asProblem, findFile, findFiles, STALL_MS } from '../../attached.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { dispositionOf } from '../../file-name.ts';
import { notFound, Problem } from '../../problem.ts';
import { rangeOf } from '../../range.ts';
import { attachmentView } from '../../views/attachments.ts';

/** Of one process. A slow reader holds a connection to the storage. */
export const DOWNLOADS_MAX = 100;

const Bytes = (description: string) => ({
  description,
  content: {
    'application/octet-stream': { schema: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }) },
  },
});

/** What files a dispute has, and their bytes: for whoever may see each of them, and always as something to save. */
export const reading: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { attachments: files } = deps;
  const downloads = atOnce(DOWNLOADS_MAX, 'downloads');

  app.get(
    '/disputes/:id/attachments',
    {
      schema: {
        ...{
          operationId: 'listAttachments',
          tags: ['attachments'],
          summary: 'Files of a dispute, oldest first',
        },
        ...{ params: Type.Object({ id: Id() }), querystring: AttachmentsQuery },
        response: { 200: AttachmentPage, ...problemsOf(400, 401, 404) },
      },
    },
    async (request) => {
      const { viewer } = await findFiles(deps, request.params.id, request.actor);
      const page = await files.list(viewer, request.params.id, request.query);
      return { ...page, items: page.items.map((one) => attachmentView(one, viewer)) };
    },
  );

  app.get(
    '/disputes/:id/attachments/:attachmentId',
    {
      schema: {
        ...{ operationId: 'getAttachment', tags: ['attachments'], summary: 'What is known of a file' },
        ...{ params: AttachmentParams, response: { 200: AttachmentView, ...problemsOf(400, 401, 404) } },
      },
    },
    async (request) => {
      const { attachment, viewer } = await findFile(deps, request.params, request.actor);
      return attachmentView(attachment, viewer);
    },
  );

  app.get(
    '/disputes/:id/attachments/:attachmentId/content',
    {
      exposeHeadRoute: false,
      config: { longLived: true },
      schema: {
        ...{
          operationId: 'getAttachmentContent',
          tags: ['attachments'],
          summary: 'The bytes of a file, or a range',
        },
        params: AttachmentParams,
        response: {
          ...{ 200: Bytes('The file'), 206: Bytes('The part that Range asked for') },
          ...{ 304: Type.Null(), ...problemsOf(400, 401, 404, 416, 503) },
        },
      },
    },
    async (request, reply) => {
      const { attachment, dispute } = await findFile(deps, request.params, request.actor);
      const { bytes, sha256, mediaType, name } = attachment;
      const etag = `"${sha256}"`;
      void reply.headers({ ...safely(mediaType, name), etag, 'accept-ranges': 'bytes' });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send(null);
      const { range: asked, 'if-range': ifRange } = request.headers;
      const range = ifRange === undefined || ifRange === etag ? rangeOf(asked, bytes) : null;
      if (range === 'unsatisfiable') {
        void reply.headers({ 'content-range': `bytes */${bytes}` });
        throw new Problem({
          ...{ status: 416, code: 'range_not_satisfiable', title: 'the file is shorter than that' },
          ...{ field: 'Range', expected: `bytes=0-${bytes - 1}` },
        });
      }
      const leave = downloads.enter();
      reply.raw.once('close', leave);
      await audited(deps, request, {
        ...{ kind: 'read', fields: ['attachment'], case: { kind: 'dispute', id: dispute.id } },
        detail: { attachmentId: attachment.id },
      });
      const stream = await opened(attachment, 'content', range ?? undefined, request);
      if (range === null) {
        const digest = Buffer.from(sha256, 'hex').toString('base64');
        return reply.headers({ 'content-length': bytes, 'repr-digest': `sha-256=:${digest}:` }).send(stream);
      }
      void reply.code(206).headers({
        'content-range': `bytes ${range.from}-${range.to}/${bytes}`,
        'content-length': range.to - range.from + 1,
      });
      return reply.send(stream);
    },
  );

  app.get(
    '/disputes/:id/attachments/:attachmentId/thumbnail',
    {
      exposeHeadRoute: false,
      schema: {
        ...{
          operationId: 'getAttachmentThumbnail',
          tags: ['attachments'],
          summary: 'A small WebP of a picture',
        },
        params: AttachmentParams,
        response: { 200: Bytes('At most 320 pixels wide and high'), ...problemsOf(400, 401, 404, 503) },
      },
    },
    async (request, reply) => {
      const { attachment, dispute } = await findFile(deps, request.params, request.actor);
      const { thumbnailBytes, id } = attachment;
      if (thumbnailBytes === null) throw notFound('this file has no thumbnail');
      await audited(deps, request, {
        ...{ kind: 'read', fields: ['attachment-thumbnail'], case: { kind: 'dispute', id: dispute.id } },
        detail: { attachmentId: id },
      });
      const stream = await opened(attachment, 'thumbnail', undefined, request);
      return reply
        .headers({ ...safely('image/webp', `${id}.webp`), 'content-length': thumbnailBytes })
        .send(stream);
    },
  );

  const opened = async (
    attachment: Attachment,
    part: 'content' | 'thumbnail',
    range: ByteRange | undefined,
    request: FastifyRequest,
  ): Promise<NodeJS.ReadableStream> => {
    const stream = await files.open(attachment, part, range).catch((error: unknown) => {
      throw asProblem(error, request, 'read');
    });
    request.raw.socket.setTimeout(STALL_MS);
    return stream;
  };
};

/** Headers that keep a file a file, whatever is in it: saved and not shown, run by nobody, kept by no cache. */
const safely = (mediaType: string, name: string): Record<string, string> => ({
  'content-type': mediaType,
  'content-disposition': dispositionOf(name),
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
});
