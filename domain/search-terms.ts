/** Different words of one dispute that can be found; what comes after is not searched. A narrative of Chinese has about one a character. */
export const TERMS_MAX = 4_000;
/** Longest word of letters and digits, in characters; a longer one is found by its beginning. */
export const TERM_MAX = 40;

/** A word to look for: itself, or any that begins with it. */
export interface QueryTerm {
  text: string;
  prefix: boolean;
}

// Chinese, and what is written without blanks like it; then what is written in words.
const RUNS =
  /([\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]+)|([[\p{L}\p{N}\p{M}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]]+)/gv;

interface Run {
  /** Characters of a run without blanks. */
  characters?: string[];
  word?: string;
}

function* runsOf(text: string): Generator<Run> {
  // Full-width letters and digits, as a Chinese keyboard makes them, count as what they stand for.
  for (const [, unspaced, word] of text.normalize('NFKC').toLowerCase().matchAll(RUNS)) {
    if (unspaced !== undefined) yield { characters: [...unspaced] };
    if (word !== undefined) yield { word: [...word].slice(0, TERM_MAX).join('') };
  }
}

const pairs = (characters: string[]): string[] =>
  characters.slice(0, -1).map((character, n) => character + characters[n + 1]!);

/**
 * What a text is found by: each two neighbouring characters of Chinese and the last one of a run by itself, and every
 * other word whole, in small letters. No dictionary: nothing is missed because a word is not in it.
 */
export function termsOf(...texts: string[]): string[] {
  const terms = new Set<string>();
  for (const text of texts) {
    for (const { characters = [], word } of runsOf(text)) {
      const found = word === undefined ? [...pairs(characters), characters.at(-1)!] : [word];
      for (const term of found) {
        if (terms.size >= TERMS_MAX) return [...terms];
        terms.add(term);
      }
    }
  }
  return [...terms];
}

/**
 * What a dispute must have, all of it, to be found: the pairs of each run of Chinese; a single character begins some pair
 * or ends a run. Empty for a query of nothing but signs.
 */
export function queryTerms(query: string): QueryTerm[] {
  const terms = new Map<string, QueryTerm>();
  for (const { characters = [], word } of runsOf(query)) {
    const alone = characters.length === 1;
    const found = word === undefined ? (alone ? characters : pairs(characters)) : [word];
    for (const text of found) terms.set(text, { text, prefix: alone });
  }
  return [...terms.values()];
}

/** Fewer words than this say nothing by being the same. */
const WORDS_LEAST = 8;

/** How much of the smaller of two sets of words is in the other: 0 to 1, less for texts of a few words only. */
export function overlap(a: readonly string[], b: readonly string[]): number {
  const others = new Set(b);
  const shared = a.filter((term) => others.has(term)).length;
  return shared / Math.max(WORDS_LEAST, Math.min(a.length, b.length));
}
