import { createWriteStream, existsSync, renameSync, rmSync, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { ADDED, type SourceRow } from './source.ts';
import type { RowFault } from './to-report.ts';

/** The rows hold what people told: nobody but their owner may read the file. */
const OWNER_ONLY = 0o600;
const MARK = '\ufeff';

/** A file of rows that were not taken in. */
export interface SetAside {
  add(row: SourceRow, fault: RowFault): Promise<void>;
  /** Puts the file in its place; without rows there is none. An earlier one is kept beside it as `.old`. */
  close(): Promise<{ path: string; rows: number }>;
}

/**
 * Writes rows with their original columns behind line, column and reason, so that the file can be repaired and given in
 * again with the same map. CSV in UTF-8, with the mark by which Excel knows it. It gets its name only when it is whole.
 */
export function setAside(path: string, header: string[], delimiter: string): SetAside {
  const part = `${path}.part`;
  // A file of rejected rows that is given in again has these columns already.
  const kept = header.flatMap((column, i) => (ADDED.some((added) => added === column) ? [] : [i]));
  // What a killed run left behind.
  rmSync(part, { force: true });
  let stream: WriteStream | null = null;
  let rows = 0;
  const write = async (cells: string[]): Promise<void> => {
    const line = `${cells.map((cell) => quoted(cell, delimiter)).join(delimiter)}\r\n`;
    if (!stream!.write(line)) await once(stream!, 'drain');
  };
  return {
    async add({ line, cells }, { column, reason }) {
      if (stream === null) {
        stream = createWriteStream(part, { mode: OWNER_ONLY });
        // Rows are rejected side by side, and each waits for the same drain.
        stream.setMaxListeners(0);
        stream.write(MARK);
        await write([...ADDED, ...kept.map((i) => header[i]!)]);
      }
      rows += 1;
      await write([
        String(line),
        column,
        reason,
        ...kept.map((i) => cells[i] ?? ''),
        ...cells.slice(header.length),
      ]);
    },
    async close() {
      if (existsSync(path)) renameSync(path, `${path}.old`);
      if (stream === null) return { path, rows };
      stream.end();
      await once(stream, 'close');
      renameSync(part, path);
      return { path, rows };
    },
  };
}

const quoted = (cell: string, delimiter: string): string =>
  /["\r\n]/.test(cell) || cell.includes(delimiter) || cell !== cell.trim()
    ? `"${cell.replaceAll('"', '""')}"`
    : cell;
