/**
 * `npm run reconcile`: wakes every open case. A case whose workflow is gone gets a new one, whose first act is to read
 * its row; this is also the recovery when Temporal has lost its whole database. Safe at any time, any number of times.
 */
import { createLogger } from '../infra/logger.ts';
import { countOpenCases, openCases } from '../infra/open-cases.ts';
import { wakeCase } from '../infra/temporal/client.ts';
import { atMost } from '../infra/temporal/dispatch.ts';
import { configForTool } from './wiring/local-config.ts';
import { progress } from './wiring/progress.ts';
import { openResources } from './wiring/resources.ts';

const AT_ONCE = 16;

const config = configForTool();
const resources = openResources(config, createLogger(config.logLevel), 'reconcile');
const shown = progress('reconcile', await countOpenCases(resources.pool));
let failed = 0;
for await (const page of openCases(resources.pool)) {
  await atMost(AT_ONCE, page, async ({ kind, id }) => {
    await wakeCase(resources.temporal, { kind, id }).catch((error: unknown) => {
      failed += 1;
      resources.logger.error({ kind, id, error }, 'a case could not be woken');
    });
    shown.add(1);
  });
}
shown.end();
await resources.close();
if (failed > 0) process.stderr.write(`${failed} cases could not be woken; run it again\n`);
process.exit(failed > 0 ? 1 : 0);
