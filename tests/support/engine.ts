import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { DestinationStream } from 'pino';
import { ApiSession, logIn } from '../../bin/wiring/api-client.ts';
import { startAll, type Engine } from '../../bin/wiring/all.ts';
import { newSecrets } from '../../bin/wiring/secrets.ts';
import { WITHOUT_LIMITS } from '../../bin/wiring/without-limits.ts';
import type { Policy } from '../../domain/policy.ts';
import { loadConfig, type Config } from '../../infra/config.ts';
import { startStack, type Stack } from '../../infra/local/stack.ts';
import { waitUntil } from '../../infra/local/wait.ts';
import { createLogger } from '../../infra/logger.ts';
import { DEMO_PASSWORD, GRID } from '../../infra/seed/demo-street.ts';
import { bundleWorkflows } from '../../infra/temporal/bundle.ts';

/** Also long enough for the first download on a slow line. */
export const START_MS = 300_000;
export const SOON = { deadline_ms: 30_000 };

// What the machine's environment may name is another stack.
const OWN = { DATABASE_URL: '', TEMPORAL_ADDRESS: '', KAFKA_BROKERS: '' };

export interface TestEngine extends Engine {
  stack: Stack;
  config: Config;
  /** What a process beside this engine is started with. */
  env: NodeJS.ProcessEnv;
  as(login: string): Promise<ApiSession>;
  /** Somebody without a session. */
  stranger(): ApiSession;
}

/** What a process on this stack is started with: new secrets at every call. */
export const settingsOf = ({ databaseUrl, temporalAddress, kafkaBrokers }: Stack): NodeJS.ProcessEnv => ({
  ...newSecrets(),
  ...WITHOUT_LIMITS,
  ...{ DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress },
  KAFKA_BROKERS: kafkaBrokers?.join(',') ?? '',
  // Made when the first file comes.
  STORAGE_DIR: join(tmpdir(), `fengqiao-files-${randomUUID()}`),
});

export const configOf = (stack: Stack, env: NodeJS.ProcessEnv = {}): Config =>
  loadConfig({ ...settingsOf(stack), ...env });

/** A stack of its own that leaves nothing behind. */
export function ephemeralStack(want: { kafka?: boolean } = {}): Promise<Stack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'fengqiao-engine-'));
  return startStack({
    dataDir,
    ephemeral: true,
    env: { ...process.env, ...OWN },
    want,
    log: () => undefined,
  });
}

/** The whole engine with the demo street on an ephemeral stack, reached over HTTP. */
export async function startEngine(
  options: {
    policy?: Policy;
    kafka?: boolean;
    logLevel?: string;
    logTo?: DestinationStream;
    env?: NodeJS.ProcessEnv;
  } = {},
): Promise<TestEngine> {
  const stack = await ephemeralStack(options.kafka === undefined ? {} : { kafka: options.kafka });
  const env = { ...settingsOf(stack), ...options.env };
  const config = loadConfig(env);
  const logger = createLogger(options.logLevel ?? 'silent', options.logTo);
  const workflowBundle = await bundleWorkflows();
  const policy = options.policy;
  const engine = await startAll(config, logger, {
    ...{ port: 0, seed: true, workflowBundle },
    ...(policy !== undefined && { policy }),
  });
  const sessions = new Map<string, Promise<ApiSession>>();
  return {
    ...engine,
    ...{ stack, config, env },
    as(login) {
      const known = sessions.get(login) ?? logIn(engine.address, login, DEMO_PASSWORD);
      sessions.set(login, known);
      return known;
    },
    stranger: () => new ApiSession(engine.address, 'nobody', 'no-token'),
    async stop() {
      await engine.stop();
      await stack.stop();
      rmSync(config.storageDir, { recursive: true, force: true });
    },
  };
}

/** A quarrel between two neighbours, as the grid worker reports it; `resident-1` and `resident-2` have accounts. */
export const quarrel = (change: object = {}): Record<string, unknown> => ({
  ...{ kind: 'dispute', channel: 'grid', region: GRID, category: 'D02' },
  ...{ title: 'Water from above', narrative: 'The bathroom upstairs leaks and nobody pays for the ceiling.' },
  parties: [
    {
      ref: 'a',
      side: 'A',
      kind: 'party',
      name: 'Marked Name A',
      phone: '13900000001',
      accountId: 'resident-1',
    },
    { ref: 'b', side: 'B', kind: 'party', name: 'Marked Name B', accountId: 'resident-2' },
  ],
  ...change,
});

/** Waits for a condition; throws with `what` when it does not come true. */
export async function eventually(what: string, check: () => Promise<boolean> | boolean): Promise<void> {
  if (!(await waitUntil(check, SOON))) throw new Error(`never happened: ${what}`);
}

export const newKey = (): string => randomUUID();

/**
 * Gives `dispatcher-1` every post of the street, and an administrator's: so nothing is turned away for her role before it is
 * looked at.
 */
export async function mayDoEverything({ resources }: TestEngine): Promise<void> {
  await resources.pool.query(
    `UPDATE staff SET posts = (SELECT jsonb_agg(DISTINCT post) FROM staff s, jsonb_array_elements(s.posts) post
       WHERE post->>'region' LIKE '990101001%') || '[{"role":"administrator","region":"990101"}]'::jsonb
     WHERE id = 'dispatcher-1'`,
  );
}
