import type { Queryable } from '../db/pool.ts';

/** Which of these reports were taken in before, with the hash of what they said then. */
export async function knownReports(db: Queryable, commandIds: string[]): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; hash: string }>({
    name: 'known-reports',
    text: 'SELECT command_id AS id, body_hash AS hash FROM commands WHERE command_id = ANY($1)',
    values: [commandIds],
  });
  return new Map(rows.map(({ id, hash }) => [id, hash]));
}
