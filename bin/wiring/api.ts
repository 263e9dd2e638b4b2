import { bodyHashOf } from '../../activities/canonical.ts';
import { commandIdOf, idsFrom } from '../../activities/ids.ts';
import { createApp } from '../../api/app.ts';
import { HANDLERS } from '../../handlers/index.ts';
import { createAccountDesk, createAccounts } from '../../infra/db/accounts.ts';
import { createChangeFeed } from '../../infra/db/changes.ts';
import { createDeadLetterReads } from '../../infra/db/dead-letters.ts';
import { createDirectoryDesk } from '../../infra/db/directory-desk.ts';
import { createDirectoryReads } from '../../infra/db/directory-reads.ts';
import { startRounds } from '../../infra/rounds.ts';
import { createReadsFor } from '../../infra/db/reads/index.ts';
import { createRecords } from '../../infra/db/records.ts';
import { createSavedFilters } from '../../infra/db/saved-filters.ts';
import { createReaderPool, createScoped } from '../../infra/db/scoped.ts';
import { createRulesStore } from '../../infra/db/rules-store.ts';
import { createStatements } from '../../infra/db/statements.ts';
import { createTracking } from '../../infra/db/tracking.ts';
import { createReportsConsumer, REPORTS_GROUP } from '../../infra/consumers/reports.ts';
import { discardDeadLetter, replayDeadLetters } from '../../infra/consumers/replay.ts';
import { createApiKeys } from '../../infra/identity/api-keys.ts';
import { createIssuer } from '../../infra/identity/oidc.ts';
import { createPasswords } from '../../infra/identity/passwords.ts';
import { createSessions } from '../../infra/identity/sessions.ts';
import { createOpen311Register } from '../../infra/open311/register.ts';
import { createHealth } from '../../infra/health.ts';
import { createCaseCommands } from '../../infra/temporal/case-commands.ts';
import type { DeadLetterDesk } from '../../ports/admin.ts';
import type { Intake } from '../../ports/intake.ts';
import type { Sessions } from '../../ports/sessions.ts';
import { openAttachments } from './attachments.ts';
import { openAudit } from './audit.ts';
import { openPrivacy } from './privacy.ts';
import { intakeOf } from './intake.ts';
import type { Resources } from './resources.ts';

const PRUNE_EVERY_MS = 3_600_000;

export interface Running {
  /** Where it can be reached; empty for parts that listen nowhere. */
  address: string;
  stop(): Promise<void>;
}

/** Builds the application and listens. Throws when the port is taken. */
export async function startApi(
  resources: Resources,
  { port, onCommitted }: { port: number; onCommitted?: () => void },
): Promise<Running> {
  const { config, logger, pool, rules, directory, cipher, temporal, metrics } = resources;
  const changes = createChangeFeed(config.databaseUrl, logger);
  const readers = createReaderPool(config.databaseUrl, {
    max: config.dbPoolMax,
    onIdleError: (error) => logger.warn({ error }, 'a database connection was lost'),
  });
  const audit = openAudit(resources);
  const scoped = createScoped(readers);
  const files = openAttachments(resources, scoped);
  const people = openPrivacy(resources, scoped);
  const intake = intakeOf(resources, onCommitted);
  const identity = identityOf(resources);
  const app = await createApp({
    ...{ rules, directory, changes, audit, metrics, commandIdOf, bodyHashOf, idsFrom },
    ...{ sessionSecret: config.sessionSecret, sessionHours: config.sessionHours },
    ...{ ratePerMinute: config.ratePerMinute, addressPerMinute: config.addressPerMinute },
    ...{ loginsPerMinute: config.loginsPerMinute, trustProxy: config.trustProxy },
    publicReportsPerHour: config.publicReportsPerHour,
    corsOrigins: config.corsOrigins,
    reads: createReadsFor(scoped, cipher),
    records: createRecords(pool, cipher),
    savedFilters: createSavedFilters(pool),
    intake,
    open311: createOpen311Register(pool),
    attachments: files.attachments,
    privacy: people.privacy,
    commands: createCaseCommands({ pool, client: temporal, logger }),
    ...identity,
    rulesStore: createRulesStore(pool),
    directoryReads: createDirectoryReads(pool),
    directoryDesk: createDirectoryDesk(pool),
    deadLetters: deskOf(resources, intake),
    health: createHealth(resources),
    logger,
  });
  const address = await app.listen({ host: config.host, port });
  const pruning = pruneSessions(resources, identity.sessions);
  return {
    address,
    async stop() {
      await pruning.stop();
      await app.close();
      await changes.close();
      await Promise.all([readers.end(), audit.close(), files.close(), people.close()]);
    },
  };
}

/** Accounts, sessions, keys and the identity provider. */
function identityOf({ config, pool, logger, cipher }: Resources) {
  const sessions = createSessions(pool);
  const passwords = createPasswords();
  const deps = { db: pool, passwords, sessions };
  return {
    sessions,
    accounts: createAccounts(deps),
    accountDesk: createAccountDesk(deps),
    tracking: createTracking({ pool, passwords, cipher, hashKey: config.hashKey }),
    statements: createStatements(pool),
    apiKeys: createApiKeys(pool, (error) => logger.warn({ error }, 'the use of a key was not written')),
    issuer: config.oidc === null ? null : createIssuer(config.oidc),
  };
}

/** Forgets sessions that ended long ago; what fails is done an hour later. */
const pruneSessions = ({ logger }: Resources, sessions: Sessions): { stop(): Promise<void> } =>
  startRounds(() => sessions.prune(), {
    ...{ first_ms: PRUNE_EVERY_MS, every_ms: PRUNE_EVERY_MS },
    onFailure: (error) => logger.warn({ error }, 'old sessions were not forgotten'),
  });

function deskOf(resources: Resources, intake: Intake): DeadLetterDesk {
  const { pool, rules, directory, starter, mediatorLoad, logger } = resources;
  return {
    ...createDeadLetterReads(pool),
    async replay(group, key) {
      if (group === REPORTS_GROUP) return createReportsConsumer({ pool, intake, logger }).replay();
      const handler = HANDLERS.find((candidate) => candidate.group === group);
      if (handler === undefined) return null;
      return replayDeadLetters(handler, { pool, rules, directory, starter, mediatorLoad, logger }, key);
    },
    discard: (id, reason) => discardDeadLetter({ pool }, id, reason),
  };
}
