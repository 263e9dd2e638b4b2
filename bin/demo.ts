/** `npm run demo`: plays the cases of `demo/scripts` on a stack of its own; `--json` prints only the ledger. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type Config } from '../infra/config.ts';
import { startStack, stopOnExit, type Stack } from '../infra/local/stack.ts';
import { elapsed, messageOf } from '../infra/local/wait.ts';
import { createLogger } from '../infra/logger.ts';
import { DEMO_POLICY } from './demo/policy.ts';
import { ledgerText } from './demo/print.ts';
import type { Row } from './demo/ledger.ts';
import { runDemo } from './demo/run.ts';
import { SCRIPTS } from './demo/scripts/index.ts';
import { startAll, type Engine } from './wiring/all.ts';
import { localSecrets } from './wiring/secrets.ts';
import { WITHOUT_LIMITS } from './wiring/without-limits.ts';

/** The cases have ended long before; whatever still waits then waits for ever. */
const LIMIT_MS = 5 * 60_000;
/** What shells expect of whoever was interrupted: never a success. */
const INTERRUPTED = 130;

const json = process.argv.includes('--json');
const begin = performance.now();

/** With `--json` standard output belongs to the ledger alone. */
const progress = json ? process.stderr : process.stdout;
const say = (line: string): void => void progress.write(`${elapsed(begin).padStart(7)}  ${line}\n`);

async function main(): Promise<number> {
  const unknown = process.argv.slice(2).find((argument) => argument !== '--json');
  if (unknown !== undefined) {
    process.stderr.write(`unknown option ${unknown}; there is only --json\n`);
    return 2;
  }
  const dataDir = mkdtempSync(join(tmpdir(), 'fengqiao-demo-'));
  const stack = await startStack({ dataDir, ephemeral: true, log: say });
  let engine: Engine | undefined;
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= engine?.stop() ?? Promise.resolve());
  const interrupted = new AbortController();
  const release = stopOnExit(stack, {
    before() {
      interrupted.abort(new Error('interrupted'));
      return stop();
    },
    log: say,
    exit: () => process.exit(INTERRUPTED),
  });
  try {
    say('starting relay, worker, handlers and api');
    const logger = createLogger(process.env['LOG_LEVEL'] || 'error', process.stderr);
    engine = await startAll(configFor(stack, dataDir), logger, { port: 0, seed: true, policy: DEMO_POLICY });
    const rows = await limited(engine, interrupted);
    await print(json ? `${JSON.stringify(rows, null, 2)}\n` : `${ledgerText(rows)}\n`);
    return rows.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await stop().catch((error: unknown) => say(`stopping the engine failed: ${messageOf(error)}`));
    await stack.stop();
    release();
  }
}

/** The run, given up after the limit: plays look at the signal, and what does not look is left behind. */
async function limited(engine: Engine, stopping: AbortController): Promise<Row[]> {
  const late = new Error(`the demo has not ended after ${LIMIT_MS / 60_000} minutes`);
  const { promise: overdue, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    stopping.abort(late);
    reject(late);
  }, LIMIT_MS);
  try {
    return await Promise.race([runDemo(engine, { scripts: SCRIPTS, signal: stopping.signal, say }), overdue]);
  } finally {
    clearTimeout(timer);
  }
}

function configFor({ databaseUrl, temporalAddress, kafkaBrokers }: Stack, dataDir: string): Config {
  const given = Object.entries(process.env).filter(([, value]) => value !== '');
  return loadConfig({
    ...{
      ...localSecrets(dataDir),
      ...WITHOUT_LIMITS,
      STORAGE_DIR: join(dataDir, 'files'),
      ...Object.fromEntries(given),
    },
    ...{ DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress },
    KAFKA_BROKERS: kafkaBrokers?.join(',') ?? '',
  });
}

/** Resolves when it has left the process: exiting would cut off a pipe. */
const print = (text: string): Promise<void> =>
  new Promise((resolve, reject) =>
    process.stdout.write(text, (error) => (error ? reject(error) : resolve())),
  );

try {
  process.exit(await main());
} catch (error) {
  say(`the demo failed: ${messageOf(error)}`);
  process.exit(1);
}
