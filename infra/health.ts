import type { Client } from '@temporalio/client';
import type pg from 'pg';
import type { Config } from './config.ts';
import type { Check, Health } from '../ports/admin.ts';
import type { EventBus } from '../ports/event-bus.ts';
import { REPORTS_GROUP } from './consumers/reports.ts';
import { GROUPS } from './consumers/groups.ts';

export interface HealthDeps {
  config: Pick<Config, 'kafkaBrokers'>;
  pool: pg.Pool;
  temporal: Client;
  bus: EventBus;
}

/** A part that does not answer in this time counts as away. */
const ANSWER_MS = 3_000;
/** Beyond this what is filed is not in anybody's inbox soon enough. */
const BACKLOG_MAX = 5_000;

/** Asks every part, and how far behind the queues are: filed but in nobody's inbox is not ready. */
export function createHealth({ config, pool, temporal, bus }: HealthDeps): Health {
  const database = async (): Promise<Check['detail']> => {
    const { rows } = await pool.query<{ outbox: number; dead: number }>(
      `SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT 100000) o) AS outbox,
        (SELECT count(*) FROM dead_letters WHERE status = 'open') AS dead`,
    );
    return { outbox: rows[0]!.outbox, openDeadLetters: rows[0]!.dead };
  };
  const temporalVersion = async (): Promise<Check['detail']> => {
    const { serverVersion } = await temporal.workflowService.getSystemInfo({});
    return { version: serverVersion ?? null };
  };
  const lag = async (): Promise<Check['detail']> => {
    const groups = [...GROUPS, REPORTS_GROUP];
    const lags = await Promise.all(groups.map((group) => bus.lag(group)));
    const transport = config.kafkaBrokers === null ? 'in-process: no Kafka, one process only' : 'kafka';
    return { transport, ...Object.fromEntries(groups.map((group, i) => [`lag ${group}`, lags[i]!])) };
  };
  return {
    check: () =>
      Promise.all([
        answer('database', database, ({ outbox }) => Number(outbox) <= BACKLOG_MAX),
        answer('temporal', temporalVersion, () => true),
        answer('bus', lag, (detail) =>
          Object.entries(detail).every(([name, n]) => !name.startsWith('lag') || Number(n) <= BACKLOG_MAX),
        ),
      ]),
  };
}

async function answer(
  name: string,
  ask: () => Promise<Check['detail']>,
  sound: (detail: Check['detail']) => boolean,
): Promise<Check> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('late')), ANSWER_MS);
  try {
    const detail = await Promise.race([ask(), late.promise]);
    return { name, ok: sound(detail), detail };
  } catch {
    return { name, ok: false, detail: { away: 'does not answer' } };
  } finally {
    clearTimeout(timer);
  }
}
