import { open } from 'node:fs/promises';
import { columnsOf, type ImportMap } from '../../schemas/import-map.ts';
import { csvRows } from './csv.ts';
import { encodingOf, type Encoding } from './encoding.ts';
import { FileFault } from './fault.ts';
import { xlsxRows } from './xlsx.ts';

export interface SourceRow {
  /** Where it begins, counted from 1 as an editor shows it; in a workbook the number of the row. */
  line: number;
  cells: string[];
}

export interface Source {
  kind: 'csv' | 'xlsx';
  /** As the file is written; of a workbook, that of its text. */
  encoding: Encoding;
  header: string[];
  total: number;
  /** The rows after the header, one at a time; each call begins anew. */
  rows(): AsyncIterable<SourceRow>;
}

/** Columns that the file of rejected rows adds: such a file can be repaired and given in again as it is. */
export const ADDED = ['_line', '_column', '_reason'] as const;

/**
 * Opens a file and looks at all of it before the first row is used: encoding, quotation marks, and the header against
 * the map. Throws `FileFault` and names every missing column.
 */
export async function openSource(path: string, map: ImportMap): Promise<Source> {
  const kind = await kindOf(path);
  if (kind === 'xlsx') {
    const [head, ...rows] = await xlsxRows(path, map.sheet);
    const header = checkedHeader(head, map);
    return { kind, encoding: 'utf-8', header, total: rows.length, rows: () => eachOf(rows) };
  }
  const encoding = await encodingOf(path, map.encoding ?? 'auto');
  const read = () => csvRows(path, { encoding, delimiter: map.delimiter ?? ',' });
  let header: string[] | null = null;
  let total = -1;
  for await (const row of read()) {
    header ??= checkedHeader(row, map);
    total += 1;
  }
  if (header === null) throw new FileFault('file', 'is empty');
  return { kind, encoding, header, total, rows: () => withoutFirst(read()) };
}

async function kindOf(path: string): Promise<'csv' | 'xlsx'> {
  const file = await open(path).catch(() => {
    throw new FileFault('file', 'cannot be read');
  });
  try {
    const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    // The old format of Excel, and a ZIP archive, which every workbook since 2007 is.
    if (buffer.readUInt32BE() === 0xd0cf11e0)
      throw new FileFault('file', 'is an old .xls; save it as .xlsx or CSV');
    return buffer.readUInt32BE() === 0x504b0304 ? 'xlsx' : 'csv';
  } finally {
    await file.close();
  }
}

function checkedHeader(row: SourceRow | undefined, map: ImportMap): string[] {
  if (row === undefined) throw new FileFault('file', 'is empty');
  const header = row.cells.map((cell) => cell.trim());
  const named = new Set(header);
  const used = columnsOf(map);
  const missing = used.filter(({ column }) => !named.has(column));
  if (missing.length > 0) {
    const list = [...new Set(missing.map(({ column, field }) => `"${column}" (${field})`))].join(', ');
    throw new FileFault('columns', `the file does not have ${list}`, row.line);
  }
  const twice = used.find(({ column }) => header.indexOf(column) !== header.lastIndexOf(column));
  if (twice !== undefined) throw new FileFault('columns', `"${twice.column}" is there twice`, row.line);
  return header;
}

async function* withoutFirst(rows: AsyncIterable<SourceRow>): AsyncGenerator<SourceRow> {
  let first = true;
  for await (const row of rows) {
    if (!first) yield row;
    first = false;
  }
}

async function* eachOf(rows: SourceRow[]): AsyncGenerator<SourceRow> {
  yield* rows;
}
