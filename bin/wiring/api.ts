import { bodyHashOf } from '../../activities/canonical.ts';
import { commandIdOf, idsFrom } from '../../activities/ids.ts';
import { createIntake } from '../../activities/intake.ts';
import { createApp } from '../../api/app.ts';
import { HANDLERS } from '../../handlers/index.ts';
import { createAccounts } from '../../infra/db/accounts.ts';
import { createChangeFeed } from '../../infra/db/changes.ts';
import { createNumbers } from '../../infra/db/numbers.ts';
import { createReads } from '../../infra/db/reads/index.ts';
import { createRulesStore } from '../../infra/db/rules-store.ts';
import { createReportsConsumer, REPORTS_GROUP } from '../../infra/consumers/reports.ts';
import { discardDeadLetter, replayDeadLetters } from '../../infra/consumers/replay.ts';
import { createHealth } from '../../infra/health.ts';
import { createCaseCommands } from '../../infra/temporal/case-commands.ts';
import type { DeadLetterDesk } from '../../ports/admin.ts';
import type { Intake } from '../../ports/intake.ts';
import type { Resources } from './resources.ts';

export interface Running {
  /** Where it can be reached; empty for parts that listen nowhere. */
  address: string;
  stop(): Promise<void>;
}

/** The intake of this process; `onCommitted` wakes a relay that runs beside it. */
export function intakeOf({ pool, rules, directory, cipher }: Resources, onCommitted?: () => void): Intake {
  return createIntake({
    ...{ pool, rules, directory, cipher, nextNumber: createNumbers(pool) },
    ...(onCommitted !== undefined && { onCommitted }),
  });
}

/** Builds the application and listens. Throws when the port is taken. */
export async function startApi(
  resources: Resources,
  { port, onCommitted }: { port: number; onCommitted?: () => void },
): Promise<Running> {
  const { config, logger, pool, rules, directory, cipher, temporal, metrics } = resources;
  const changes = createChangeFeed(config.databaseUrl, logger);
  const intake = intakeOf(resources, onCommitted);
  const app = await createApp({
    ...{ rules, directory, changes, metrics, commandIdOf, bodyHashOf, idsFrom },
    ...{ sessionSecret: config.sessionSecret, sessionHours: config.sessionHours },
    reads: createReads(pool, cipher),
    intake,
    commands: createCaseCommands({ pool, client: temporal, logger }),
    accounts: createAccounts(pool),
    rulesStore: createRulesStore(pool),
    deadLetters: deskOf(resources, intake),
    health: createHealth(resources),
    logger,
  });
  const address = await app.listen({ host: config.host, port });
  return {
    address,
    async stop() {
      await app.close();
      await changes.close();
    },
  };
}

function deskOf(resources: Resources, intake: Intake): DeadLetterDesk {
  const { pool, rules, directory, starter, mediatorLoad, logger } = resources;
  return {
    async replay(group, key) {
      if (group === REPORTS_GROUP) return createReportsConsumer({ pool, intake, logger }).replay();
      const handler = HANDLERS.find((candidate) => candidate.group === group);
      if (handler === undefined) return null;
      return replayDeadLetters(handler, { pool, rules, directory, starter, mediatorLoad, logger }, key);
    },
    discard: (id, reason) => discardDeadLetter({ pool }, id, reason),
  };
}
