import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bodyHashOf } from '../../activities/canonical.ts';
import { commandIdOf } from '../../activities/ids.ts';
import { decodeCursor, encodeCursor } from '../../infra/db/reads/cursor.ts';
import { CursorError } from '../../ports/reads.ts';

test('given the same body with its members in another order, then the hash is the same', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
      const turned = Object.fromEntries(Object.entries(body).toReversed());
      expect(bodyHashOf(turned)).toBe(bodyHashOf(body));
    }),
  );
  expect(bodyHashOf({ a: 1, b: undefined })).toBe(bodyHashOf({ a: 1 }));
  expect(bodyHashOf({ a: 1 })).not.toBe(bodyHashOf({ a: '1' }));
  expect(bodyHashOf([1, 2])).not.toBe(bodyHashOf([2, 1]));
});

test('given another person, case or key, then it is another command', () => {
  const ids = [
    ...[
      commandIdOf('p', 'c', 'k'),
      commandIdOf('q', 'c', 'k'),
      commandIdOf('p', 'd', 'k'),
      commandIdOf('p', 'c', 'l'),
    ],
    ...[commandIdOf('pc', '', 'k'), commandIdOf('p', 'ck', '')],
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('given a cursor, then it leads back to its position, and nothing else is a cursor', () => {
  fc.assert(
    fc.property(fc.integer(), fc.string(), (key, id) => {
      expect(decodeCursor(encodeCursor({ key, id }))).toEqual({ key, id });
    }),
  );
  for (const text of [
    '',
    'abc',
    Buffer.from('[1]').toString('base64url'),
    Buffer.from('{}').toString('base64url'),
  ])
    expect(() => decodeCursor(text)).toThrow(CursorError);
});
