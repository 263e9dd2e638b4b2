import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTPayload } from 'jose';
import type { Post } from '../../domain/roles.ts';
import { IssuerUnreachableError, type Issuer, type Vouched } from '../../ports/issuer.ts';
import { isTrustworthy, type OidcSettings } from './oidc-settings.ts';

/** Only keys of which the public half is published: a shared secret would make every client an issuer. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** How far the clocks of issuer and server may differ. */
export const CLOCK_TOLERANCE_S = 30;
/** The issuer answers within that time or counts as unreachable, and is then left alone for as long. */
const ANSWER_MS = 3_000;
/** Keys are read anew for a key id that is not known, at most this often; else every `KEYS_FRESH_MS`. */
const NEW_KEY_MS = 5_000;
const KEYS_FRESH_MS = 10 * 60_000;
/** A verified token is believed that long before it is looked at again: a key that was withdrawn ends it. */
const BELIEVED_MS = 60_000;
const KNOWN_MAX = 10_000;

const ID = /^[A-Za-z0-9:._-]{1,80}$/;
const NAME_MAX = 80;

/** Access tokens of an OpenID Connect provider, verified with the keys it publishes (RFC 7519, 7517, 8414). */
export function createIssuer(settings: OidcSettings): Issuer {
  const keys = keySource(settings);
  const known = new Map<string, { vouched: Vouched; until: number }>();

  const look = async (token: string): Promise<Vouched | null> => {
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, (header, jws) => keys(header, jws), {
        ...{ issuer: settings.issuer, audience: settings.audience, algorithms: ALGORITHMS },
        ...{ clockTolerance: CLOCK_TOLERANCE_S, requiredClaims: ['exp', settings.subjectClaim] },
      }));
    } catch (error) {
      if (error instanceof IssuerUnreachableError) throw error;
      return null;
    }
    return vouchedBy(payload, settings);
  };

  return {
    claims(token) {
      try {
        return decodeJwt(token).iss === settings.issuer;
      } catch {
        return false;
      }
    },
    async verify(token) {
      const now = Date.now();
      const kept = known.get(token);
      if (kept !== undefined && now < Math.min(kept.until, kept.vouched.validUntil)) return kept.vouched;
      known.delete(token);
      const vouched = await look(token);
      if (vouched === null) return null;
      known.set(token, { vouched, until: now + BELIEVED_MS });
      if (known.size > KNOWN_MAX) known.delete(known.keys().next().value!);
      return vouched;
    },
  };
}

function vouchedBy(payload: JWTPayload, { subjectClaim, postsClaim, posts }: OidcSettings): Vouched | null {
  const id = payload[subjectClaim];
  // The engine itself acts under names that begin so.
  if (typeof id !== 'string' || !ID.test(id) || id.startsWith('system')) return null;
  const name = payload['name'];
  return {
    id,
    name: typeof name === 'string' ? name.slice(0, NAME_MAX) : '',
    posts: posts === null ? null : postsFrom(payload[postsClaim], posts),
    validUntil: (payload.exp! + CLOCK_TOLERANCE_S) * 1000,
  };
}

/** What no mapping names gives nothing. */
function postsFrom(claim: unknown, posts: Record<string, Post[]>): Post[] {
  const values: unknown[] = Array.isArray(claim) ? claim : [claim];
  return values.flatMap((value) =>
    typeof value === 'string' && Object.hasOwn(posts, value) ? posts[value]! : [],
  );
}

type Keys = ReturnType<typeof createRemoteJWKSet>;

/** The issuer's keys. Throws `IssuerUnreachableError` when they cannot be had, and at once for a while after. */
function keySource({ issuer, jwksUrl }: OidcSettings): (...of: Parameters<Keys>) => ReturnType<Keys> {
  let found: Promise<Keys> | undefined;
  let awayUntil = 0;
  const find = async (): Promise<Keys> => {
    const url = new URL(jwksUrl ?? (await discover(issuer)));
    return createRemoteJWKSet(url, {
      ...{ timeoutDuration: ANSWER_MS, cooldownDuration: NEW_KEY_MS, cacheMaxAge: KEYS_FRESH_MS },
    });
  };
  return async (header, token) => {
    if (performance.now() < awayUntil) throw new IssuerUnreachableError();
    let keys: Keys | undefined;
    try {
      keys = await (found ??= find());
      return await keys(header, token);
    } catch (error) {
      // The key, or what the token says of it, is wrong: the issuer has answered.
      if (isAboutTheToken(error)) throw error;
      // A token that names a key nobody knows must not shut out those whose keys are known.
      if (keys?.fresh !== true) {
        // The address is asked for again as well: it may have moved.
        found = undefined;
        awayUntil = performance.now() + ANSWER_MS;
      }
      throw new IssuerUnreachableError('the identity provider does not answer', { cause: error });
    }
  };
}

const isAboutTheToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;

async function discover(issuer: string): Promise<string> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    ...{ redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) },
  });
  if (!response.ok) throw new Error(`discovery: ${response.status}`);
  const { issuer: says, jwks_uri } = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (says !== issuer) throw new Error('discovery names another issuer');
  if (typeof jwks_uri !== 'string' || !isTrustworthy(jwks_uri))
    throw new Error('discovery names no usable keys');
  return jwks_uri;
}
