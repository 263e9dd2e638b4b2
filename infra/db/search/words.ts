import { queryTerms, termsOf } from '../../../domain/search-terms.ts';

/** Words of a report that others are compared with: its title and how its narrative begins. */
export const COMPARED_TERMS_MAX = 100;

// A word is letters, digits and marks only; quoted all the same, so that no other could ever be an operator.
const quoted = (term: string): string => `'${term.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** Texts as a `tsvector` is written. */
export const documentOf = (...texts: string[]): string =>
  termsOf(...texts)
    .map(quoted)
    .join(' ');

/** What somebody looks for, as a `tsquery` is written: all of it. Null for nothing but signs, which nothing is found by. */
export function queryOf(text: string): string | null {
  const terms = queryTerms(text).map(({ text: term, prefix }) => quoted(term) + (prefix ? ':*' : ''));
  return terms.length === 0 ? null : terms.join(' & ');
}

/** The first words of a report, as a `tsvector` and as the `tsquery` for any of them; null for a report without words. */
export function comparedWords(...texts: string[]): { own: string; any: string } | null {
  const terms = termsOf(...texts)
    .slice(0, COMPARED_TERMS_MAX)
    .map(quoted);
  return terms.length === 0 ? null : { own: terms.join(' '), any: terms.join(' | ') };
}
