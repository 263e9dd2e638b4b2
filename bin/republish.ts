/**
 * `npm run republish -- --hours 48`: puts the events of the last hours into the outbox again, after Kafka has lost what
 * was published. Groups that have carried an event out know it by their inbox, so only what was lost has effects.
 */
import { parseArgs } from 'node:util';
import type { CaseKind, Clocked } from '../domain/machine.ts';
import { codesOf } from '../activities/machines.ts';
import { inTransaction } from '../infra/db/pool.ts';
import { cloudEvent, DISPUTES_TOPIC, eventIdOf } from '../infra/db/rows.ts';
import { createLogger } from '../infra/logger.ts';
import { configForTool } from './wiring/local-config.ts';
import { progress } from './wiring/progress.ts';
import { openResources } from './wiring/resources.ts';

interface Logged {
  version: number;
  data: { type: string };
  recordedAt: number;
  occurredAt: number | null;
  actorId: string;
  hop: number;
}

const { values } = parseArgs({ options: { hours: { type: 'string', default: '48' } } });
const hours = Number(values.hours);
if (!(hours > 0 && hours <= 24 * 365)) {
  process.stderr.write('--hours must be a number above 0 and at most 8760\n');
  process.exit(2);
}

const config = configForTool();
const resources = openResources(config, createLogger(config.logLevel), 'republish');
const { pool } = resources;
const since = Date.now() - hours * 3_600_000;
const { rows: keys } = await pool.query<{ kind: CaseKind; id: string }>(
  'SELECT DISTINCT case_kind AS kind, case_id AS id FROM events WHERE recorded_at_ms >= $1 ORDER BY 1, 2',
  [since],
);
const shown = progress('republish', keys.length);
let events = 0;
for (const { kind, id } of keys) {
  events += await inTransaction(pool, async (tx) => {
    // Under the case's lock: what is written meanwhile must come behind what is put in here.
    const row = await tx.query<{ state: Clocked }>(
      'SELECT state FROM cases WHERE kind = $1 AND id = $2 FOR UPDATE',
      [kind, id],
    );
    const codes = codesOf(kind, row.rows[0]!.state);
    const log = await tx.query<Logged>(
      `SELECT e.version, e.data, e.recorded_at_ms AS "recordedAt", e.occurred_at_ms AS "occurredAt",
         e.actor_id AS "actorId", c.hop FROM events e JOIN commands c USING (command_id)
       WHERE e.case_kind = $1 AND e.case_id = $2 AND e.recorded_at_ms >= $3 ORDER BY e.version`,
      [kind, id, since],
    );
    // What still waits goes out in its place among the others, not before them.
    const ids = log.rows.map(({ version }) => eventIdOf(kind, id, version));
    await tx.query('DELETE FROM outbox WHERE event_id = ANY($1)', [ids]);
    for (const { data: event, recordedAt: now, ...rest } of log.rows) {
      const payload = cloudEvent({ kind, id, codes, now, event, ...rest });
      const values_ = [DISPUTES_TOPIC, codes.disputeId ?? id, eventIdOf(kind, id, rest.version), payload];
      await tx.query('INSERT INTO outbox (topic, key, event_id, payload) VALUES ($1, $2, $3, $4)', values_);
    }
    return log.rows.length;
  });
  shown.add(1);
}
shown.end();
process.stdout.write(`${events} events of ${keys.length} cases go out again\n`);
await resources.close();
process.exit(0);
