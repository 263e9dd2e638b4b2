import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { Problem } from '../problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Stays open on purpose and has a limit of its own. */
    longLived?: boolean;
  }
}

/**
 * Refuses what comes beyond `max` requests in work, before it waits for a connection that will not come in time. Counted
 * and not measured by the event loop's delay: one long blocking moment would turn everybody away for a second.
 */
export const inFlight = fp(async (app: FastifyInstance, { max }: { max: number }) => {
  let current = 0;
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.longLived === true) return;
    if (current >= max) {
      throw new Problem({
        ...{
          status: 503,
          code: 'overloaded',
          title: 'too much at once, nothing was stored',
          retryAfter_s: 2,
        },
      });
    }
    current += 1;
    reply.raw.once('close', () => (current -= 1));
  });
});
