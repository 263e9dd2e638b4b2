import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import type { FieldKey } from '../config.ts';

/** Turns a protected field into what lies in its column, and back. */
export interface FieldCipher {
  seal(text: string): Buffer;
  /** Throws when the key is not in the ring or the bytes were changed. */
  open(sealed: Buffer): string;
}

const VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM with a key ring: the first key seals, every key opens, so keys can be rotated without rewriting rows at
 * once. Layout: version, length of the key's name, name, IV, tag, text.
 */
export function createFieldCipher(keys: FieldKey[]): FieldCipher {
  const ring = keys.map(({ name, key }) => ({ name, key: createSecretKey(key) }));
  const [current] = ring;
  if (current === undefined) throw new RangeError('the key ring is empty');
  return {
    seal(text) {
      const iv = randomBytes(IV_BYTES);
      const name = Buffer.from(current.name);
      const cipher = createCipheriv('aes-256-gcm', current.key, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.from([VERSION, name.length]), name, iv, cipher.getAuthTag(), body]);
    },
    open(sealed) {
      if (sealed[0] !== VERSION) throw new RangeError('unknown layout of a sealed field');
      const nameEnd = 2 + (sealed[1] ?? 0);
      const name = sealed.subarray(2, nameEnd).toString();
      const key = ring.find((candidate) => candidate.name === name);
      if (key === undefined) throw new RangeError('sealed with a key that is not in the ring');
      const iv = sealed.subarray(nameEnd, nameEnd + IV_BYTES);
      const tagEnd = nameEnd + IV_BYTES + TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', key.key, iv);
      decipher.setAuthTag(sealed.subarray(nameEnd + IV_BYTES, tagEnd));
      return Buffer.concat([decipher.update(sealed.subarray(tagEnd)), decipher.final()]).toString('utf8');
    },
  };
}
