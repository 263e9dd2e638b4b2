import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

/** The contract, made from the routes' own schemas, and a page to read and try it. */
export const openapi = fp(async (app: FastifyInstance) => {
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
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  app.get('/openapi.json', { config: { open: true }, schema: { hide: true } }, () => app.swagger());
});

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
