/**
 * `npm run rebuild`: makes every row and queue from the events again and compares. Says what differs and exits 1; with
 * `--write` it puts the rebuilt rows and queues in place. Run it while relay and handlers are quiet. With `--search` it
 * makes only what disputes are found by anew from their texts; that may run at any time.
 */
import { differences, rowFrom, stateFrom, type LoggedEvent } from '../activities/rebuild.ts';
import { LEVELS } from '../domain/regions.ts';
import { workOf } from '../handlers/queues.ts';
import { inTransaction, type Queryable } from '../infra/db/pool.ts';
import { loadMediatorLoad, storeEffects, workItemId } from '../infra/consumers/store.ts';
import { indexAllDisputes } from '../infra/db/search/rebuild.ts';
import { createLogger } from '../infra/logger.ts';
import type { CaseKey, ReadModel } from '../ports/handler.ts';
import { configForTool } from './wiring/local-config.ts';
import { progress } from './wiring/progress.ts';
import { openResources } from './wiring/resources.ts';

const write = process.argv.includes('--write');
const config = configForTool();
const resources = openResources(config, createLogger(config.logLevel), 'rebuild');
const { pool } = resources;
const now = Date.now();
if (process.argv.includes('--search')) await rebuildSearch();

const read: ReadModel = {
  ...{ now, directory: await resources.directory(), calendar: await resources.rules.calendar() },
  policy: await resources.rules.policy(null),
  mediatorLoad: await loadMediatorLoad(pool),
  stateOf: () => null,
};
const { rows: keys } = await pool.query<CaseKey>('SELECT kind, id FROM cases ORDER BY kind, id');
const shown = progress('rebuild', keys.length);
let differing = 0;
for (const key of keys) {
  const found = await inTransaction(pool, (tx) => rebuildOne(tx, key));
  if (found.length > 0) {
    differing += 1;
    process.stdout.write(`${key.kind} ${key.id}: ${found.join(', ')}${write ? ' (rebuilt)' : ''}\n`);
  }
  shown.add(1);
}
shown.end();
process.stdout.write(`${keys.length} cases, ${differing} differ${write ? ' and were rebuilt' : ''}\n`);
await resources.close();
process.exit(differing > 0 && !write ? 1 : 0);

/** What differs: columns of the row, and work items by their ids. */
async function rebuildOne(tx: Queryable, { kind, id }: CaseKey): Promise<string[]> {
  const stored = await tx.query<Record<string, unknown>>(
    'SELECT * FROM cases WHERE kind = $1 AND id = $2 FOR UPDATE',
    [kind, id],
  );
  const log = await tx.query<LoggedEvent>(
    `SELECT type, data, recorded_at_ms AS "recordedAt" FROM events
     WHERE case_kind = $1 AND case_id = $2 ORDER BY version`,
    [kind, id],
  );
  const state = stateFrom(kind, id, log.rows);
  const row = rowFrom(kind, state, now);
  const columns = differences(stored.rows[0]!, row);
  const items = workOf(kind, state, read);
  const open = await tx.query<{ id: string }>(
    `SELECT id FROM work_items WHERE case_kind = $1 AND case_id = $2 AND status = 'open'`,
    [kind, id],
  );
  const wanted = new Set(items.map((item) => workItemId({ kind, id }, item)));
  const there = new Set(open.rows.map((item) => item.id));
  const queues = [...wanted.symmetricDifference(there)];
  if (!write) return [...columns, ...queues];
  if (columns.length > 0) {
    const set = columns.map((column) => `${column} = x.${column}`).join(', ');
    await tx.query(
      `UPDATE cases c SET ${set} FROM jsonb_populate_record(null::cases, $3) AS x WHERE c.kind = $1 AND c.id = $2`,
      [kind, id, JSON.stringify(row)],
    );
  }
  if (queues.length > 0) {
    const disputeId = (row['dispute_id'] as string | null) ?? null;
    const effect = { type: 'queue' as const, queues: LEVELS, key: { kind, id }, disputeId, items };
    await storeEffects(tx, 'rebuild', [{ eventId: `rebuild:${now}`, hop: 0, effects: [effect] }], now);
  }
  return [...columns, ...queues];
}

async function rebuildSearch(): Promise<never> {
  const { rows } = await pool.query<{ n: number }>(`SELECT count(*) AS n FROM cases WHERE kind = 'dispute'`);
  const shown = progress('search', rows[0]!.n);
  await indexAllDisputes(pool, shown.add);
  shown.end();
  await resources.close();
  process.exit(0);
}
