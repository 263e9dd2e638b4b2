import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';
import type { FieldSuite } from '../../ports/field-cipher.ts';

/** One set of algorithms. What `seal` makes is opened by the same suite with the same key, and by nothing else. */
export interface Suite {
  name: FieldSuite;
  /** The first byte of what it sealed. */
  mark: number;
  /** From the 32 bytes of the ring. */
  prepare(key: Buffer): Prepared;
  /** Keyed with 32 bytes derived for this use. */
  keyedHash(key: KeyObject, text: string): Buffer;
  deriveHashKey(key: Buffer, use: string): KeyObject;
}

export interface Prepared {
  /** `head` is authenticated too, so that a field cannot be passed off as one of another key. */
  seal(text: string, head: Buffer): Buffer;
  /** Throws when a byte was changed. */
  open(body: Buffer, head: Buffer): string;
}

const KEY_BYTES = 32;
const derived = (digest: string, key: Buffer, use: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync(digest, key, Buffer.alloc(0), use, bytes));

const GCM_IV = 12;
const GCM_TAG = 16;

/** AES-256-GCM and HMAC-SHA-256. Layout after the head: IV, tag, text. */
const aes: Suite = {
  name: 'aes',
  mark: 1,
  prepare(bytes) {
    const key = createSecretKey(bytes);
    return {
      // The head is not authenticated here: fields sealed before there were suites could not be opened any more.
      seal(text) {
        const iv = randomBytes(GCM_IV);
        const cipher = createCipheriv('aes-256-gcm', key, iv);
        const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
        return Buffer.concat([iv, cipher.getAuthTag(), body]);
      },
      open(sealed) {
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, GCM_IV), {
          authTagLength: GCM_TAG,
        });
        decipher.setAuthTag(sealed.subarray(GCM_IV, GCM_IV + GCM_TAG));
        const body = sealed.subarray(GCM_IV + GCM_TAG);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      },
    };
  },
  keyedHash: (key, text) => createHmac('sha256', key).update(text).digest(),
  deriveHashKey: (key, use) => createSecretKey(derived('sha256', key, use, KEY_BYTES)),
};

const SM4_KEY = 16;
const SM4_IV = 16;
const SM3_TAG = 32;

/**
 * SM4 and SM3. OpenSSL in Node 24 knows SM4 in counter mode and not in GCM, so the text is encrypted first and then
 * authenticated with HMAC-SM3, each with a key of its own derived by HKDF-SM3. Layout after the head: IV, tag, text.
 */
const sm: Suite = {
  name: 'sm',
  mark: 2,
  prepare(bytes) {
    const key = createSecretKey(derived('sm3', bytes, 'fengqiao field sm4', SM4_KEY));
    const tagKey = createSecretKey(derived('sm3', bytes, 'fengqiao field hmac-sm3', KEY_BYTES));
    const tagOf = (head: Buffer, iv: Buffer, body: Buffer): Buffer =>
      createHmac('sm3', tagKey).update(head).update(iv).update(body).digest();
    return {
      seal(text, head) {
        const iv = randomBytes(SM4_IV);
        const cipher = createCipheriv('sm4-ctr', key, iv);
        const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
        return Buffer.concat([iv, tagOf(head, iv, body), body]);
      },
      open(sealed, head) {
        const iv = sealed.subarray(0, SM4_IV);
        const tag = sealed.subarray(SM4_IV, SM4_IV + SM3_TAG);
        const body = sealed.subarray(SM4_IV + SM3_TAG);
        if (tag.length !== SM3_TAG || !timingSafeEqual(tag, tagOf(head, iv, body)))
          throw new RangeError('a sealed field was changed');
        const decipher = createDecipheriv('sm4-ctr', key, iv);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      },
    };
  },
  keyedHash: (key, text) => createHmac('sm3', key).update(text).digest(),
  deriveHashKey: (key, use) => createSecretKey(derived('sm3', key, use, KEY_BYTES)),
};

export const SUITES: Record<FieldSuite, Suite> = { aes, sm };
