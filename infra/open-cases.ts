import type pg from 'pg';
import type { CaseKind } from '../domain/machine.ts';

export interface OpenCase {
  kind: CaseKind;
  id: string;
  version: number;
}

const PAGE = 500;

/** Every case that is not final, page by page in the order of its key, so that what opens meanwhile cannot be skipped. */
export async function* openCases(pool: pg.Pool): AsyncGenerator<OpenCase[]> {
  let after = { kind: '', id: '' };
  for (;;) {
    const { rows } = await pool.query<OpenCase>(
      `SELECT kind, id, version FROM cases WHERE NOT final AND (kind, id) > ($1, $2)
       ORDER BY kind, id LIMIT ${PAGE}`,
      [after.kind, after.id],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last;
  }
}

/** How many there are. */
export async function countOpenCases(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('SELECT count(*) AS count FROM cases WHERE NOT final');
  return rows[0]!.count;
}
