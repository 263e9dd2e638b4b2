import type { FastifyInstance, FastifyRequest } from 'fastify';
import { postsAt } from '../../../domain/posts.ts';
import type { Actor } from '../../../domain/roles.ts';
import type { Report } from '../../../schemas/api/reports.ts';
import type { ApiDeps } from '../../deps.ts';
import { Problem } from '../../problem.ts';

export interface Caller {
  actor: Actor;
  channel: Report['channel'];
}

type CallerDeps = Pick<ApiDeps, 'apiKeys' | 'sessions' | 'directory' | 'clock'>;

/**
 * Whoever sends a report: by `api_key`, a key of another system with the scope `reports:write`, or by the same as a bearer; or a person by
 * the token of her session. A system reports as the hotline, a resident as a resident. Throws a problem.
 */
export async function callerOf(
  app: FastifyInstance,
  request: FastifyRequest,
  deps: CallerDeps,
  apiKey: string | null,
): Promise<Caller> {
  const [, bearer] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const credential = apiKey ?? bearer;
  if (credential === undefined) throw missing('api_key was not provided');
  const posts = async (id: string) =>
    postsAt((await deps.directory()).staff.get(id), (deps.clock ?? Date.now)());
  if (credential.startsWith('fq_')) {
    const key = await deps.apiKeys.find(credential);
    if (key === null) throw missing('api_key is not valid');
    if (!key.scopes.includes('reports:write')) throw missing('api_key may not report');
    request.identity = { ...NOTHING, via: 'key', accountId: key.accountId, name: key.name, keyId: key.keyId };
    await app.limits.identity(request);
    return { actor: { id: key.accountId, posts: await posts(key.accountId) }, channel: 'hotline' };
  }
  const sessionId = await app.accessTokens.sessionOf(credential);
  const session = sessionId === null ? null : await deps.sessions.find(sessionId);
  if (session === null || session.kind === 'cookie' || session.mustChangePassword)
    throw missing('api_key is not valid');
  request.identity = { ...NOTHING, via: 'session', accountId: session.accountId, name: session.name };
  await app.limits.identity(request);
  const held = await posts(session.accountId);
  return {
    actor: { id: session.accountId, posts: held },
    channel: held.length === 0 ? 'resident' : 'hotline',
  };
}

const NOTHING = { sessionId: null, keyId: null, scopes: null, mustChangePassword: false, posts: null };

const missing = (title: string): Problem =>
  new Problem({ ...{ status: 403, code: 'forbidden', title, field: 'api_key' } });
