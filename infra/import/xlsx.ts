import { statSync } from 'node:fs';
import readWorkbook, { InvalidInputError, readSheet } from 'read-excel-file/node';
import { FileFault } from './fault.ts';
import type { SourceRow } from './source.ts';

/** A workbook is read as a whole: a larger one belongs into a CSV file. */
export const XLSX_MAX_BYTES = 20 * 1024 * 1024;
export const XLSX_MAX_ROWS = 200_000;

/** How a cell that Excel knows as a date is written down: what its clock shows, without a zone. */
export const XLSX_TIME_FORMAT = 'yyyy-MM-dd HH:mm:ss';

/** The rows of one sheet, the header first. Numbers stay as they are written, so that a long number loses no digit. */
export async function xlsxRows(path: string, sheet: string | undefined): Promise<SourceRow[]> {
  if (statSync(path).size > XLSX_MAX_BYTES)
    throw new FileFault('file', `larger than ${XLSX_MAX_BYTES / 1024 / 1024} MiB; save it as CSV UTF-8`);
  const options = { parseNumber: (text: string) => text };
  const rows = await readRows(path, sheet, options);
  if (rows.length > XLSX_MAX_ROWS)
    throw new FileFault('file', `more than ${XLSX_MAX_ROWS} rows; save it as CSV UTF-8`);
  return rows
    .map((cells, i) => ({ line: i + 1, cells: cells.map(textOfCell) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
}

async function readRows(
  path: string,
  sheet: string | undefined,
  options: { parseNumber: (text: string) => string },
): Promise<unknown[][]> {
  try {
    if (sheet === undefined) return await readSheet<string>(path, options);
    const found = (await readWorkbook<string>(path, options)).find((one) => one.sheet === sheet);
    if (found !== undefined) return found.data;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new FileFault('file', 'is not a readable XLSX workbook');
  }
  throw new FileFault('sheet', 'the workbook has no sheet of that name');
}

function textOfCell(cell: unknown): string {
  if (cell instanceof Date) return cell.toISOString().slice(0, 19).replace('T', ' ');
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  return typeof cell === 'string' ? cell : '';
}
