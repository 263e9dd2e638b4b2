import type { RulesStore } from '../../ports/admin.ts';
import type { Queryable } from './pool.ts';

/** Policies and calendars as they are loaded. Nothing is ever changed under a version that exists. */
export function createRulesStore(db: Queryable): RulesStore {
  const insert = async (
    table: 'policies' | 'calendars',
    version: string,
    document: object,
  ): Promise<boolean> => {
    const { rowCount } = await db.query(
      `INSERT INTO ${table} (version, document) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
      [version, JSON.stringify(document)],
    );
    return rowCount === 1;
  };
  return {
    addPolicy: (policy) => insert('policies', policy.version, policy),
    addCalendar: (calendar) => insert('calendars', calendar.version, calendar),
    async activate(version) {
      const { rowCount } = await db.query(
        'UPDATE policies SET activated_at = clock_timestamp() WHERE version = $1',
        [version],
      );
      return rowCount === 1;
    },
    async policies() {
      const { rows } = await db.query<{ version: string; active: boolean; createdAt: number }>(
        `SELECT version, (extract(epoch FROM created_at) * 1000)::bigint AS "createdAt",
          activated_at IS NOT NULL AND activated_at = max(activated_at) OVER () AS active
         FROM policies ORDER BY created_at, version`,
      );
      return rows;
    },
  };
}
