import { existsSync, readdirSync, statSync } from 'node:fs';
import { request as httpRequest, type ClientRequest } from 'node:http';
import { join } from 'node:path';
import { answerOf, type ApiAnswer, type ApiSession } from '../../bin/wiring/api-client.ts';
import type { AttachmentAnswer } from '../../schemas/api/attachments.ts';
import { newKey } from './engine.ts';

export interface SendOptions {
  name?: string;
  key?: string;
  query?: Record<string, string>;
  /** What the client calls it; the server does not ask. */
  type?: string;
  /** Without a length known before, as a recording that is sent while it is made. */
  chunked?: boolean;
}

const pathOf = (disputeId: string, query: Record<string, string> = {}): string =>
  `/v1/disputes/${disputeId}/attachments?${new URLSearchParams(query).toString()}`;

const headersOf = (who: ApiSession, { name, key, type = 'application/octet-stream' }: SendOptions) => ({
  ...who.headers(),
  ...{ 'idempotency-key': key ?? newKey(), 'content-type': type },
  ...(name !== undefined && {
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
  }),
});

/** Sends a file as a phone does: as the body. */
export async function send<T = AttachmentAnswer>(
  base: string,
  who: ApiSession,
  disputeId: string,
  bytes: Buffer,
  options: SendOptions = {},
): Promise<ApiAnswer<T>> {
  const body = options.chunked === true ? inPieces(bytes) : new Uint8Array(bytes);
  const init: RequestInit & { duplex?: 'half' } = {
    ...{ method: 'POST', headers: headersOf(who, options), body },
    ...(options.chunked === true && { duplex: 'half' }),
  };
  return answerOf<T>(await fetch(base + pathOf(disputeId, options.query), init));
}

const PIECE = 64 * 1024;
const inPieces = (bytes: Buffer): ReadableStream<Uint8Array> => {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(new Uint8Array(bytes.subarray(at, at + PIECE)));
      at += PIECE;
    },
  });
};

/** An upload that has begun and does not go on; `end` finishes it, `destroy` goes away. */
export function begin(
  base: string,
  who: ApiSession,
  disputeId: string,
  first: Buffer,
  options: SendOptions & { length?: number } = {},
): ClientRequest {
  const headers = {
    ...headersOf(who, options),
    ...(options.length !== undefined && { 'content-length': options.length }),
  };
  const request = httpRequest(base + pathOf(disputeId, options.query), { method: 'POST', headers });
  request.on('error', () => undefined);
  request.write(first);
  return request;
}

/** Everything that lies in a folder of files: stored ones, and what is only on its way. */
export function contentsOf(root: string): { stored: string[]; incoming: string[] } {
  const filesIn = (folder: string): string[] =>
    existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
          statSync(join(folder, path), { throwIfNoEntry: false })?.isFile(),
        )
      : [];
  const incoming = join(root, 'incoming');
  return {
    stored: filesIn(join(root, 'objects')).sort(),
    incoming: existsSync(incoming) ? readdirSync(incoming) : [],
  };
}
