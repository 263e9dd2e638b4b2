/** Tells Excel that it is UTF-8. */
export const BOM = '\uFEFF';

// A sheet takes what begins so for a formula and would carry it out; full-width signs and leading blanks as well.
const FORMULA = /^\s*[=+\-@＝＋－＠]/u;

/** One line as RFC 4180 has it. What a sheet would carry out as a formula gets an apostrophe before it. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;

function csvCell(text: string): string {
  const safe = FORMULA.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n\t]/.test(safe) || /^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
