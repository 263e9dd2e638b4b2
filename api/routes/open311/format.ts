import Builder from 'fast-xml-builder';
import type { FastifyReply } from 'fastify';
import { Problem } from '../../problem.ts';

export const FORMATS = ['json', 'xml'] as const;
export type Format = (typeof FORMATS)[number];

const TYPES: Record<Format, string> = {
  json: 'application/json; charset=utf-8',
  xml: 'text/xml; charset=utf-8',
};

/** The elements of each list, as the specification names them. */
const ITEM: Record<string, string> = {
  services: 'service',
  attributes: 'attribute',
  values: 'value',
  service_requests: 'request',
  endpoints: 'endpoint',
  formats: 'format',
  errors: 'error',
};

// Characters that XML has no way of writing.
const NO_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const builder = new Builder({ format: true, suppressEmptyNode: true, processEntities: true });

/** An answer as XML: each list becomes an element that holds its items, null an empty element. */
export const toXml = (root: string, value: unknown): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n${builder.build({ [root]: nested(root, value) })}`;

function nested(name: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    const item = ITEM[name];
    if (item === undefined) throw new Error(`no element for the items of ${name}`);
    return value.length === 0 ? '' : { [item]: value.map((one) => nested(item, one)) };
  }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, nested(key, one)]));
  if (typeof value === 'string') return value.replaceAll(NO_XML, '');
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

/** Sends a value in the format that the path asked for; `root` is the element that XML puts around it. */
export function answer(reply: FastifyReply, format: Format, root: string, value: unknown): FastifyReply {
  void reply.type(TYPES[format]);
  return reply.send(format === 'json' ? JSON.stringify(value) : toXml(root, value));
}

/** A problem as this interface tells it: one error with the status as its code, a description for people. */
export function answerProblem(reply: FastifyReply, format: Format, { options }: Problem): FastifyReply {
  const { title, field, expected, retryAfter_s } = options;
  // The specification knows no 401, and 422 no client of it: a missing key is 403, a refused report 400.
  const code = options.status === 401 ? 403 : options.status === 422 ? 400 : options.status;
  const about = [field, expected].filter((part) => part !== undefined).join(': ');
  const description = about === '' ? title : `${title} (${about})`;
  if (retryAfter_s !== undefined) void reply.header('retry-after', String(retryAfter_s));
  return answer(reply.code(code), format, 'errors', [{ code, description }]);
}

/** The end of the path says it; XML is the format that everybody understands. */
export const formatOf = (url: string): Format => (/\.json(\?|$)/.test(url) ? 'json' : 'xml');

/** Times as the W3C's note has them, in UTC and without fractions. */
export const timeOf = (instant: number): string => `${new Date(instant).toISOString().slice(0, 19)}Z`;

/** Reads such a time, which must name its zone. Throws a problem that names the parameter. */
export function instantOf(parameter: string, text: string): number {
  const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isFinite(instant)) return instant;
  throw badRequest('not a date and time', parameter, '2026-01-31T00:00:00Z');
}

export const badRequest = (title: string, field: string, expected: string): Problem =>
  new Problem({ ...{ status: 400, code: 'invalid_parameter', title, field, expected } });

export const unknownHere = (field: string): Problem =>
  new Problem({ ...{ status: 404, code: 'not_found', title: `${field} provided was not found`, field } });
