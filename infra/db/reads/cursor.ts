import { CursorError } from '../../../ports/reads.ts';

/** The last row of a page by its sort key and id: where the next page begins, whatever was inserted meanwhile. */
export interface Position {
  key: number;
  id: string;
}

export const encodeCursor = ({ key, id }: Position): string =>
  Buffer.from(JSON.stringify([key, id])).toString('base64url');

/** Throws `CursorError` on anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): Position {
  try {
    const [key, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [unknown, unknown];
    if (Number.isSafeInteger(key) && typeof id === 'string' && !id.includes('\0'))
      return { key: key as number, id };
  } catch {
    // Falls through to the same answer.
  }
  throw new CursorError('not a cursor of this list');
}
