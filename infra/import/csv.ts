import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { textOf, type Encoding } from './encoding.ts';
import { FileFault } from './fault.ts';
import type { SourceRow } from './source.ts';

/** Longest row in characters; a quotation mark that is never closed runs into it. */
export const ROW_MAX_CHARACTERS = 1024 * 1024;

const lineEnds = (cell: string): number => cell.split('\n').length - 1;

/**
 * The rows of a CSV file, the header first, one at a time. Quotation marks within an unquoted cell are taken as they
 * are. Throws `FileFault` when a quotation mark is never closed.
 */
export async function* csvRows(
  path: string,
  { encoding, delimiter }: { encoding: Encoding; delimiter: string },
): AsyncGenerator<SourceRow> {
  const options = {
    ...{ delimiter, info: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true },
    max_record_size: ROW_MAX_CHARACTERS,
  } as const;
  const text = Readable.from(textOf(path, encoding));
  const parser = text.pipe(parse(options));
  // A pipe does not carry failures on.
  text.once('error', (error) => parser.destroy(error));
  let surplus = 0;
  let line = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      let within = 0;
      for (const cell of record) {
        if (!cell.includes('\n')) continue;
        within += lineEnds(cell);
        // The parser counts a line end of two characters twice where it stands within quotation marks.
        surplus += cell.split('\r\n').length - 1;
      }
      line = info.lines - surplus;
      yield { line: line - within, cells: record };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const what =
      error.code === 'CSV_MAX_RECORD_SIZE' ? 'a row is too long' : 'a quotation mark is never closed';
    throw new FileFault('file', `${what}; look at what follows`, line + 1);
  } finally {
    text.destroy();
  }
}
