/** `npm start`: the whole engine on an embedded local stack. */
import { join } from 'node:path';
import { DEMO_PASSWORD, REGIONS, RESIDENTS, STAFF } from '../infra/seed/demo-street.ts';
import { loadConfig, type Config } from '../infra/config.ts';
import { preferredPorts, takePort } from '../infra/local/ports.ts';
import { defaultDataDir, startStack, stopOnExit, type Stack } from '../infra/local/stack.ts';
import { messageOf } from '../infra/local/wait.ts';
import { createLogger } from '../infra/logger.ts';
import { startAll, type Engine } from './wiring/all.ts';
import { localSecrets, newSecrets } from './wiring/secrets.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const dataDir = defaultDataDir(process.env);
  let stack: Stack | undefined;
  let engine: Engine | undefined;
  try {
    // A wrong setting is said before anything is started or written.
    configFor(NO_STACK, newSecrets(), dataDir);
    stack = await startStack({ dataDir, log: say });
    stopOnExit(stack, { before: async () => engine?.stop() });
    const config = configFor(stack, localSecrets(dataDir), dataDir);
    const port = process.env['PORT'] ? config.port : await takePort('api');
    for (const line of otherPorts(stack, process.env['PORT'] ? null : port)) say(line);
    say('starting relay, worker, handlers and api');
    engine = await startAll(config, createLogger(config.logLevel), { port, seed: true });
    say(summary(stack, engine));
  } catch (error) {
    say(`could not start: ${messageOf(error)}`);
    await engine?.stop().catch(() => undefined);
    await stack?.stop();
    process.exit(1);
  }
}

/** Where the components of a stack that does not run yet are; only for looking at the other settings. */
const NO_STACK = { databaseUrl: 'postgres://later', temporalAddress: 'later', kafkaBrokers: null };

/** What listens elsewhere than a newcomer expects, because somebody else has the port. */
function otherPorts({ components }: Stack, apiPort: number | null): string[] {
  const ours = components.filter(({ mode }) => mode === 'embedded');
  const ports: [keyof typeof preferredPorts, number][] = ours.map(({ name, address }) => [
    name,
    Number(address.split(':').at(-1)),
  ]);
  if (apiPort !== null) ports.push(['api', apiPort]);
  return ports
    .filter(([name, port]) => port !== preferredPorts[name])
    .map(([name, port]) => `port ${preferredPorts[name]} is taken: ${name} gets ${port}`);
}

function configFor(
  { databaseUrl, temporalAddress, kafkaBrokers }: Pick<Stack, keyof typeof NO_STACK>,
  secrets: NodeJS.ProcessEnv,
  dataDir: string,
): Config {
  return loadConfig({
    ...{ ...secrets, LOG_LEVEL: 'warn', STORAGE_DIR: join(dataDir, 'files') },
    ...given(process.env),
    ...{ DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress },
    KAFKA_BROKERS: kafkaBrokers?.join(',') ?? '',
  });
}

/** An empty variable counts as absent, so that it does not hide a local default. */
const given = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

function summary({ components, kafkaBrokers }: Stack, { address, seeded }: Engine): string {
  const where = components.map(
    ({ name, mode, address: at, detail }) => `  ${name.padEnd(9)} ${mode.padEnd(10)} ${at}  ${detail}`,
  );
  const people = STAFF.slice(0, 99).map(({ id, name }) => `${id} ${name}`);
  const lines = [
    '',
    `ready: ${address}   (docs ${address}/docs, state ${address}/readyz)`,
    '',
    'components',
    ...where,
    '',
    `demo accounts${seeded ? ' (made just now)' : ''}, all with the password ${DEMO_PASSWORD}`,
    ...columns(people, 3),
    ...columns(
      RESIDENTS.map(([id, name]) => `${id} ${name}`),
      3,
    ),
    '',
    'regions',
    ...columns(
      REGIONS.map(([code, name]) => `${code} ${name}`),
      2,
    ),
    '',
    ...(kafkaBrokers === null
      ? ['NO KAFKA: events stay in this process (Java 17 or Maven is missing)', '']
      : []),
    'Ctrl-C stops everything that was started here.',
  ];
  return lines.join('\n');
}

function columns(entries: string[], count: number): string[] {
  const lines: string[] = [];
  for (let i = 0; i < entries.length; i += count) {
    const row = entries.slice(i, i + count).map((entry) => entry.padEnd(28));
    lines.push(`  ${row.join('')}`.trimEnd());
  }
  return lines;
}

await main();
