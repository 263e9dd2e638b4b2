import { createCipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFieldCipher, sealedWith } from '../../infra/crypto/field-cipher.ts';
import { normalised } from '../../infra/crypto/normalised.ts';
import { FIELD_SUITES } from '../../ports/field-cipher.ts';

const key = (name: string) => ({ name, key: randomBytes(32) });
const [first, second] = [key('first'), key('second')];
const hashKey = randomBytes(32);
const TEXT = '139 0000 0001 甲';

describe('given the vectors of the standards', () => {
  const KEY = Buffer.from('0123456789abcdeffedcba9876543210', 'hex');

  test('then SM4 is the one of GB/T 32907, appendix A.1', () => {
    const cipher = createCipheriv('sm4-ecb', KEY, null).setAutoPadding(false);
    expect(cipher.update(KEY).toString('hex')).toBe('681edf34d206965e86b3e94f536e4246');
  });

  test('then SM4 is the one of GB/T 32907, appendix A.2: a million times', () => {
    // In CBC mode over zeros, each block is the encryption of the one before: the same million steps in one call.
    const cipher = createCipheriv('sm4-cbc', KEY, KEY).setAutoPadding(false);
    const chunk = Buffer.alloc(16 * 10_000);
    let last = Buffer.alloc(0);
    for (let n = 0; n < 100; n += 1) last = cipher.update(chunk).subarray(-16);
    expect(last.toString('hex')).toBe('595298c7c6fd271f0402f804c33d3f66');
  });

  test.each([
    ['abc', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
    ['abcd'.repeat(16), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'],
  ])('then SM3 is the one of GB/T 32905, appendix A', (text, digest) => {
    expect(createHash('sm3').update(text).digest('hex')).toBe(digest);
  });

  test('then AES-256-GCM is the one of NIST (McGrew and Viega, test case 14)', () => {
    const cipher = createCipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12));
    expect(cipher.update(Buffer.alloc(16)).toString('hex')).toBe('cea7403d4d606b6e074ec5d3baf39d18');
    cipher.final();
    expect(cipher.getAuthTag().toString('hex')).toBe('d0d1c8a799996bf0265b98b5d48ab919');
  });

  test('then HMAC-SM3 is the HMAC of RFC 2104 over SM3', () => {
    const sm3 = (...parts: Buffer[]): Buffer => createHash('sm3').update(Buffer.concat(parts)).digest();
    const secret = randomBytes(32);
    const padded = Buffer.concat([secret, Buffer.alloc(32)]);
    const xored = (byte: number): Buffer => Buffer.from(padded.map((b) => b ^ byte));
    const message = Buffer.from(TEXT);
    const byHand = sm3(xored(0x5c), sm3(xored(0x36), message));
    expect(createHmac('sm3', secret).update(message).digest().equals(byHand)).toBe(true);
  });
});

test('what the national suite sealed can be opened by hand: counter mode over SM4, tag over everything before it', () => {
  const sealed = createFieldCipher([first], { suite: 'sm', hashKey }).seal(TEXT);
  const { end } = sealedWith(sealed);
  const [head, iv] = [sealed.subarray(0, end), sealed.subarray(end, end + 16)];
  const [tag, body] = [sealed.subarray(end + 16, end + 48), sealed.subarray(end + 48)];
  const derive = (use: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sm3', first.key, '', use, bytes));
  const tagKey = derive('fengqiao field hmac-sm3', 32);
  expect(createHmac('sm3', tagKey).update(head).update(iv).update(body).digest().equals(tag)).toBe(true);
  const ecb = createCipheriv('sm4-ecb', derive('fengqiao field sm4', 16), null).setAutoPadding(false);
  const counter = BigInt(`0x${iv.toString('hex')}`);
  const opened = Buffer.from(body);
  for (let block = 0; block * 16 < body.length; block += 1) {
    const value = BigInt.asUintN(128, counter + BigInt(block));
    const stream = ecb.update(Buffer.from(value.toString(16).padStart(32, '0'), 'hex'));
    for (let n = block * 16; n < Math.min(body.length, block * 16 + 16); n += 1)
      opened[n]! ^= stream[n % 16]!;
  }
  expect(opened.toString()).toBe(TEXT);
});

describe.each(FIELD_SUITES)('given a field sealed by %s', (suite) => {
  const sealed = createFieldCipher([first], { suite, hashKey }).seal(TEXT);

  test('then any text opens again as it was', () => {
    const cipher = createFieldCipher([first], { suite, hashKey });
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        (text) => cipher.open(cipher.seal(text)) === text,
      ),
    );
  });

  test('then it never looks the same twice, and says how it was sealed', () => {
    const again = createFieldCipher([first], { suite, hashKey }).seal(TEXT);
    expect(again.equals(sealed)).toBe(false);
    expect(sealed.includes('139')).toBe(false);
    expect(sealedWith(sealed)).toMatchObject({ suite, key: 'first' });
  });

  test('when another suite is chosen now, then it still opens', () => {
    for (const now of FIELD_SUITES)
      expect(createFieldCipher([first], { suite: now, hashKey }).open(sealed)).toBe(TEXT);
  });

  test('when a new key was put in front, then it still opens, and new ones need the new key', () => {
    const rotated = createFieldCipher([second, first], { suite, hashKey });
    expect(rotated.open(sealed)).toBe(TEXT);
    const old = createFieldCipher([first], { suite, hashKey });
    expect(() => old.open(rotated.seal(TEXT))).toThrow(/not in the ring/);
  });

  test('when any bit of it was changed or its end was cut off, then it does not open', () => {
    const cipher = createFieldCipher([first, second], { suite, hashKey });
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        const changed = Buffer.from(sealed);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(() => cipher.open(changed)).toThrow();
      }),
    );
    for (let length = 0; length < sealed.length; length += 1)
      expect(() => cipher.open(sealed.subarray(0, length))).toThrow();
  });

  test('when it is passed off as sealed with another key of the ring, then it does not open', () => {
    const ring = [key('aa'), key('bb')];
    const cipher = createFieldCipher(ring, { suite, hashKey });
    const other = cipher.seal(TEXT);
    other.write('bb', 2);
    expect(() => cipher.open(other)).toThrow();
  });
});

test('a field of an unknown layout does not open', () => {
  expect(() => createFieldCipher([first], { hashKey }).open(Buffer.from([9, 0]))).toThrow(/layout/);
});

test('a ring without a key is refused', () => {
  expect(() => createFieldCipher([], { hashKey })).toThrow(/empty/);
});

describe.each(FIELD_SUITES)('given a keyed hash of %s', (suite) => {
  const cipher = createFieldCipher([first], { suite, hashKey });
  const hash = (...of: Parameters<typeof cipher.hash>): string => cipher.hash(...of)!.toString('hex');

  test('then the same number is found however it is written', () => {
    const ways = [
      '13900000001',
      '139 0000 0001',
      '+86 139-0000-0001',
      '0086 13900000001',
      '１３９０００００００１',
      '＋８６13900000001',
    ];
    expect(new Set(ways.map((phone) => hash('phone', phone))).size).toBe(1);
    expect(hash('id-number', '11010519491231002x')).toBe(hash('id-number', '110105 19491231 002X'));
  });

  test('then other numbers, other fields, other keys and other suites have other hashes', () => {
    const other = createFieldCipher([first], { suite, hashKey: randomBytes(32) });
    const hashes = [
      ...[hash('phone', '13900000001'), hash('phone', '13900000002'), hash('id-number', '13900000001')],
      other.hash('phone', '13900000001')!.toString('hex'),
      ...FIELD_SUITES.filter((one) => one !== suite).map((one) =>
        createFieldCipher([first], { suite: one, hashKey }).hash('phone', '13900000001')!.toString('hex'),
      ),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(hashes.map((one) => one.length)).toEqual(hashes.map(() => 64));
  });

  test('then the keys of the ring have no part in it: rotating them loses nobody', () => {
    expect(createFieldCipher([second], { suite, hashKey }).hash('phone', '1')!.toString('hex')).toBe(
      hash('phone', '1'),
    );
  });

  test('then what holds no number has none', () => {
    expect(cipher.hash('phone', ' -- ')).toBeNull();
    expect(cipher.hash('id-number', ' ')).toBeNull();
  });
});

test('a landline and a number that only looks like a prefix stay whole', () => {
  expect(normalised('phone', '010-8600 1234')).toBe('01086001234');
  expect(normalised('phone', '86001234')).toBe('86001234');
});
