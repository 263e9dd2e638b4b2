import type { Config } from '../../infra/config.ts';
import { migrate } from '../../infra/db/migrate.ts';
import { waitUntil } from '../../infra/local/wait.ts';
import { createHealth } from '../../infra/health.ts';
import { ensureRules, seedDemoStreet } from '../../infra/seed/seed.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Logger } from 'pino';
import { startApi, type Running } from './api.ts';
import { startHandlers } from './handlers.ts';
import { startRelay } from './relay.ts';
import { openResources, type Resources } from './resources.ts';
import { installTemporalRuntime, startWorker } from './worker.ts';

export interface AllOptions {
  port: number;
  /** The profile of an empty database; the default one otherwise. */
  policy?: Policy;
  seed?: boolean;
  workflowBundle?: { code: string };
}

export interface Engine {
  address: string;
  resources: Resources;
  /** False when there were staff already. */
  seeded: boolean;
  stop(): Promise<void>;
}

const READY_MS = 120_000;

let installed = false;

/** The whole engine in one process, on components that run already. Resolves when everything is ready. */
export async function startAll(config: Config, logger: Logger, options: AllOptions): Promise<Engine> {
  if (!installed) installTemporalRuntime(logger);
  installed = true;
  await migrate(config.databaseUrl);
  const resources = openResources(config, logger, 'all');
  const running: Running[] = [];
  const stop = async (): Promise<void> => {
    // What takes work in goes first, what carries it out last.
    for (const part of running.toReversed()) await part.stop();
    await resources.close();
  };
  try {
    await ensureRules(resources.pool, options.policy);
    const seeded = options.seed === true && (await seedDemoStreet(resources.pool));
    let wake = (): void => undefined;
    const onCommitted = (): void => wake();
    const { workflowBundle } = options;
    running.push(await startWorker(resources, { onCommitted, ...(workflowBundle && { workflowBundle }) }));
    running.push(await startHandlers(resources, { onCommitted }));
    // After the handlers, and gone before them: the in-process bus would take a message that nobody reads for carried out.
    const relay = startRelay(resources);
    running.push(relay);
    wake = () => relay.wake();
    const api = await startApi(resources, { port: options.port, onCommitted });
    running.push(api);
    const health = createHealth(resources);
    const green = async (): Promise<boolean> => (await health.check()).every(({ ok }) => ok);
    if (!(await waitUntil(green, { deadline_ms: READY_MS })))
      throw new Error(`not ready after ${READY_MS / 1000} s: ${api.address}/readyz says why`);
    return { address: api.address, resources, seeded, stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}
