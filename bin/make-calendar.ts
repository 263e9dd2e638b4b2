/**
 * Writes domain/calendars/cn-<year>.json from the npm package chinese-days:
 *   node bin/make-calendar.ts 2025 2026
 * The tables are checked in, so that a deadline never depends on which version of a package happens to be installed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import published from 'chinese-days/dist/chinese-days.json' with { type: 'json' };
import { validateCalendar } from '../domain/calendar.ts';
import type { CalendarYear } from '../domain/calendar.ts';

export interface CalendarTable extends CalendarYear {
  source: string;
}

// Every notice names these; a year that lacks one was not published yet, or only its first days spill into our data.
const FIXED_HOLIDAYS = ['01-01', '05-01', '10-01'];

const datesOf = (year: number, days: Record<string, string>): string[] =>
  Object.keys(days)
    .filter((date) => date.startsWith(`${year}-`))
    .sort();

/** The table of a year. Throws when the package holds no notice for it, instead of falling back to weekends. */
export function tableFor(year: number): CalendarTable {
  const table = {
    year,
    holidays: datesOf(year, published.holidays),
    makeUpDays: datesOf(year, published.workdays),
    source: `国务院办公厅关于${year}年部分节假日安排的通知`,
  };
  if (FIXED_HOLIDAYS.some((day) => !table.holidays.includes(`${year}-${day}`)))
    throw new Error(`chinese-days has no data for ${year}: nothing written`);
  const problems = validateCalendar({ version: 'check', years: [table] });
  if (problems.length > 0) throw new Error(`${year}: ${JSON.stringify(problems)}`);
  return table;
}

async function write(table: CalendarTable): Promise<string> {
  const path = fileURLToPath(new URL(`../domain/calendars/cn-${table.year}.json`, import.meta.url));
  const old = await readFile(path, 'utf8').catch(() => '{}');
  const { generatedOn, ...before } = JSON.parse(old) as Record<string, unknown>;
  // The date tells when the table changed, not when somebody last ran this.
  if (typeof generatedOn === 'string' && JSON.stringify(before) === JSON.stringify(table)) return 'unchanged';
  const dated = { ...table, generatedOn: new Date().toISOString().slice(0, 10) };
  const options = { ...(await resolveConfig(path)), filepath: path };
  await writeFile(path, await format(JSON.stringify(dated), options));
  return 'written';
}

async function main(args: string[]): Promise<void> {
  const years = args.length > 0 ? args.map(Number) : [2025, 2026];
  // All tables before the first write: one refused year leaves every file as it was.
  const tables = years.map(tableFor);
  for (const [i, table] of tables.entries()) {
    const outcome = await write(table);
    const { year, holidays, makeUpDays } = table;
    console.log(
      `[${i + 1}/${tables.length}] cn-${year}.json ${outcome}: ${holidays.length} days off, ${makeUpDays.length} make-up days`,
    );
  }
  console.log('A new year also needs its line in domain/calendars/index.ts.');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
