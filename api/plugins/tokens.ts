import { jwtVerify, SignJWT } from 'jose';

const AUDIENCE = 'fengqiao-api';
const ISSUER = 'fengqiao';
/** An access token proves who asks for so long; whether the session goes on is looked up at every request. */
export const ACCESS_MINUTES = 15;
const KNOWN_MAX = 10_000;

export interface AccessTokens {
  /** `expiresAt` in milliseconds: no token lasts longer than its session. */
  issue(session: {
    id: string;
    accountId: string;
    expiresAt: number;
  }): Promise<{ token: string; expiresAt: number }>;
  /** The session a token is of; null for whatever was not issued here, or has expired. */
  sessionOf(token: string): Promise<string | null>;
}

/** Access tokens as JWT (HS256, RFC 7519) that name account and session, and nothing else. */
export function createAccessTokens(secretText: string): AccessTokens {
  const secret = new TextEncoder().encode(secretText);
  // A token is verified once: the signature costs more than everything else of a request.
  const known = new Map<string, { sessionId: string; end_s: number }>();
  return {
    async issue({ id, accountId, expiresAt }) {
      const now_s = Math.floor(Date.now() / 1000);
      const end_s = Math.min(now_s + ACCESS_MINUTES * 60, Math.floor(expiresAt / 1000));
      const token = await new SignJWT({ sid: id })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(ISSUER)
        .setSubject(accountId)
        .setAudience(AUDIENCE)
        .setIssuedAt(now_s)
        .setExpirationTime(end_s)
        .sign(secret);
      return { token, expiresAt: end_s * 1000 };
    },
    async sessionOf(token) {
      const kept = known.get(token);
      if (kept !== undefined) {
        if (kept.end_s * 1000 > Date.now()) return kept.sessionId;
        known.delete(token);
        return null;
      }
      try {
        const { payload } = await jwtVerify(token, secret, {
          ...{
            issuer: ISSUER,
            audience: AUDIENCE,
            algorithms: ['HS256'],
            requiredClaims: ['sid', 'sub', 'exp'],
          },
        });
        if (typeof payload['sid'] !== 'string') return null;
        known.set(token, { sessionId: payload['sid'], end_s: payload.exp! });
        if (known.size > KNOWN_MAX) known.delete(known.keys().next().value!);
        return payload['sid'];
      } catch {
        return null;
      }
    },
  };
}
