import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../domain/default-policy.ts';
import { workflowIdOf } from '../../workflows/messages.ts';
import { START_MS } from '../support/engine.ts';
import { faultBed, type FaultBed, type Part } from '../support/fault-bed.ts';
import {
  eventually,
  holding,
  persistently,
  reported,
  TRIAGE,
  VISIT,
  type Persisted,
} from '../support/persistent.ts';
import { startProxy } from '../support/proxy.ts';

let bed: FaultBed;

beforeAll(async () => {
  // Triage is warned about after two seconds and overdue after four, so that a timer takes part in every race.
  const triage = { amount: 4 / 60, unit: 'clock-minute' } as const;
  const clocks = { ...DEFAULT_POLICY.clocks, triage };
  bed = await faultBed({ policy: { ...DEFAULT_POLICY, version: 'hurried', clocks, wakeJitterMs: 0 } });
  await Promise.all([bed.start('api'), bed.start('relay'), bed.start('handlers')]);
}, START_MS);
afterAll(() => bed.stop());

const versionOf = async (id: string): Promise<number> => {
  const { rows } = await bed.pool.query<{ version: number }>('SELECT version FROM cases WHERE id = $1', [id]);
  return rows[0]!.version;
};
const typesOf = async (id: string): Promise<string[]> => {
  const sql = 'SELECT type FROM events WHERE case_id = $1 ORDER BY version';
  return (await bed.pool.query<{ type: string }>(sql, [id])).rows.map(({ type }) => type);
};

const somebodyWaitsForARow = async (): Promise<boolean> => {
  const { rowCount } = await bed.pool.query(
    `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FROM cases WHERE kind%'`,
  );
  return rowCount !== 0;
};
/** A mark is about to be due: whoever acts now races the timer. */
const nearlyDue = async (id: string): Promise<boolean> => {
  const sql = 'SELECT FROM cases WHERE id = $1 AND next_wake_at_ms BETWEEN $2 AND $3';
  return (await bed.pool.query(sql, [id, Date.now(), Date.now() + 300])).rowCount === 1;
};

test.each([1, 2])(
  'a worker killed after the commit and before Temporal knows, while two acts and a timer race (%i)',
  async () => {
    const proxy = await startProxy(bed.stack.temporalAddress);
    const worker = await bed.start('worker', { TEMPORAL_ADDRESS: proxy.address });
    let next: Part | undefined;
    try {
      const [grid, community] = await Promise.all([bed.as('grid-1'), bed.as('community-1')]);
      const id = await reported(grid);
      await eventually('its workflow runs', async () => {
        const handle = bed.temporal.workflow.getHandle(workflowIdOf({ kind: 'dispute', id }));
        return (await handle.describe().catch(() => null))?.status.name === 'RUNNING';
      });
      await eventually('a mark is nearly due', () => nearlyDue(id));
      const before = await versionOf(id);
      let acts: Promise<Persisted[]> | undefined;
      await holding(bed.pool, `SELECT FROM cases WHERE id = '${id}' FOR UPDATE`, async () => {
        acts = Promise.all([
          persistently(grid, id, 'record-measure', VISIT),
          persistently(community, id, 'triage', TRIAGE),
        ]);
        acts.catch(() => undefined);
        await eventually('an act waits for the row', somebodyWaitsForARow);
        // What the worker says now stays on the way; what it writes to PostgreSQL does not.
        proxy.hold();
      });
      await eventually('an act is committed', async () => (await versionOf(id)) > before);
      await worker.kill();
      // As the kernel does for a dead process; otherwise its open polls would swallow tasks.
      await proxy.stop();
      next = await bed.start('worker');
      const answers = await acts!;
      expect(answers.map(({ answer }) => answer.status)).toEqual([200, 200]);
      const types = await typesOf(id);
      expect(types.filter((type) => type === 'measure-recorded')).toHaveLength(1);
      expect(types.filter((type) => type === 'triaged')).toHaveLength(1);
      expect(await bed.audit()).toEqual([]);
    } finally {
      await (next ?? worker).stop();
    }
  },
);
