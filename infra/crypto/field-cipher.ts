import type { KeyObject } from 'node:crypto';
import type { FieldCipher, FieldSuite, SearchedField } from '../../ports/field-cipher.ts';
import { normalised } from './normalised.ts';
import { SUITES, type Prepared, type Suite } from './suites.ts';

export type { FieldCipher } from '../../ports/field-cipher.ts';

/** One key of a ring: 32 bytes under a name of at most 20 characters. */
export interface RingKey {
  name: string;
  key: Buffer;
}

export interface FieldCipherOptions {
  /** Seals and hashes; every suite opens. */
  suite?: FieldSuite;
  /** 32 bytes. Hashes made with another one are never found again until they are made anew. */
  hashKey: Buffer;
}

/**
 * A cipher with a key ring: the first key seals, every key opens, so keys can be rotated without rewriting rows at
 * once (`npm run rotate-keys` does that). Layout: the suite's mark, length of the key's name, name, and what the suite
 * makes of it.
 */
export function createFieldCipher(
  keys: RingKey[],
  { suite = 'aes', hashKey }: FieldCipherOptions,
): FieldCipher {
  const [current] = keys;
  if (current === undefined) throw new RangeError('the key ring is empty');
  const ring = new Map<string, Prepared>();
  const prepared = (used: Suite, name: string): Prepared => {
    const id = `${used.mark}:${name}`;
    const known = ring.get(id);
    if (known !== undefined) return known;
    const key = keys.find((candidate) => candidate.name === name);
    if (key === undefined) throw new RangeError('sealed with a key that is not in the ring');
    const made = used.prepare(key.key);
    ring.set(id, made);
    return made;
  };
  const chosen = SUITES[suite];
  const head = headOf(suite, current.name);
  const hashKeys: Record<SearchedField, KeyObject> = {
    phone: chosen.deriveHashKey(hashKey, 'fengqiao hash phone'),
    'id-number': chosen.deriveHashKey(hashKey, 'fengqiao hash id-number'),
  };
  return {
    seal: (text) => Buffer.concat([head, prepared(chosen, current.name).seal(text, head)]),
    open(sealed) {
      const { suite: used, key, end } = sealedWith(sealed);
      return prepared(SUITES[used], key).open(sealed.subarray(end), sealed.subarray(0, end));
    },
    hash(field, text) {
      const value = normalised(field, text);
      return value === '' ? null : chosen.keyedHash(hashKeys[field], value);
    },
  };
}

/** What everything begins with that this suite sealed with this key. */
export function headOf(suite: FieldSuite, keyName: string): Buffer {
  const name = Buffer.from(keyName);
  return Buffer.concat([Buffer.from([SUITES[suite].mark, name.length]), name]);
}

/** Which suite and key sealed a field. Throws `RangeError` for what no suite made. */
export function sealedWith(sealed: Buffer): { suite: FieldSuite; key: string; end: number } {
  const suite = Object.values(SUITES).find(({ mark }) => mark === sealed[0]);
  const end = 2 + (sealed[1] ?? 0);
  if (suite === undefined || sealed.length < end) throw new RangeError('unknown layout of a sealed field');
  return { suite: suite.name, key: sealed.subarray(2, end).toString(), end };
}
