import type { FastifyRequest } from 'fastify';
import { FILE_NAME_MAX } from '../schemas/api/attachments.ts';
import { Problem } from './problem.ts';

const EXPECTED = `attachment; filename*=UTF-8''<percent-encoded name of at most ${FILE_NAME_MAX} characters>`;

/**
 * What a client calls the file it sends, from `Content-Disposition` as RFC 6266 has it; null when it says nothing. Throws a problem
 * for a header that cannot be read and for a name that is too long.
 */
export function sentFileName({ headers }: FastifyRequest): string | null {
  const header = headers['content-disposition'];
  if (header === undefined) return null;
  const encoded = /;\s*filename\*\s*=\s*UTF-8'[^']*'([^;\s]*)/i.exec(header)?.[1];
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]+))/i.exec(header);
  const name = encoded === undefined ? plainName(plain) : decoded(encoded);
  if (name === null && !/^\s*(attachment|inline)\s*$/i.test(header))
    throw wrongName('this is not a file name');
  if (name !== null && name.length > FILE_NAME_MAX) throw wrongName('the file name is too long');
  return name;
}

const plainName = (found: RegExpExecArray | null): string | null =>
  found === null ? null : (found[1]?.replaceAll(/\\(.)/g, '$1') ?? found[2] ?? null);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrongName('the file name is not percent-encoded UTF-8');
  }
}

const wrongName = (title: string): Problem =>
  new Problem({
    ...{ status: 400, code: 'invalid_header', title },
    ...{ field: 'Content-Disposition', expected: EXPECTED },
  });

/** `Content-Disposition` of a download: never shown inside a page, and with a name for old and new clients. */
export function dispositionOf(name: string): string {
  const old = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${old}"; filename*=UTF-8''${encoded}`;
}
