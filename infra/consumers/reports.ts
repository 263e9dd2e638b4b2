import type pg from 'pg';
import type { Actor } from '../../domain/roles.ts';
import { TransientError, type Batch, type BatchControl, type BusLogger } from '../../ports/event-bus.ts';
import type { Intake } from '../../ports/intake.ts';
import { inTransaction } from '../db/pool.ts';
import { REPORT_EVENT, type ReportEvent } from '../../schemas/events/report.ts';
import { faultOf } from '../../schemas/events/validate.ts';
import { faultOf as failureOf, isTransient } from './shell.ts';
import { identityOf, setAside, storable, type Letter } from './store.ts';

export const REPORTS_TOPIC = 'fengqiao.reports.v1';
export const REPORTS_GROUP = 'fengqiao.reports';

export interface ReportsDeps {
  pool: pg.Pool;
  intake: Intake;
  logger: BusLogger;
}

/**
 * Takes in reports that other systems put on the bus. The intake knows a report by source and id, so a repetition is the
 * same report; what cannot be a report is set aside and does not hold up what follows.
 */
export function createReportsConsumer({ pool, intake, logger }: ReportsDeps) {
  /** What is wrong with a report, or null once it is taken in. */
  const takeIn = async (value: string): Promise<{ code: string; message: string } | null> => {
    const read = readReport(value);
    if ('code' in read) return read;
    const { source, id, data } = read.report;
    const actor: Actor = { id: actorIdOf(source), posts: [], system: true };
    const result = await intake.take({
      report: data,
      actor,
      principal: actor.id,
      idempotencyKey: `${source}\n${id}`,
    });
    switch (result.outcome) {
      case 'taken':
        return null;
      case 'key-reused':
        return { code: 'id_reused', message: 'the same source and id came before with another report' };
      case 'refused':
        return {
          code: result.refusal.refused,
          message: `${result.refusal.field ?? ''} ${result.refusal.message}`.trim(),
        };
    }
  };

  return {
    group: REPORTS_GROUP,

    /** Tries the letters of this group again; a report waits for no other, so one that fails holds up none. */
    async replay(): Promise<{ replayed: number; failed: number }> {
      const { rows } = await pool.query<{ id: number; payload: string }>(
        `SELECT id, payload FROM dead_letters WHERE status = 'open' AND group_name = $1 ORDER BY id`,
        [REPORTS_GROUP],
      );
      const result = { replayed: 0, failed: 0 };
      for (const { id, payload } of rows) {
        const fault = await takeIn(payload).catch((error: unknown) => {
          if (isTransient(error)) throw error;
          return failureOf(error);
        });
        if (fault !== null) result.failed += 1;
        else {
          // The intake knows a report it has taken in: a second press of the button changes nothing.
          await pool.query(`UPDATE dead_letters SET status = 'replayed', closed_at = now() WHERE id = $1`, [
            id,
          ]);
          result.replayed += 1;
        }
      }
      return result;
    },

    async onBatch({ topic, partition, messages }: Batch, { heartbeat }: BatchControl): Promise<void> {
      for (const { key, value, offset } of messages) {
        try {
          const fault = await takeIn(value).catch((error: unknown) => {
            // What will fail again however often it is tried must not hold up the reports behind it.
            if (isTransient(error)) throw error;
            return failureOf(error);
          });
          if (fault !== null) {
            const letter: Letter = {
              topic,
              partition,
              offset,
              key: storable(key),
              value: storable(value),
              eventId: identityOf({ topic, partition, offset, value }),
            };
            await setAsideOnce(pool, { ...letter, ...fault });
            logger.warn(
              { group: REPORTS_GROUP, partition, offset, code: fault.code },
              'a report was set aside',
            );
          }
        } catch (error) {
          throw new TransientError('a report could not be stored', { cause: error });
        }
        await heartbeat();
      }
    },
  };
}

/** A source is any URI; an id of ours is not. The key beside it still holds the whole source. */
const actorIdOf = (source: string): string =>
  `bus:${source.replaceAll(/[^A-Za-z0-9:._-]/g, '-')}`.slice(0, 80);

function readReport(value: string): { report: ReportEvent } | { code: string; message: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return { code: 'malformed', message: 'not JSON' };
  }
  const fault = faultOf(REPORT_EVENT, parsed);
  if (fault) return { code: 'invalid_report', message: `${fault.field ?? ''} ${fault.message}`.trim() };
  return { report: parsed as ReportEvent };
}

/** A batch that is given again after a failure meets the letters it set aside before. */
async function setAsideOnce(pool: pg.Pool, letter: Parameters<typeof setAside>[2][number]): Promise<void> {
  const known = await pool.query('SELECT 1 FROM dead_letters WHERE group_name = $1 AND event_id = $2', [
    ...[REPORTS_GROUP, letter.eventId],
  ]);
  if (known.rowCount === 0) await inTransaction(pool, (tx) => setAside(tx, REPORTS_GROUP, [letter]));
}
