import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { RingKey } from '../crypto/field-cipher.ts';

const PayloadMessage = proto.temporal.api.common.v1.Payload;

/** As Temporal's own examples in every language write it, so that their tools can be taught to read it. */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Where Temporal finds the converter of failures; the bundle of the workflows needs it too. */
export const FAILURE_CONVERTER_PATH = fileURLToPath(new URL('./failure-converter.ts', import.meta.url));

/**
 * Encrypts every payload with AES-256-GCM: the first key encrypts, every key decrypts. A payload that is not encrypted
 * passes through as it is, so that cases go on which began before there was a codec. Layout of the data: IV, text, tag;
 * the text is the whole payload with its metadata.
 */
export function createPayloadCodec(keys: RingKey[]): PayloadCodec {
  const ring = new Map<string, KeyObject>(keys.map(({ name, key }) => [name, createSecretKey(key)]));
  const [current] = ring;
  if (current === undefined) throw new RangeError('the key ring is empty');
  const [name, key] = current;
  const metadata = { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(name) };
  const encode = (payload: Payload): Payload => {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const body = cipher.update(PayloadMessage.encode(payload).finish());
    return { metadata, data: Buffer.concat([iv, body, cipher.final(), cipher.getAuthTag()]) };
  };
  const decode = (payload: Payload): Payload => {
    if (textOf(payload.metadata?.['encoding']) !== ENCODING) return payload;
    const used = ring.get(textOf(payload.metadata?.[KEY_ID]));
    if (used === undefined) throw new RangeError('encrypted with a key that is not in PAYLOAD_KEYS');
    const data = Buffer.from(payload.data ?? []);
    const decipher = createDecipheriv('aes-256-gcm', used, data.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(data.subarray(-TAG_BYTES));
    const text = decipher.update(data.subarray(IV_BYTES, -TAG_BYTES));
    return PayloadMessage.decode(Buffer.concat([text, decipher.final()]));
  };
  return {
    encode: async (payloads) => payloads.map(encode),
    decode: async (payloads) => payloads.map(decode),
  };
}

const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString();

/** What every client and worker is given. */
export const dataConverterOf = (keys: RingKey[]): DataConverter => ({
  payloadCodecs: [createPayloadCodec(keys)],
  failureConverterPath: FAILURE_CONVERTER_PATH,
});
