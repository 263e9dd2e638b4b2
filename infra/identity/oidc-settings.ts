import { ROLES, type Post, type Role } from '../../domain/roles.ts';

/** An identity provider whose access tokens are accepted beside the sessions of this system. */
export interface OidcSettings {
  issuer: string;
  audience: string;
  /** Null: asked for at `<issuer>/.well-known/openid-configuration`. */
  jwksUrl: string | null;
  /** The claim that is the person's id here. */
  subjectClaim: string;
  postsClaim: string;
  /** Posts by value of that claim. Null: the staff table says them, by id. */
  posts: Record<string, Post[]> | null;
}

export interface OidcText {
  issuer: string;
  audience: string;
  jwksUrl: string;
  subjectClaim: string;
  postsClaim: string;
  posts: string;
}

/** Reads the settings; null without an issuer. What is wrong is added to `faults`, by name and never by value. */
export function oidcSettings(text: OidcText, faults: string[]): OidcSettings | null {
  const { issuer, audience, jwksUrl, subjectClaim, postsClaim, posts } = text;
  if (issuer === '') {
    if (audience !== '' || jwksUrl !== '' || posts !== '')
      faults.push('OIDC_ISSUER is missing: the other OIDC settings mean nothing without it');
    return null;
  }
  if (!isTrustworthy(issuer)) faults.push(`OIDC_ISSUER ${MUST_BE}`);
  if (jwksUrl !== '' && !isTrustworthy(jwksUrl)) faults.push(`OIDC_JWKS_URL ${MUST_BE}`);
  if (audience === '') faults.push('OIDC_AUDIENCE is missing: tokens for other services would be accepted');
  return {
    ...{ issuer, audience, subjectClaim, postsClaim },
    jwksUrl: jwksUrl === '' ? null : jwksUrl,
    posts: posts === '' ? null : postsOf(posts, faults),
  };
}

const MUST_BE = 'must be an https address (http only on this machine) without a password in it';

/** Whoever sits between could otherwise hand us keys of her own. */
export function isTrustworthy(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

function postsOf(json: string, faults: string[]): Record<string, Post[]> {
  const wrong = (): Record<string, Post[]> => {
    faults.push('OIDC_POSTS must be JSON: {"value of the claim": [{"role", "region", "bodyId"?}]}');
    return {};
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return wrong();
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return wrong();
  const entries = Object.entries(parsed as Record<string, unknown>);
  if (!entries.every(([, posts]) => Array.isArray(posts) && posts.every(isPost))) return wrong();
  return Object.fromEntries(entries) as Record<string, Post[]>;
}

function isPost(value: unknown): value is Post {
  if (typeof value !== 'object' || value === null) return false;
  const { role, region, bodyId, ...rest } = value as Record<string, unknown>;
  return (
    ROLES.includes(role as Role) &&
    typeof region === 'string' &&
    /^(\d{4}|\d{6}|\d{9}|\d{12}|\d{15})$/.test(region) &&
    (bodyId === undefined || typeof bodyId === 'string') &&
    Object.keys(rest).length === 0
  );
}
