import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { isOpenToCodes } from '../../api/tracked.ts';
import { CODE_BYTES, codeFrom, isGuessablePin, readCode } from '../../domain/tracking.ts';

const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const newCode = (): string => codeFrom(randomBytes(CODE_BYTES));

describe('a tracking code', () => {
  test('is printed in three groups without characters that look alike', () => {
    for (let n = 0; n < 200; n += 1)
      expect(newCode()).toMatch(/^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/);
  });

  test('is the same for the same bytes, and uses all of 54 bits', () => {
    const bytes = randomBytes(CODE_BYTES);
    expect(codeFrom(bytes)).toBe(codeFrom(bytes));
    expect(new Set(Array.from({ length: 5_000 }, newCode)).size).toBe(5_000);
    // Each of the eleven places takes every character: 31^11 is more than 2^54.
    for (let place = 0; place < 11; place += 1) {
      const seen = new Set(Array.from({ length: 1_000 }, () => newCode().replaceAll('-', '')[place]));
      expect(seen.size, `place ${place}`).toBe(ALPHABET.length);
    }
    expect(() => codeFrom(bytes.subarray(1))).toThrow(RangeError);
  });

  test('is read however it is typed', () => {
    const printed = newCode();
    const plain = printed.replaceAll('-', '');
    const fullWidth = [...plain].map((c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0)).join('');
    for (const typed of [
      printed,
      plain,
      printed.toLowerCase(),
      ` ${plain.match(/.{3}/g)!.join(' ')} `,
      fullWidth,
    ])
      expect(readCode(typed), typed).toBe(plain);
  });

  test('with any one character wrong, or any two exchanged, is no code', () => {
    const code = newCode().replaceAll('-', '');
    for (let place = 0; place < code.length; place += 1) {
      for (const other of ALPHABET) {
        if (other === code[place]) continue;
        expect(readCode(code.slice(0, place) + other + code.slice(place + 1))).toBeNull();
      }
      for (let second = place + 1; second < code.length; second += 1) {
        if (code[place] === code[second]) continue;
        const characters = [...code];
        [characters[place], characters[second]] = [characters[second]!, characters[place]!];
        expect(readCode(characters.join('')), `${place} and ${second}`).toBeNull();
      }
    }
  });

  test.each(['', 'K7PM', 'O000-0000-0000', 'K7PM-3XQD-9RT', '😀'.repeat(6), '____-____-____'])(
    'is not %j',
    (typed) => expect(readCode(typed)).toBeNull(),
  );
});

test.each([
  ...(['000000', '777777', '123456', '654321', '987654', '121212', '123123', '420420'] as const).map(
    (pin) => [pin, true] as const,
  ),
  ...(['135790', '112233', '908172', '404142', '123457'] as const).map((pin) => [pin, false] as const),
])('the PIN %s is guessable: %s', (pin, guessable) => expect(isGuessablePin(pin)).toBe(guessable));

test('a code opens her case and what belongs to it, and no other route', () => {
  const own = [
    '/v1/disputes/:id',
    '/v1/disputes/:id/actions/urge',
    '/v1/disputes/:id/attachments/:attachmentId/content',
  ];
  for (const route of ['/v1/track', '/v1/tasks/:id/statements', ...own])
    expect(isOpenToCodes(route), route).toBe(true);
  const others = [
    '/v1/disputes',
    '/v1/disputes/:id/tracking',
    '/v1/tasks/:id/actions/answer',
    '/v1/disputes/:id/actionsx',
  ];
  for (const route of [...others, '/v1/reports', '/v1/work', '/v1/stream', '/v1/tracking', ''])
    expect(isOpenToCodes(route), route).toBe(false);
});
