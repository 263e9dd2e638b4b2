import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

export const SESSION_COOKIE = 'fengqiao_session';
export const REFRESH_COOKIE = 'fengqiao_refresh';
/** The only routes that need the refresh token, and so the only ones it is sent to. */
const REFRESH_PATH = '/v1/sessions';
export const CSRF_HEADER = 'x-csrf-token';

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

export interface SessionCookies {
  token: string;
  refreshToken: string;
  /** When the session ends, in milliseconds. */
  until: number;
}

/** Both tokens where scripts of a page cannot read them, and other sites cannot send them. */
export function setCookies(request: FastifyRequest, reply: FastifyReply, cookies: SessionCookies): void {
  const options = {
    ...({ httpOnly: true, sameSite: 'strict', secure: !isPlainLocal(request) } as const),
    expires: new Date(cookies.until),
  };
  reply.setCookie(SESSION_COOKIE, cookies.token, { ...options, path: '/' });
  reply.setCookie(REFRESH_COOKIE, cookies.refreshToken, { ...options, path: REFRESH_PATH });
}

export function clearCookies(reply: FastifyReply): void {
  reply.clearCookie(SESSION_COOKIE, { path: '/' });
  reply.clearCookie(REFRESH_COOKIE, { path: REFRESH_PATH });
}

/**
 * Whether the browser speaks plain HTTP to this very machine; in every other case the cookies are `Secure`. Its own word
 * (Origin) comes first: a proxy that ends TLS may hide both the scheme and the name.
 */
export function isPlainLocal(request: FastifyRequest): boolean {
  const { origin } = request.headers;
  const seen = origin ?? `${request.protocol}://${request.host}`;
  if (!URL.canParse(seen)) return false;
  const { protocol, hostname } = new URL(seen);
  return (
    protocol === 'http:' && (hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname))
  );
}

export interface CsrfTokens {
  of(sessionId: string): string;
  /** Whether the request may change something on behalf of that session: a page of another site cannot know the token. */
  allows(request: FastifyRequest, sessionId: string): boolean;
}

/** A token that follows from the session, so that it is stored nowhere and good for this session alone. */
export function createCsrfTokens(secret: string): CsrfTokens {
  const of = (sessionId: string): string =>
    createHmac('sha256', secret).update(`csrf:${sessionId}`).digest('base64url');
  return {
    of,
    allows({ method, headers }, sessionId) {
      if (!UNSAFE.has(method)) return true;
      const given = Buffer.from(String(headers[CSRF_HEADER] ?? ''));
      const right = Buffer.from(of(sessionId));
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}
