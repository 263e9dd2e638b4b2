import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import type { ApiDeps } from '../deps.ts';

/** A browser that came over HTTPS once comes so for a year. */
const HTTPS_ONLY_S = 31_536_000;
/** A browser may ask again after that whether another origin may call. */
const PREFLIGHT_S = 600;

/**
 * What browsers are told. Answers are data and load nothing, so nothing is allowed; the page under /docs has a policy of
 * its own, from the plugin that serves it. Other origins are refused unless `CORS_ORIGINS` names them exactly.
 */
export const security = fp(async (app: FastifyInstance, { corsOrigins }: Pick<ApiDeps, 'corsOrigins'>) => {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        ...{
          defaultSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    strictTransportSecurity: false,
  });
  // By hand: over plain HTTP it must not be sent (RFC 6797, 7.2), and nobody behind a proxy sees more than the proxy says.
  app.addHook('onRequest', async (request, reply) => {
    if (request.protocol === 'https')
      reply.header('strict-transport-security', `max-age=${HTTPS_ONLY_S}; includeSubDomains`);
  });
  if (corsOrigins.length > 0) {
    await app.register(cors, {
      ...{ origin: corsOrigins, credentials: true, maxAge: PREFLIGHT_S, strictPreflight: true },
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: [
        ...['authorization', 'content-type', 'idempotency-key', 'if-match', 'x-csrf-token'],
        // Of files: their name, and parts of them.
        ...['content-disposition', 'range', 'if-range', 'if-none-match'],
      ],
      exposedHeaders: [
        ...['etag', 'location', 'retry-after'],
        ...['content-disposition', 'content-range', 'repr-digest'],
      ],
    });
  }
});

/** Answers name people: no cache between may keep them. For the routes of the API, not for its pages. */
export const noStore = fp(async (app: FastifyInstance) => {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
});
