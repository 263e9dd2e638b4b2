import { CATEGORIES, type Category } from '../../domain/categories.ts';
import { GROUPS } from '../../infra/consumers/groups.ts';
import type { Row } from './ledger.ts';

const WIDTH = 110;
const INDENT = 13;

/** Columns a text takes: Chinese characters and full-width marks take two. */
export const widthOf = (text: string): number =>
  [...text].reduce(
    (sum, char) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        char,
      )
        ? 2
        : 1),
    0,
  );

/** Fills up, or cuts off, to exactly so many columns. */
export function fit(text: string, columns: number): string {
  let shown = '';
  for (const char of text) {
    if (widthOf(shown + char) > columns) break;
    shown += char;
  }
  return shown + ' '.repeat(columns - widthOf(shown));
}

/** The ledger for people: a block for each case, and a summary. */
export function ledgerText(rows: readonly Row[]): string {
  const line = '─'.repeat(WIDTH);
  return [line, ...rows.flatMap((row) => [...block(row), line]), ...summary(rows)].join('\n');
}

function block(row: Row): string[] {
  const { title, category, path, actors, clocks, reminders, events, seenBy, closure } = row;
  const seen = GROUPS.filter((group) => seenBy[group] === events).length;
  const head = [
    fit(row.case, 18),
    fit(title.zh, 30),
    fit(`${category} ${CATEGORIES[category as Category].zh}`, 16),
    fit(closure === null ? 'open' : `${closure.outcome}: ${closure.kind}`, 36),
    row.ok ? '✓ ok' : '✗ NO',
  ];
  return [
    head.join(' ').trimEnd(),
    ...wrapped('', [title.en]),
    ...wrapped('path', path, ' → '),
    ...wrapped(
      'acted',
      actors.map(({ id, role, acts }) => `${id} (${role}) ${acts}`),
      ', ',
    ),
    ...wrapped('met', kinds(clocks.met), ', '),
    ...wrapped('broken', kinds(clocks.broken), ', '),
    ...wrapped('reminders', kinds(reminders), ', '),
    ...wrapped('kafka', [`${events} events, each seen by ${seen} of ${GROUPS.length} groups`]),
    ...row.reasons.flatMap((reason) => wrapped('NOT OK', reason.split(' '), ' ')),
  ];
}

const kinds = (counts: Record<string, number>): string[] =>
  Object.entries(counts).map(([kind, n]) => (n === 1 ? kind : `${kind} ×${n}`));

/** A label and its words, broken at word ends so that no line is wider than the page. */
function wrapped(label: string, words: readonly string[], between = ' '): string[] {
  if (words.length === 0) return [];
  const lines: string[] = [];
  let current = '';
  for (const [i, word] of words.entries()) {
    const piece = i === 0 ? word : between + word;
    if (INDENT + widthOf(current + piece) > WIDTH && current !== '') {
      lines.push(current + between.trimEnd());
      current = word;
    } else current += piece;
  }
  return [...lines, current].map((text, i) => `  ${fit(i === 0 ? label : '', INDENT - 2)}${text}`);
}

function summary(rows: readonly Row[]): string[] {
  const sum = (of: (row: Row) => Record<string, number>): number =>
    rows.flatMap((row) => Object.values(of(row))).reduce((a, b) => a + b, 0);
  const risen = rows.flatMap(({ trail }) =>
    trail.filter(({ type, by }) => type === 'escalated' && by === 'system:clock'),
  );
  const wrong = rows.filter(({ ok }) => !ok);
  return [
    `${rows.length} cases, ${rows.length - wrong.length} as told, ${wrong.length} not`,
    `clocks: ${sum(({ clocks }) => clocks.met)} met, ${sum(({ clocks }) => clocks.broken)} broken, ` +
      `${sum(({ reminders }) => reminders)} reminders; ${risen.length} times up a level without anybody acting`,
    `events: ${rows.reduce((all, { events }) => all + events, 0)}, each handled once by ${GROUPS.length} groups`,
    ...wrong.map((row) => `not as told: ${row.case}`),
  ];
}
