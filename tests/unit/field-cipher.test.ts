import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createFieldCipher } from '../../infra/crypto/field-cipher.ts';

const key = (name: string) => ({ name, key: randomBytes(32) });
const [first, second] = [key('first'), key('second')];
const TEXT = '139 0000 0001 甲';

describe('given a sealed field', () => {
  const sealed = createFieldCipher([first]).seal(TEXT);

  test('then it opens again, and never looks the same twice', () => {
    expect(createFieldCipher([first]).open(sealed)).toBe(TEXT);
    expect(createFieldCipher([first]).seal(TEXT).equals(sealed)).toBe(false);
    expect(sealed.includes('139')).toBe(false);
  });

  test('when a new key was put in front, then it still opens, and new ones need the new key', () => {
    const rotated = createFieldCipher([second, first]);
    expect(rotated.open(sealed)).toBe(TEXT);
    expect(() => createFieldCipher([first]).open(rotated.seal(TEXT))).toThrow(/not in the ring/);
  });

  test('when a byte was changed, then it does not open', () => {
    const changed = Buffer.from(sealed);
    changed[changed.length - 1]! ^= 1;
    expect(() => createFieldCipher([first]).open(changed)).toThrow();
  });

  test('when it is of an unknown layout, then it does not open', () => {
    expect(() => createFieldCipher([first]).open(Buffer.from([9, 0]))).toThrow(/layout/);
  });
});
