import { inTransaction } from '../db/pool.ts';
import type { Handler } from '../../ports/handler.ts';
import { readFacts, replayLetter, type ShellDeps } from './shell.ts';

interface Open {
  id: number;
  key: string;
  payload: string;
}

export interface Replayed {
  replayed: number;
  /** Letters that failed again; their key still waits. */
  failed: number;
}

/**
 * Carries out the open dead letters of a group in the order they were set aside, one key after another; a key whose
 * letter fails again stays where it is. `key` limits it to one case.
 */
export async function replayDeadLetters(handler: Handler, deps: ShellDeps, key?: string): Promise<Replayed> {
  const result: Replayed = { replayed: 0, failed: 0 };
  const stuck = new Set<string>();
  for (;;) {
    const { rows } = await deps.pool.query<Open>(
      `SELECT id, key, payload FROM dead_letters WHERE status = 'open' AND group_name = $1
         AND ($2::text IS NULL OR key = $2) AND key <> ALL($3) ORDER BY id LIMIT 100`,
      [handler.group, key ?? null, [...stuck]],
    );
    // Asked again until nothing is left: an event may have been set aside behind the letter just carried out.
    if (rows.length === 0) return result;
    for (const letter of rows) {
      if (stuck.has(letter.key)) continue;
      if (await replayOne(handler, deps, letter)) result.replayed += 1;
      else {
        stuck.add(letter.key);
        result.failed += 1;
      }
    }
  }
}

async function replayOne(handler: Handler, deps: ShellDeps, letter: Open): Promise<boolean> {
  try {
    const facts = await readFacts(handler, deps);
    const done = await inTransaction(deps.pool, async (tx) => {
      // Two people may press the button at once: the row decides who carries it out.
      const { rowCount } = await tx.query(
        `UPDATE dead_letters SET status = 'replayed', closed_at = now() WHERE id = $1 AND status = 'open'`,
        [letter.id],
      );
      return rowCount === 0 ? null : replayLetter(handler, deps, facts, tx, letter.payload);
    });
    await done?.dispatch();
    return true;
  } catch (error) {
    deps.logger.warn({ group: handler.group, letter: letter.id, error }, 'a dead letter failed again');
    return false;
  }
}

/** Gives up on one letter, with the reason for whoever asks later. Returns false when it is not open. */
export async function discardDeadLetter(
  deps: Pick<ShellDeps, 'pool'>,
  id: number,
  reason: string,
): Promise<boolean> {
  const { rowCount } = await deps.pool.query(
    `UPDATE dead_letters SET status = 'discarded', reason = $2, closed_at = now() WHERE id = $1 AND status = 'open'`,
    [id, reason],
  );
  return rowCount === 1;
}
