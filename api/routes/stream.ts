import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ServerResponse } from 'node:http';
import type { Actor } from '../../domain/roles.ts';
import { inScope, scopeOf } from '../../domain/scope.ts';
import type { Change } from '../../ports/changes.ts';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem.ts';

const HEARTBEAT_MS = 15_000;
/** Open streams of one process; more would starve the rest of the API. */
export const STREAMS_MAX = 2_000;
/** Bytes that may wait for a slow reader before the stream is cut; the client connects again and fetches anew. */
const BACKLOG_MAX = 256 * 1024;

interface Listener {
  actor: Actor;
  socket: ServerResponse;
}

/**
 * Server-sent events with `{id, version}` hints, never content: the client fetches what it may see. Only cases in the
 * person's scope are hinted at.
 */
export const stream: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { changes, records }) => {
  const listeners = new Set<Listener>();
  const stop = changes.subscribe((batch) => {
    for (const change of batch) void tell(change);
  });
  const heartbeat = setInterval(() => {
    for (const { socket } of listeners) socket.write(': still here\n\n');
  }, HEARTBEAT_MS);
  app.addHook('preClose', async () => {
    stop();
    clearInterval(heartbeat);
    for (const { socket } of listeners) socket.end();
  });

  const tell = async (change: Change): Promise<void> => {
    const waiting = [...listeners];
    const inRegion = waiting.filter(({ actor }) => sees(actor, change, []));
    const others = waiting.filter((listener) => !inRegion.includes(listener));
    inRegion.forEach(({ socket }) => send(socket, change));
    if (others.length === 0) return;
    const members = await records.membersOf(change.kind, change.id).catch(() => null);
    if (members === null) return;
    for (const { actor, socket } of others) if (sees(actor, change, members)) send(socket, change);
  };

  app.get(
    '/stream',
    {
      config: { longLived: true },
      schema: {
        ...{
          operationId: 'stream',
          tags: ['work'],
          summary: 'Server-sent hints {kind, id, version} of what changed',
        },
        produces: ['text/event-stream'],
      },
    },
    async (request, reply) => {
      if (listeners.size >= STREAMS_MAX)
        throw new Problem({
          status: 503,
          code: 'overloaded',
          title: 'too many open streams',
          retryAfter_s: 10,
        });
      reply.hijack();
      const listener = { actor: request.actor, socket: reply.raw };
      reply.raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      reply.raw.write('retry: 2000\n\n');
      listeners.add(listener);
      request.raw.on('close', () => listeners.delete(listener));
    },
  );
};

const sees = (actor: Actor, { region }: Change, members: string[]): boolean =>
  inScope(scopeOf(actor), { region, members });

function send(socket: ServerResponse, { type, kind, id, disputeId, version }: Change): void {
  if (socket.writableLength > BACKLOG_MAX) {
    socket.destroy();
    return;
  }
  const hint = type === 'case' ? { kind, id, disputeId, version } : { kind, id, disputeId };
  socket.write(`event: ${type}\ndata: ${JSON.stringify(hint)}\n\n`);
}
