import { NativeConnection, Runtime } from '@temporalio/worker';
import { Counter } from 'prom-client';
import { createApply } from '../../activities/apply.ts';
import { createActivities } from '../../activities/failures.ts';
import { createDirectorySource } from '../../infra/db/directory.ts';
import { wakeCase } from '../../infra/temporal/client.ts';
import { createCaseWorker } from '../../infra/temporal/worker.ts';
import { startWatchdog } from '../../infra/watchdog.ts';
import type { Logger } from 'pino';
import type { Running } from './api.ts';
import type { Resources } from './resources.ts';

/** Once a process, before the first worker: Temporal's own lines go to our log, and signals stay ours. */
export function installTemporalRuntime(logger: Logger): void {
  const child = logger.child({ part: 'temporal' });
  const write = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string) =>
    child[level](message);
  Runtime.install({
    shutdownSignals: [],
    // The native side would otherwise write to standard output by itself, whatever the logger says.
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
    logger: {
      log: (level, message) => child[level.toLowerCase() as 'info'](message),
      ...{ trace: write('trace'), debug: write('debug'), info: write('debug') },
      ...{ warn: write('warn'), error: write('error') },
    },
  });
}

/** The worker that runs cases, and the watchdog beside it. */
export async function startWorker(
  { config, logger, pool, rules, temporal, starter, metrics, dataConverter }: Resources,
  options: {
    onCommitted?: () => void;
    workflowBundle?: { code: string };
    /** The worker has stopped by itself: a process that looks alive and runs no case must end. */
    onFailure?: () => void;
  } = {},
): Promise<Running> {
  const { onCommitted, workflowBundle, onFailure = () => process.exit(1) } = options;
  const connection = await NativeConnection.connect({ address: config.temporalAddress });
  const apply = createApply({ pool, rules, directory: createDirectorySource() });
  const worker = await createCaseWorker({
    ...{ connection, namespace: config.temporalNamespace, maxConcurrentApplies: config.applyConcurrency },
    dataConverter,
    ...(workflowBundle !== undefined && { workflowBundle }),
    activities: createActivities(async (request) => {
      const applied = await apply(request);
      onCommitted?.();
      return applied;
    }),
  });
  const running = worker.run();
  running.catch((error: unknown) => {
    logger.fatal({ error }, 'the worker stopped by itself');
    onFailure();
  });
  const found = new Counter({
    ...{
      name: 'fengqiao_watchdog_found_total',
      help: 'Forgotten work the watchdog found',
      registers: [metrics],
    },
    labelNames: ['what'],
  });
  const watchdog = startWatchdog({
    ...{ pool, logger, wake: (key, signal) => wakeCase(temporal, key, signal) },
    send: (commands, signal) => starter.send(commands, signal),
    onRound({ late, unanswered }) {
      found.inc({ what: 'late' }, late);
      found.inc({ what: 'unanswered' }, unanswered);
    },
  });
  return {
    address: '',
    async stop() {
      await watchdog.stop();
      worker.shutdown();
      await running.catch(() => undefined);
      await connection.close();
    },
  };
}
