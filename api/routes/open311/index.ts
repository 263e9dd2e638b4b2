import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import type { Gazetteer } from '../../../ports/open311.ts';
import type { Taken } from '../../../ports/intake.ts';
import { idempotencyKeyOf, keyReused } from '../../act.ts';
import type { ApiDeps } from '../../deps.ts';
import { asProblem, logFailure } from '../../plugins/problems.ts';
import { methodNotAllowed, notFound, Problem, refusedProblem } from '../../problem.ts';
import { callerOf } from './caller.ts';
import { acceptForms, fieldOf, FORM_MAX_BYTES, FORM_TYPE, type Form } from './form.ts';
import { answer, answerProblem, badRequest, FORMATS, formatOf, unknownHere, type Format } from './format.ts';
import { filterOf, IDS_MAX, partsOf, viewOf, type RequestsQuery as Query } from './requests.ts';
import * as schemas from './schemas.ts';
import { attributesOf, SERVICES, serviceOf, type Service } from './services.ts';
import { reportOf } from './to-report.ts';

/** Longer than this nobody waits at a counter: the report goes on, and the token leads to it. */
export const ANSWER_WITHIN_MS = 8_000;
/** After this a report that was announced will not come any more: its sender has to send it again. */
const TAKEN_WITHIN_MS = 60_000;

/** When the services or their attributes last changed: clients keep them as long as this stays. */
const CHANGESET = '2026-11-24T00:00:00Z';
const SPECIFICATION = 'http://wiki.open311.org/GeoReport_v2';

export interface Open311Deps extends Pick<
  ApiDeps,
  'open311' | 'intake' | 'apiKeys' | 'sessions' | 'directory' | 'commandIdOf' | 'idsFrom' | 'clock'
> {
  answerWithin_ms?: number;
}

interface Operation {
  method?: 'POST';
  path: string;
  name: string;
  schema: FastifySchema;
  success: Parameters<typeof schemas.answersOf>[1];
  errors?: number[];
  carryOut: (request: FastifyRequest, reply: FastifyReply, format: Format) => Promise<FastifyReply>;
}

/**
 * Open311 GeoReport v2, in JSON and XML, so that clients of 311 systems can report here and ask how it goes. Everybody may
 * read; it shows only what came in by it, and of that no word of what was told.
 */
export async function open311(app: FastifyInstance, deps: Open311Deps): Promise<void> {
  acceptForms(app);
  const unknownPath = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const allowed = app.allowedMethods(request);
    const problem =
      allowed === null ? notFound('no such resource of GeoReport v2') : methodNotAllowed(allowed);
    if (allowed !== null) void reply.header('allow', allowed);
    return answerProblem(reply, formatOf(request.url), problem);
  };
  app.setErrorHandler((error: Parameters<typeof asProblem>[0], request, reply) => {
    if (request.is404 && !(error instanceof Problem)) return unknownPath(request, reply);
    const problem = asProblem(error);
    logFailure(request, error, problem);
    return answerProblem(reply, formatOf(request.url), problem);
  });
  app.setNotFoundHandler(unknownPath);
  for (const operation of operations(app, deps))
    for (const format of FORMATS) addRoute(app, operation, format);
}

function addRoute(app: FastifyInstance, operation: Operation, format: Format): void {
  const { method = 'GET', path, name, schema, success, errors = [], carryOut } = operation;
  app.route({
    ...{ method, url: `${path}.${format}`, bodyLimit: FORM_MAX_BYTES, config: { open: true } },
    schema: {
      ...{
        operationId: `open311${name}${format === 'json' ? 'Json' : 'Xml'}`,
        tags: ['open311'],
        security: [],
      },
      ...schema,
      response: schemas.answersOf(format, success, [...errors, 400, 404, 429, 503]),
    },
    handler: (request, reply) => carryOut(request, reply, format),
  });
}

function operations(app: FastifyInstance, deps: Open311Deps): Operation[] {
  const { open311: register, clock = Date.now, answerWithin_ms = ANSWER_WITHIN_MS } = deps;
  const querystring = schemas.Jurisdiction;
  const idParam = { params: schemas.Params, querystring };

  /** Names and regions, once it is clear that this jurisdiction is meant. Throws a problem. */
  const here = async (jurisdiction: string | null | undefined): Promise<Gazetteer> => {
    const gazetteer = await register.gazetteer();
    const largest = Math.min(...[...gazetteer.names.keys()].map((code) => code.length));
    const known = !jurisdiction || (gazetteer.names.has(jurisdiction) && jurisdiction.length === largest);
    if (!known) throw unknownHere('jurisdiction_id');
    return gazetteer;
  };
  const asked = (request: FastifyRequest) =>
    here((request.query as { jurisdiction_id?: string }).jurisdiction_id);
  const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

  return [
    {
      ...{ path: '/discovery', name: 'Discovery', success: { 200: schemas.Discovery } },
      schema: { summary: 'Where which version of this interface is', querystring },
      async carryOut(request, reply, format) {
        const url = `${request.protocol}://${request.host}/open311/v2`;
        const endpoint = { specification: SPECIFICATION, url, changeset: CHANGESET, type: 'production' };
        return answer(reply, format, 'discovery', {
          changeset: CHANGESET,
          contact: 'whoever administers this system',
          key_service: 'an administrator makes a key with the scope reports:write: POST /v1/api-keys',
          endpoints: [{ ...endpoint, formats: ['text/xml', 'application/json'] }],
        });
      },
    },
    {
      ...{ path: '/services', name: 'Services', success: { 200: schemas.Services } },
      schema: { summary: 'What can be reported', querystring },
      async carryOut(request, reply, format) {
        await asked(request);
        return answer(reply, format, 'services', SERVICES.map(listed));
      },
    },
    {
      ...{ path: '/services/:id(^[A-Za-z0-9]+)', name: 'Service', success: { 200: schemas.Definition } },
      schema: { summary: 'What a service asks for: the region, and dangers', ...idParam },
      async carryOut(request, reply, format) {
        const gazetteer = await asked(request);
        const service = serviceOf(idOf(request));
        if (service === undefined) throw unknownHere('service_code');
        const attributes = attributesOf(service, gazetteer);
        return answer(reply, format, 'service_definition', { service_code: service.code, attributes });
      },
    },
    {
      ...{ path: '/requests', name: 'Requests', success: { 200: schemas.Requests } },
      schema: {
        summary: 'Requests that came in here: status, service, times and region, nothing that was told',
        querystring: schemas.RequestsQuery,
      },
      async carryOut(request, reply, format) {
        const gazetteer = await asked(request);
        const query = request.query as Query;
        const ids = partsOf(query.service_request_id);
        if (ids.length > IDS_MAX)
          throw badRequest('too many ids at once', 'service_request_id', `at most ${IDS_MAX}`);
        const lines =
          ids.length > 0 ? await register.find(ids) : await register.list(filterOf(query, clock()));
        const views = lines.map((line) => viewOf(line, gazetteer));
        return answer(reply, format, 'service_requests', views);
      },
    },
    {
      ...{ path: '/requests/:id(^[A-Za-z0-9_]+)', name: 'Request', success: { 200: schemas.Requests } },
      schema: { summary: 'One request', ...idParam },
      async carryOut(request, reply, format) {
        const gazetteer = await asked(request);
        const [line] = await register.find([idOf(request)]);
        if (line === undefined) throw unknownHere('service_request_id');
        return answer(reply, format, 'service_requests', [viewOf(line, gazetteer)]);
      },
    },
    {
      ...{ path: '/tokens/:id(^[A-Za-z0-9_]+)', name: 'Token', success: { 200: schemas.Token } },
      schema: { summary: 'The request that a token stands for; none while it is being taken in', ...idParam },
      async carryOut(request, reply, format) {
        await asked(request);
        const token = idOf(request);
        const found = await register.byToken(token);
        const gone = found?.id === null && clock() - found.requestedAt > TAKEN_WITHIN_MS;
        if (found === null || gone) throw unknownHere('token');
        return answer(reply, format, 'service_requests', [{ service_request_id: found.id, token }]);
      },
    },
    {
      ...{ method: 'POST', path: '/requests', name: 'Report' },
      ...{ success: { 201: schemas.Accepted, 202: schemas.Accepted }, errors: [403, 409, 413, 415] },
      schema: { summary: 'Report something', consumes: [FORM_TYPE], body: schemas.RequestForm },
      async carryOut(request, reply, format) {
        const form = formIn(request);
        const { actor, channel } = await callerOf(app, request, deps, fieldOf(form, 'api_key', 4_000));
        const gazetteer = await here(fieldOf(form, 'jurisdiction_id', 80));
        const service = serviceIn(form);
        // A client that can say that it asks again is understood; the specification knows no such thing.
        const key =
          request.headers['idempotency-key'] === undefined ? randomUUID() : idempotencyKeyOf(request);
        const principal = `open311:${actor.id}`;
        const commandId = deps.commandIdOf(principal, 'reports', key);
        const token = deps.idsFrom(`${commandId}:open311`)('tok');
        const report = reportOf(form, { service, channel, gazetteer, token });
        await register.announce({ commandId, token, serviceCode: service.code, requestedAt: clock() });
        const taking = deps.intake.take({ report, actor, principal, idempotencyKey: key });
        const taken = await within(taking, answerWithin_ms);
        if (taken === null) {
          taking.then(
            (late) => (late.outcome === 'refused' ? register.withdraw(commandId) : undefined),
            (error: unknown) => request.log.error({ err: error }, 'a report could not be stored'),
          );
          return answer(reply.code(202), format, 'service_requests', [
            { token, service_notice: NOTICE, account_id: null },
          ]);
        }
        if (taken.outcome === 'refused') {
          await register.withdraw(commandId);
          throw refusedProblem(taken.refusal);
        }
        if (taken.outcome === 'key-reused') throw keyReused();
        const accepted = { service_request_id: taken.taken.id, service_notice: NOTICE, account_id: null };
        return answer(reply.code(taken.again ? 200 : 201), format, 'service_requests', [accepted]);
      },
    },
  ];
}

const NOTICE = '已受理 (taken in). E-mail, device and position are not kept.';

const listed = ({ code, name, description, keywords, group }: Service): object => ({
  ...{ service_code: code, service_name: name, description, metadata: true, type: 'realtime' },
  ...{ keywords, group },
});

/** The promise's value, or null when it takes longer. */
const within = (taking: Promise<Taken>, limit_ms: number): Promise<Taken | null> => {
  const waiting = new AbortController();
  const late = sleep(limit_ms, null, { signal: waiting.signal }).catch(() => null);
  return Promise.race([taking, late]).finally(() => waiting.abort());
};

function formIn({ body }: FastifyRequest): Form {
  if (body instanceof Map) return body as Form;
  throw badRequest('the form is empty', 'service_code', FORM_TYPE);
}

function serviceIn(form: Form): Service {
  const code = fieldOf(form, 'service_code', 80);
  if (code === null) throw badRequest('service_code was not provided', 'service_code', 'see services');
  const service = serviceOf(code);
  if (service === undefined) throw unknownHere('service_code');
  return service;
}
