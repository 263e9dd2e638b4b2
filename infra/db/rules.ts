import type { Calendar } from '../../domain/calendar.ts';
import type { Policy } from '../../domain/policy.ts';
import { cached } from './cached.ts';
import type { Queryable } from './pool.ts';

/** The rules cases are decided by, as they lie in PostgreSQL. */
export interface Rules {
  /**
   * The pinned policy of a case; null asks for the one in force. Throws when there is none of that version.
   * Whoever holds a connection reads `on` it: waiting for a second one while all are held so would be for ever.
   */
  policy(version: string | null, on?: Queryable): Promise<Policy>;
  /** The calendar loaded last. */
  calendar(on?: Queryable): Promise<Calendar>;
}

/** How long a process may go on with what was in force before an upload. */
const FRESH_MS = 2_000;

/**
 * Policies never change under their version, so each is read once; which one is in force, and the calendar, are asked
 * again every two seconds.
 */
export function createRules(db: Queryable): Rules {
  const policies = new Map<string, Policy>();
  const current = cached(FRESH_MS, async (on = db) => {
    const { rows } = await on.query<{ document: Policy }>(
      'SELECT document FROM policies WHERE activated_at IS NOT NULL ORDER BY activated_at DESC, version LIMIT 1',
    );
    return found(rows[0], 'no policy is in force');
  });
  const calendar = cached(FRESH_MS, async (on = db) => {
    const { rows } = await on.query<{ document: Calendar }>(
      'SELECT document FROM calendars ORDER BY created_at DESC, version LIMIT 1',
    );
    return found(rows[0], 'no calendar is loaded');
  });
  return {
    calendar,
    async policy(version, on = db) {
      if (version === null) return current(on);
      const known = policies.get(version);
      if (known) return known;
      const { rows } = await on.query<{ document: Policy }>(
        'SELECT document FROM policies WHERE version = $1',
        [version],
      );
      const policy = found(rows[0], 'no policy of that version');
      policies.set(version, policy);
      return policy;
    },
  };
}

function found<T>(row: { document: T } | undefined, otherwise: string): T {
  if (row === undefined) throw new Error(otherwise);
  return row.document;
}
