import type { FastifyPluginAsync } from 'fastify';
import type { ApiDeps } from '../deps.ts';

/** For whatever watches the process: alive, and ready to be given work. */
export const health: FastifyPluginAsync<ApiDeps> = async (app, deps) => {
  const open = { config: { open: true }, schema: { hide: true } };
  app.get('/healthz', open, () => ({ status: 'ok' }));
  app.get('/readyz', open, async (_request, reply) => {
    const checks = await deps.health.check();
    const ready = checks.every(({ ok }) => ok);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready', checks });
  });
  app.get('/', open, (_request, reply) => reply.redirect('/docs'));
};
