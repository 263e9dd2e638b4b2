import { createHash, randomBytes, randomInt } from 'node:crypto';

/** What is random is long enough that a plain hash protects it: nobody can try 2^256 secrets, as one can try passwords. */
const SECRET_BYTES = 32;

export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');
/** Hexadecimal, so that it may stand between underscores and dots. */
export const newHandle = (): string => randomBytes(12).toString('hex');
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

// Without letters and digits that look alike on paper.
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;

/** A password for one login, as it can be read out and typed: 16 letters and digits, 79 bits. */
export function newOneTimePassword(): string {
  const letter = (): string => ALPHABET[randomInt(ALPHABET.length)]!;
  const group = (): string => Array.from({ length: 4 }, letter).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}
