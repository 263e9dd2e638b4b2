import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';

/** Whoever has it can sign seals. */
export interface SealKey {
  /** The first 16 hexadecimal digits of the SHA-256 of the public key: says which key is needed to check. */
  id: string;
  sign(hash: Buffer): Buffer;
  /** What an auditor needs: the 32 bytes of the Ed25519 public key in base64. */
  publicKey: string;
}

// RFC 8410: what stands before the 32 bytes in the DER form of a key.
const PRIVATE_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;

/**
 * Reads an Ed25519 private key: PKCS #8 as PEM (line ends may be written `\n`), or its 32 bytes in base64. Throws
 * `RangeError` for anything else, without repeating it.
 */
export function parseSealKey(text: string): SealKey {
  const key = privateKey(text);
  if (key?.asymmetricKeyType !== 'ed25519') throw new RangeError('not an Ed25519 private key');
  const raw = createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(PUBLIC_HEAD.length);
  return { id: idOf(raw), publicKey: raw.toString('base64'), sign: (hash) => sign(null, hash, key) };
}

function privateKey(text: string): KeyObject | null {
  try {
    if (text.includes('-----BEGIN')) return createPrivateKey(text.replaceAll('\\n', '\n'));
    const seed = Buffer.from(text, 'base64');
    if (seed.length !== KEY_BYTES) return null;
    return createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, seed]), format: 'der', type: 'pkcs8' });
  } catch {
    return null;
  }
}

const idOf = (raw: Buffer): string => createHash('sha256').update(raw).digest('hex').slice(0, 16);

/** Checks signatures of the keys it was made with. */
export interface SealChecker {
  knows(keyId: string): boolean;
  /** False for a wrong signature and for a key it does not know. */
  check(keyId: string, hash: Buffer, signature: Buffer): boolean;
}

/** From public keys in base64. Throws `RangeError` for what is none. */
export function createSealChecker(publicKeys: string[]): SealChecker {
  const keys = new Map<string, KeyObject>();
  for (const text of publicKeys) {
    const raw = Buffer.from(text, 'base64');
    if (raw.length !== KEY_BYTES) throw new RangeError('not an Ed25519 public key: 32 bytes in base64');
    const der = Buffer.concat([PUBLIC_HEAD, raw]);
    keys.set(idOf(raw), createPublicKey({ key: der, format: 'der', type: 'spki' }));
  }
  return {
    knows: (keyId) => keys.has(keyId),
    check(keyId, hash, signature) {
      const key = keys.get(keyId);
      return key !== undefined && verify(null, hash, key, signature);
    },
  };
}
