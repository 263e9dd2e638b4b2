import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { CaseKind } from '../domain/machine.ts';
import type { BusLogger } from '../ports/event-bus.ts';
import { handOver } from './handover.ts';
import { isCaseFailure } from './temporal/client.ts';

export interface WatchdogOptions {
  pool: pg.Pool;
  logger: BusLogger;
  /** Both give up when the signal ends. */
  wake: (key: { kind: CaseKind; id: string }, signal: AbortSignal) => Promise<void>;
  send: (commands: { kind: CaseKind; id: string; commandId: string }[], signal: AbortSignal) => Promise<void>;
  everyMs?: number;
  /** A case whose wake-up is later than this has lost its workflow or its timer. */
  lateMs?: number;
  clock?: () => number;
  /** Told what was found: how many were woken, and how many stored commands were sent again. */
  onRound?: (found: { late: number; unanswered: number }) => void;
}

interface Late {
  kind: string;
  id: string;
  at: number;
}

export interface Watchdog {
  /** One look; also what tests and `reconcile` call. */
  round(): Promise<{ late: number; unanswered: number }>;
  stop(): Promise<void>;
}

const BATCH = 200;
/** Commands younger than this are still on their way; older than that their sender has gone and would be surprised. */
const UNANSWERED_FROM_MS = 15_000;
const UNANSWERED_TO_MS = 10 * 60_000;

/**
 * The second pair of eyes: wakes open cases that are more than two minutes late by the index on `next_wake_at_ms`, the
 * latest first, and sends stored commands that never got an answer. Nothing should be found; what is, is a metric. It
 * also looks whether the owner or mediator of a case has left, which a date decides and nobody's act.
 */
export function startWatchdog(options: WatchdogOptions): Watchdog {
  const { pool, logger, everyMs = 30_000, lateMs = 120_000, clock = Date.now } = options;
  const stopping = new AbortController();

  /** Page after page, so that cases which cannot be woken are passed and not met again and again. */
  const wakeLate = async (before: number): Promise<number> => {
    let after: Late = { kind: '', id: '', at: 0 };
    for (let woken = 0; ;) {
      const { rows } = await pool.query<Late & { kind: CaseKind }>({
        name: 'watchdog-late',
        text: `SELECT kind, id, next_wake_at_ms AS at FROM cases WHERE NOT final AND next_wake_at_ms < $1
          AND (next_wake_at_ms, kind, id) > ($2, $3, $4) ORDER BY next_wake_at_ms, kind, id LIMIT ${BATCH}`,
        values: [before, after.at, after.kind, after.id],
      });
      for (const { kind, id } of rows) {
        await options.wake({ kind, id }, stopping.signal).catch((error: unknown) => {
          // A case that cannot be carried out because of a bug is always the latest: it must not keep the others asleep.
          if (!isCaseFailure(error)) throw error;
          logger.error({ kind, id }, 'a case cannot be woken');
        });
      }
      woken += rows.length;
      const last = rows.at(-1);
      if (last === undefined || stopping.signal.aborted) return woken;
      after = last;
    }
  };

  /** What a person asked for is dropped after ten minutes: she was told to ask again. A handler's command has nobody who would. */
  const sendUnanswered = async (now: number): Promise<number> => {
    let after = { at: 0, commandId: '' };
    for (let sent = 0; ;) {
      const { rows } = await pool.query<{ kind: CaseKind; id: string; commandId: string; at: number }>({
        name: 'watchdog-unanswered',
        text: `SELECT case_kind AS kind, case_id AS id, command_id AS "commandId", recorded_at_ms AS at FROM commands
          WHERE answer IS NULL AND recorded_at_ms <= $1 AND (recorded_at_ms >= $2 OR cause IS NOT NULL)
            AND (recorded_at_ms, command_id) > ($3, $4) ORDER BY recorded_at_ms, command_id LIMIT ${BATCH}`,
        values: [now - UNANSWERED_FROM_MS, now - UNANSWERED_TO_MS, after.at, after.commandId],
      });
      await options.send(
        rows.map(({ kind, id, commandId }) => ({ kind, id, commandId })),
        stopping.signal,
      );
      sent += rows.length;
      const last = rows.at(-1);
      if (last === undefined || stopping.signal.aborted) return sent;
      after = last;
    }
  };

  const round = async (): Promise<{ late: number; unanswered: number }> => {
    const now = clock();
    const late = await wakeLate(now - lateMs);
    const unanswered = await sendUnanswered(now);
    await options.send(await handOver(pool, now), stopping.signal);
    const found = { late, unanswered };
    if (found.late + found.unanswered > 0) logger.warn(found, 'the watchdog found forgotten work');
    options.onRound?.(found);
    return found;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      await round().catch((error: unknown) => {
        if (!stopping.signal.aborted) logger.warn({ error }, 'the watchdog could not look');
      });
    }
  };
  const running = run();
  return {
    round,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
