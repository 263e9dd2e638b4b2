import type { Post } from '../domain/roles.ts';

/** Whom a token of another issuer names. */
export interface Vouched {
  id: string;
  name: string;
  /** As the issuer says; null when this system knows them itself. */
  posts: Post[] | null;
  /** After this moment (milliseconds) the token proves nothing. */
  validUntil: number;
}

/** An identity provider (OpenID Connect) whose access tokens are accepted. */
export interface Issuer {
  /** Whether the token says that it is this issuer's, which proves nothing yet. */
  claims(token: string): boolean;
  /** Null for a token that is not valid here. Throws `IssuerUnreachableError`. */
  verify(token: string): Promise<Vouched | null>;
}

/** Its keys cannot be asked for just now: nothing can be said about the token. */
export class IssuerUnreachableError extends Error {
  override readonly name = 'IssuerUnreachableError';
}
