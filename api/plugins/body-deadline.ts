import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A large body over a slow line: it has as long as the whole server allows. */
    slowBody?: boolean;
  }
}

const TOO_LATE = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * Ends requests whose body has not come in within `ms`. Node has one such limit for a whole server, and an upload over a
 * mobile network needs a longer one than everything else; once it is answered, what still comes of it has `ms` too.
 */
export const bodyDeadline = fp(async (app: FastifyInstance, { ms }: { ms: number }) => {
  app.addHook('onRequest', async (request, reply) => {
    const { raw, routeOptions } = request;
    const { 'content-length': length = '0', 'transfer-encoding': transfer } = raw.headers;
    if (length === '0' && transfer === undefined) return;
    const begin = (): void => {
      const timer = setTimeout(() => {
        if (raw.complete) return;
        if (reply.raw.headersSent) raw.socket.destroy();
        else raw.socket.end(TOO_LATE, () => raw.socket.destroy());
      }, ms).unref();
      raw.once('close', () => clearTimeout(timer));
    };
    if (routeOptions.config.slowBody === true) reply.raw.once('finish', begin);
    else begin();
  });
});
