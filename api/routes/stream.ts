import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import { Type } from 'typebox';
import type { Actor } from '../../domain/roles.ts';
import { inScope, scopeOf } from '../../domain/scope.ts';
import { mayTake } from '../../domain/work.ts';
import type { Change } from '../../ports/changes.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem.ts';

const HEARTBEAT_MS = 15_000;
/** Open streams of one process; more would starve the rest of the API. */
export const STREAMS_MAX = 2_000;
/** Bytes that may wait for a slow reader before the stream is cut; the client connects again and fetches anew. */
const BACKLOG_MAX = 256 * 1024;

interface Listener {
  /** Its actor is renewed while the connection stays open: posts end. */
  request: FastifyRequest;
  socket: ServerResponse;
}

const HINTS = `Events \`case\` {kind, id, disputeId, version} and \`work\` {kind, id, disputeId}: that something changed,
never what. A hint that is sent while nobody is connected is lost, so a client fetches again when it connects.`;

/**
 * Server-sent hints, never content: the client fetches what it may see. Hinted at are cases in the person's scope, and
 * work that can be hers.
 */
export const stream: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { changes, records }) => {
  const listeners = new Set<Listener>();
  const stop = changes.subscribe((batch) => {
    for (const change of oneEach(batch)) void tell(change);
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
    if (change.type === 'work') {
      const { holders = [] } = change;
      for (const { request, socket } of waiting)
        if (holders.some((holder) => mayTake(request.actor, holder))) send(socket, change);
      return;
    }
    const inRegion = waiting.filter(({ request }) => sees(request.actor, change, []));
    const others = waiting.filter((listener) => !inRegion.includes(listener));
    inRegion.forEach(({ socket }) => send(socket, change));
    if (others.length === 0) return;
    const members = await records.membersOf(change.kind, change.id).catch(() => null);
    if (members === null) return;
    for (const { request, socket } of others) if (sees(request.actor, change, members)) send(socket, change);
  };

  app.get(
    '/stream',
    {
      config: { longLived: true },
      schema: {
        ...{
          operationId: 'stream',
          tags: ['work'],
          summary: 'Server-sent hints at cases and work that changed',
          description: HINTS,
        },
        response: {
          200: {
            description: 'a stream that stays open',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
          ...problemsOf(401, 403, 503),
        },
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
      const listener = { request, socket: reply.raw };
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

/** The last of each case, and all whose work it can be: several may come at once. */
function oneEach(batch: Change[]): Change[] {
  const last = new Map<string, Change>();
  for (const change of batch) {
    const key = `${change.type}:${change.kind}:${change.id}`;
    const holders = [...(last.get(key)?.holders ?? []), ...(change.holders ?? [])];
    last.set(key, { ...change, holders });
  }
  return [...last.values()];
}

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
