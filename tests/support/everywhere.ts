import type pg from 'pg';

/**
 * Every column of every table of a database as text, with where it lies; bytes are looked into as text too. Where a marked word
 * still is, is what a test about erasing has to know.
 */
export async function placesWith(pool: pg.Pool, words: readonly string[]): Promise<string[]> {
  const { rows: columns } = await pool.query<{ table: string; column: string; bytes: boolean }>(
    `SELECT c.table_name AS "table", c.column_name AS "column", c.data_type = 'bytea' AS bytes
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY 1, 2`,
  );
  const found: string[] = [];
  for (const { table, column, bytes } of columns) {
    const text = bytes ? `encode("${column}", 'escape')` : `"${column}"::text`;
    const { rows } = await pool.query<{ word: string }>(
      `SELECT DISTINCT word FROM "${table}", unnest($1::text[]) AS word WHERE strpos(lower(${text}), lower(word)) > 0`,
      [words],
    );
    found.push(...rows.map(({ word }) => `${table}.${column}: ${word}`));
  }
  return found.sort();
}
