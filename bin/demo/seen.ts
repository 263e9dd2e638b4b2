import type pg from 'pg';
import { waitUntil } from '../../infra/local/wait.ts';
import { GROUPS } from '../../infra/consumers/groups.ts';

/** Events of a dispute and of its tasks, conferences and promises. */
const OF_DISPUTE = `
  SELECT e.event_id, e.case_kind, e.actor_id, e.command_id FROM events e
  JOIN cases c ON c.kind = e.case_kind AND c.id = e.case_id
  WHERE (c.kind = 'dispute' AND c.id = $1) OR c.dispute_id = $1`;

export interface SeenEvents {
  events: number;
  seenBy: Record<string, number>;
  /** Acts on the tasks and conferences, by person: they stand in no dispute's timeline. */
  acts: Map<string, number>;
}

/** How many events the dispute led to, how many of them each group has carried out, and who acted beside it. */
export async function seenEvents(pool: pg.Pool, disputeId: string): Promise<SeenEvents> {
  const { rows: groups } = await pool.query<{ events: number; group_name: string; seen: number }>(
    `WITH own AS (${OF_DISPUTE})
     SELECT (SELECT count(*)::int FROM own) AS events, i.group_name, count(*)::int AS seen
     FROM own JOIN inbox i ON i.event_id = own.event_id GROUP BY i.group_name`,
    [disputeId],
  );
  const { rows: people } = await pool.query<{ actor_id: string; acts: number }>(
    `WITH own AS (${OF_DISPUTE})
     SELECT actor_id, count(DISTINCT command_id)::int AS acts FROM own WHERE case_kind <> 'dispute' GROUP BY actor_id`,
    [disputeId],
  );
  return {
    events: groups[0]?.events ?? 0,
    seenBy: Object.fromEntries(groups.map(({ group_name, seen }) => [group_name, seen])),
    acts: new Map(people.map(({ actor_id, acts }) => [actor_id, acts])),
  };
}

/**
 * Waits until all that follows from what people did has happened: nothing lies in the outbox, every command of a handler
 * is answered, and every group has seen every event of these disputes. False when the time is up first.
 */
export function quiet(pool: pg.Pool, disputeIds: readonly string[], deadline_ms: number): Promise<boolean> {
  return waitUntil(
    async () => {
      const { rows } = await pool.query<{ waiting: number }>(
        `SELECT (SELECT count(*) FROM outbox)::int
           + (SELECT count(*) FROM commands WHERE answer IS NULL)::int AS waiting`,
      );
      if (rows[0]!.waiting > 0) return false;
      for (const id of disputeIds) {
        const { events, seenBy } = await seenEvents(pool, id);
        if (GROUPS.some((group) => seenBy[group] !== events)) return false;
      }
      return true;
    },
    { deadline_ms, interval_ms: 250 },
  );
}
