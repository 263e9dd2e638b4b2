import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import createRouter, { type HTTPMethod } from 'find-my-way';

declare module 'fastify' {
  interface FastifyInstance {
    /** Methods of the path that was asked for, in the words of an Allow header; null when no operation has it. */
    allowedMethods(request: FastifyRequest): string | null;
  }
}

/** Any method: the router only has to tell paths apart. */
const ANY: HTTPMethod = 'GET';

/** Knows which methods each path has, so that a wrong one is told from a path that does not exist (RFC 9110, 15.5.6). */
export const methods = fp(async (app: FastifyInstance) => {
  const router = createRouter({ maxParamLength: 200 });
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const found = known.get(url) ?? new Set<string>();
    if (!known.has(url)) router.on(ANY, url, () => undefined, found);
    known.set(url, found);
    for (const one of [method].flat()) found.add(one);
  });
  app.decorate('allowedMethods', ({ url }) => {
    const [path = ''] = url.split('?');
    const found = router.find(ANY, path)?.store as Set<string> | undefined;
    return found === undefined ? null : [...found].sort().join(', ');
  });
});
