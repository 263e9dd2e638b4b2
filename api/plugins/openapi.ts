import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema } from 'fastify';
import fp from 'fastify-plugin';
import { problemsOf } from '../../schemas/api/views.ts';

/** The contract, made from the routes' own schemas, and a page to read and try it. */
export const openapi = fp(async (app: FastifyInstance) => {
  // Before the document's own hook, which takes what the routes then say.
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/v1/') && route.schema !== undefined)
      alsoAnswers(route.schema, route.config?.open === true);
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Fengqiao dispute resolution',
        version: '1',
        description:
          'Reports, disputes and the work around them. Changing calls need an Idempotency-Key; the same key asks for the same answer. Errors are application/problem+json with a stable code.',
      },
      components: {
        securitySchemes: { session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
      security: [{ session: [] }],
    },
    transformObject: (document) =>
      optionalWhereDefaulted((document as { openapiObject: OpenApi }).openapiObject),
  });
  await app.register(swaggerUi, {
    ...{ routePrefix: '/docs', staticCSP: true },
    // On a machine of its own, without HTTPS, a browser would ask for the page's scripts in vain.
    transformStaticCSP: (policy) => policy.replace(/upgrade-insecure-requests;?/, ''),
  });
  app.get('/openapi.json', { config: { open: true }, schema: { hide: true } }, () => app.swagger());
});

/** What every operation may answer beside what is its own: no session, no right, too many, too busy, a foreign cursor. */
function alsoAnswers(schema: FastifySchema, open: boolean): void {
  const query = schema.querystring as { properties?: Record<string, unknown> } | undefined;
  const cursor = query?.properties?.['cursor'] !== undefined ? [422] : [];
  const common = problemsOf(...(open ? [] : [401, 403]), ...cursor, 429, 503);
  schema.response = { ...common, ...(schema.response as object | undefined) };
}

interface OpenApi {
  paths?: Record<string, Record<string, { parameters?: Parameter[] }>>;
}
interface Parameter {
  required?: boolean;
  schema?: { default?: unknown };
}

/** A value that has a default need not be sent: the schemas say that it is always there, which is true behind the check. */
function optionalWhereDefaulted(document: OpenApi): OpenApi {
  for (const path of Object.values(document.paths ?? {}))
    for (const { parameters = [] } of Object.values(path))
      for (const parameter of parameters)
        if (parameter.schema?.default !== undefined) parameter.required = false;
  return document;
}
