import type { FastifyInstance, FastifyRequest } from 'fastify';

/** How often it is asked whether those who keep a connection open still may. */
const LOOK_MS = 5_000;

/**
 * Cuts connections that stay open (`longLived`) once whoever opened them may no longer: her session, key or account has
 * ended, or the token of an issuer has expired. Whoever cannot be looked up just now keeps hers.
 */
export function watchOpenRequests(
  app: FastifyInstance,
  mayStay: (request: FastifyRequest) => Promise<boolean>,
): void {
  const open = new Set<FastifyRequest>();
  app.addHook('preHandler', async (request, reply) => {
    if (request.routeOptions.config.longLived !== true) return;
    open.add(request);
    reply.raw.once('close', () => open.delete(request));
  });
  const look = async (request: FastifyRequest): Promise<void> => {
    if (await mayStay(request).catch(() => true)) return;
    request.raw.socket.destroy();
  };
  const timer = setInterval(() => void Promise.all([...open].map(look)), LOOK_MS);
  app.addHook('preClose', async () => clearInterval(timer));
}
