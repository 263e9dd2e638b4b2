import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { isPassing } from '../../ports/failures.ts';
import { CursorError } from '../../ports/reads.ts';
import { keyMissing, keyUnusable, unavailable } from '../act.ts';
import { Problem, type Fault, type ProblemCode, methodNotAllowed } from '../problem.ts';

/** Every answer that is not a success leaves as `application/problem+json`; what is unexpected says nothing of why. */
export const problems = fp(async (app: FastifyInstance) => {
  const unknownPath = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const allowed = app.allowedMethods(request);
    if (allowed === null) return send(reply, unknownOperation());
    return send(reply.header('allow', allowed), methodNotAllowed(allowed));
  };
  app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
    // Whatever its body is: nobody would have read it.
    if (request.is404 && !(error instanceof Problem)) return unknownPath(request, reply);
    const problem = asProblem(error);
    logFailure(request, error, problem);
    return send(reply, problem);
  });
  app.setNotFoundHandler(unknownPath);
});

/** Answers what the router itself refuses. */
export function answerFrameworkError(
  error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  void send(reply, asProblem(error));
}

/** What is nobody's fault who asked; a problem that was thrown as one has been logged by whoever threw it. */
export function logFailure(request: FastifyRequest, error: unknown, { options }: Problem): void {
  if (options.code === 'internal') request.log.error({ err: error }, 'request failed');
  else if (options.code === 'unavailable' && !(error instanceof Problem))
    request.log.warn({ err: error }, 'the database does not answer');
}

const unknownOperation = (): Problem =>
  new Problem({ status: 404, code: 'not_found', title: 'no such operation', expected: 'see /docs' });

function send(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, retryAfter_s } = problem.options;
  if (retryAfter_s !== undefined) void reply.header('retry-after', String(retryAfter_s));
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.code(status).type('application/problem+json').send(JSON.stringify(problem.body()));
}

const INVALID: Record<string, ProblemCode> = {
  body: 'invalid_body',
  querystring: 'invalid_query',
  params: 'invalid_parameter',
  headers: 'invalid_header',
};

const FASTIFY: Record<string, [number, ProblemCode, string, string?]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'payload_too_large', 'the body is too large', 'at most 1 MiB'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported_media_type', 'this is not JSON', 'application/json'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'malformed_json', 'the body is empty', 'a JSON object'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'malformed_json', 'the body is not JSON', 'a JSON object'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    400,
    'malformed_json',
    'the length does not match',
    'Content-Length of the body',
  ],
};

export function asProblem(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof CursorError) {
    return new Problem({
      ...{ status: 422, code: 'invalid_query', title: error.message, field: 'cursor' },
      expected: 'nextCursor of the page before',
    });
  }
  if (error.validation !== undefined) return invalid(error);
  const known = FASTIFY[error.code];
  if (known) {
    const [status, code, title, expected] = known;
    return new Problem({ status, code, title, ...(expected !== undefined && { expected }) });
  }
  if (error instanceof SyntaxError && error.statusCode === 400) {
    return new Problem({ status: 400, code: 'malformed_json', title: 'the body is not JSON' });
  }
  if (error.statusCode === 503) {
    return new Problem({
      status: 503,
      code: 'overloaded',
      title: 'too much at once, nothing was stored',
      retryAfter_s: 2,
    });
  }
  if (isPassing(error)) return unavailable();
  const status = error.statusCode ?? 500;
  // A client error of the framework itself (a malformed URL, say): its own words quote what was sent.
  if (status >= 400 && status < 500)
    return new Problem({ status, code: 'invalid_parameter', title: 'malformed request' });
  return new Problem({
    status: 500,
    code: 'internal',
    title: 'this should not have happened; it was logged',
  });
}

interface AjvFault {
  instancePath: string;
  message?: string;
  keyword: string;
  params: Record<string, unknown>;
  /** The schema the keyword stands in; what was sent is beside it and never told. */
  parentSchema?: Partial<FieldSchema>;
}

interface FieldSchema {
  type: unknown;
  enum: unknown[];
  pattern: string;
  description: string;
  properties: Record<string, Partial<FieldSchema>>;
}

function invalid({ validation, validationContext = 'body' }: FastifyError): Problem {
  const faults = (validation as unknown as AjvFault[]).map((fault) => {
    const told = faultOf(fault);
    return validationContext === 'headers' ? { ...told, field: headerName(told.field) } : told;
  });
  const [first] = faults;
  if (validationContext === 'headers' && first?.field === 'Idempotency-Key')
    return first.message === MISSING ? keyMissing() : keyUnusable();
  return new Problem({
    ...{
      status: 400,
      code: INVALID[validationContext] ?? 'invalid_body',
      title: 'a field is not as it must be',
    },
    ...(first && { field: first.field }),
    ...(first?.expected !== undefined && { expected: first.expected }),
    faults,
  });
}

const MISSING = 'missing field';

/** As people write it: If-Match. */
const headerName = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());

/** Names the field and what would be right, never what was sent. */
function faultOf({
  instancePath,
  message = 'is wrong',
  keyword,
  params,
  parentSchema = {},
}: AjvFault): Fault {
  const own = instancePath.slice(1).replaceAll('/', '.');
  const inner = params['missingProperty'] ?? params['additionalProperty'];
  const field = typeof inner === 'string' ? [own, inner].filter(Boolean).join('.') : own;
  if (keyword === 'additionalProperties')
    return { field, message: 'unknown field', expected: 'no such field' };
  if (keyword === 'required')
    return { field, message: MISSING, expected: wanted(parentSchema.properties?.[String(inner)] ?? {}) };
  if (keyword === 'enum')
    return { field, message: 'not one of the allowed values', expected: wanted(parentSchema) };
  if (keyword === 'pattern')
    return { field, message: 'not as it must be written', expected: wanted(parentSchema) };
  return { field, message, expected: message };
}

/** What a field must be, in words. */
function wanted({ enum: allowed, description, type, pattern }: Partial<FieldSchema>): string {
  if (allowed !== undefined) return allowed.join(', ');
  if (description !== undefined) return description;
  if (type === 'object') return 'an object';
  if (type === 'array') return 'a list';
  if (pattern !== undefined) return `text that matches ${pattern}`;
  return typeof type === 'string' ? `a value of type ${type}` : 'a value';
}
