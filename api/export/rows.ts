import type { Page } from '../../ports/reads.ts';

/** Rows of one export at most; what was left out is said in its last row. */
export const EXPORT_ROWS_MAX = 100_000;
/** Rows read at once: all that an export holds in memory, whatever its length. */
export const EXPORT_PAGE = 500;

/** A page of cells, and where the next one begins. */
export type ReadCells = (cursor: string | undefined) => Promise<Page<string[]>>;

/**
 * Heading, rows, and a last word when there were more: page by page, each read when the one before has been sent. Ends
 * when `gone` says that nobody is reading any more.
 */
export async function* exportRows(
  read: ReadCells,
  { heading, cut, gone, max = EXPORT_ROWS_MAX }: ExportOptions,
): AsyncGenerator<string[][]> {
  yield [heading];
  let left = max;
  for (let cursor: string | undefined; !gone();) {
    const { items, nextCursor } = await read(cursor);
    yield items.slice(0, left);
    left -= items.length;
    if (nextCursor === null && left >= 0) return;
    if (left <= 0) {
      yield [[cut]];
      return;
    }
    cursor = nextCursor!;
  }
}

export interface ExportOptions {
  heading: string[];
  cut: string;
  gone: () => boolean;
  max?: number;
}
