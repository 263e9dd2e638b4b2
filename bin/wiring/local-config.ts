import { join } from 'node:path';
import { loadConfig, type Config } from '../../infra/config.ts';
import { defaultDataDir, runningStack } from '../../infra/local/stack.ts';
import { localSecrets } from './secrets.ts';

/** Settings for a command line tool: the environment, else the local stack that runs from this folder. */
export function configForTool(): Config {
  const dataDir = defaultDataDir(process.env);
  const addresses = runningStack(dataDir)?.addresses;
  if (addresses === undefined || process.env['DATABASE_URL']) return loadConfig(process.env);
  const { databaseUrl, temporalAddress, kafkaBrokers } = addresses;
  return loadConfig({
    ...{ ...localSecrets(dataDir), STORAGE_DIR: join(dataDir, 'files') },
    ...{ ...process.env, DATABASE_URL: databaseUrl },
    ...{ TEMPORAL_ADDRESS: temporalAddress, KAFKA_BROKERS: kafkaBrokers?.join(',') ?? '' },
  });
}
