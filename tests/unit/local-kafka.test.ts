import { expect, test } from 'vitest';
import { newClusterId } from '../../infra/local/kafka.ts';

test('a cluster id never begins with a dash, which the formatting tool would take for an option', () => {
  // 0xf8 to 0xfb in front give a dash: one id in 64.
  const drawn = [0xf8, 0xfb, 0x01].map((first) => Buffer.alloc(16, first));
  expect(drawn.map((bytes) => bytes.toString('base64url').startsWith('-'))).toEqual([true, true, false]);
  expect(newClusterId(() => drawn.shift()!)).toBe(Buffer.alloc(16, 0x01).toString('base64url'));
  expect(drawn).toEqual([]);
});
