/**
 * `npm run recompute`: after a calendar year was loaded, brings the deadlines of open cases in line with it, at a bounded
 * rate. Only deadlines that change make an event; what was broken stays broken.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../infra/logger.ts';
import { recordCommand } from '../infra/db/store.ts';
import { countOpenCases, openCases } from '../infra/open-cases.ts';
import { atMost } from '../infra/temporal/dispatch.ts';
import { configForTool } from './wiring/local-config.ts';
import { progress } from './wiring/progress.ts';
import { openResources } from './wiring/resources.ts';

const AT_ONCE = 8;
const PER_SECOND = 50;
const SETTLED_MS = 5_000;
const SYSTEM = { id: 'system:recompute', posts: [], system: true };

const config = configForTool();
const resources = openResources(config, createLogger(config.logLevel), 'recompute');
const { pool, rules, starter } = resources;
await everyWorkerKnows();
const calendar = await rules.calendar();
const shown = progress(`recompute with ${calendar.version}`, await countOpenCases(pool));
for await (const page of openCases(pool)) {
  for (let i = 0; i < page.length; i += PER_SECOND) {
    const begin = performance.now();
    await atMost(AT_ONCE, page.slice(i, i + PER_SECOND), async ({ kind, id }) => {
      // The same calendar and case give the same command: a second run finds it answered.
      const commandId = `recompute:${calendar.version}:${id}`;
      const command = {
        commandId,
        kind,
        caseId: id,
        action: 'recompute',
        body: {},
        bodyHash: '',
        actor: SYSTEM,
      };
      const times = { expectedVersion: null, occurredAt: null, hop: 0, recordedAt: Date.now() };
      await recordCommand(pool, { ...command, ...times });
      await starter.send([{ kind, id, commandId }]);
      shown.add(1);
    });
    await sleep(Math.max(0, 1_000 - (performance.now() - begin)));
  }
}
shown.end();
await resources.close();
process.exit(0);

/** A worker may go on for two seconds with the calendar it knew; a case recomputed with that one would count as done. */
async function everyWorkerKnows(): Promise<void> {
  const { rows } = await pool.query<{ age_ms: number }>(
    'SELECT (extract(epoch FROM now() - max(created_at)) * 1000)::bigint AS age_ms FROM calendars',
  );
  await sleep(Math.max(0, SETTLED_MS - (rows[0]?.age_ms ?? SETTLED_MS)));
}
