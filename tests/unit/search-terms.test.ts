import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { overlap, queryTerms, TERM_MAX, TERMS_MAX, termsOf } from '../../domain/search-terms.ts';
import { comparedWords, COMPARED_TERMS_MAX, documentOf, queryOf } from '../../infra/db/search/words.ts';

/** As PostgreSQL compares them: every term is there, or begins one that is. */
function finds(query: string, ...texts: string[]): boolean {
  const terms = termsOf(...texts);
  return queryTerms(query).every(({ text, prefix }) =>
    terms.some((term) => (prefix ? term.startsWith(text) : term === text)),
  );
}

test('Chinese is found by neighbouring characters, the last one of a run by itself', () => {
  expect(termsOf('楼上漏水')).toEqual(['楼上', '上漏', '漏水', '水']);
});

test('words and numbers are found whole, in small letters and half-width', () => {
  expect(termsOf('Water ＡＢＣ 12345-热线，Ωmega naïve')).toEqual([
    ...['water', 'abc', '12345', '热线', '线', 'ωmega', 'naïve'],
  ]);
});

test('what stands between Chinese and letters needs no blank', () => {
  expect(termsOf('3号楼WiFi坏了')).toEqual(['3', '号楼', '楼', 'wifi', '坏了', '了']);
});

test('characters beyond the basic plane are one character each', () => {
  expect(termsOf('𠮷野家')).toEqual(['𠮷野', '野家', '家']);
});

describe('a query', () => {
  test.each([
    ['漏水', true],
    ['水漏', false],
    ['卫生间漏水', true],
    ['漏', true],
    ['水', true],
    ['楼 水', true],
    ['leak', true],
    ['lea', false],
    ['LEAK 漏水', true],
    ['ｌｅａｋ', true],
    ['漏水 噪音', false],
  ])('%s is found: %s', (query, expected) => {
    expect(finds(query, '楼上卫生间漏水', 'a leak')).toBe(expected);
  });

  test('of nothing but signs has nothing to look for', () => {
    expect(queryTerms('!! ，。—')).toEqual([]);
    expect(queryOf("' & | ! ( ) :* \\")).toBeNull();
  });
});

test('whatever stands in a text is found again by any part of it of two characters', () => {
  const han = fc.integer({ min: 0x4e00, max: 0x9fff }).map((code) => String.fromCodePoint(code));
  fc.assert(
    fc.property(fc.array(han, { minLength: 2, maxLength: 40 }), fc.nat(), fc.nat(), (characters, a, b) => {
      const from = a % (characters.length - 1);
      const to = from + 2 + (b % (characters.length - from - 1));
      expect(finds(characters.slice(from, to).join(''), characters.join(''))).toBe(true);
    }),
  );
});

test('whatever is typed, a query holds nothing but quoted words, and, and prefixes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (typed) => {
      const query = queryOf(typed);
      if (query !== null)
        expect(query).toMatch(/^'[\p{L}\p{N}\p{M}]+'(:\*)?( & '[\p{L}\p{N}\p{M}]+'(:\*)?)*$/u);
      for (const word of documentOf(typed).split(' ')) expect(word).toMatch(/^('[\p{L}\p{N}\p{M}]+')?$/u);
    }),
  );
});

test('there are limits to words, to their length, and to how many are compared', () => {
  const many = Array.from({ length: TERMS_MAX + 5 }, (_, n) => `w${n}`).join(' ');
  expect(termsOf(many)).toHaveLength(TERMS_MAX);
  expect(termsOf('x'.repeat(TERM_MAX + 1))).toEqual(['x'.repeat(TERM_MAX)]);
  expect(comparedWords(many)!.any.split(' | ')).toHaveLength(COMPARED_TERMS_MAX);
  expect(comparedWords('...')).toBeNull();
});

test('overlap counts what the smaller of two has in common, and makes little of a few words', () => {
  const words = (...numbers: number[]): string[] => numbers.map(String);
  const ten = words(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  expect(overlap(ten, ten)).toBe(1);
  expect(overlap(ten, [...ten, ...words(10, 11, 12)])).toBe(1);
  expect(overlap(ten, words(5, 6, 7, 8, 9, 20, 21, 22, 23, 24))).toBe(0.5);
  expect(overlap(words(1, 2), ten)).toBe(0.25);
  expect(overlap([], ten)).toBe(0);
});
