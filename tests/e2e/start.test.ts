import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerOf } from '../../bin/wiring/api-client.ts';
import { identify } from '../../infra/local/processes.ts';
import { DEMO_PASSWORD, GRID } from '../../infra/seed/demo-street.ts';
import { eventually, START_MS } from '../support/engine.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'fengqiao-start-'));
let squatter: Server;
let child: ChildProcess | undefined;

// Whether or not somebody else has it already: the usual port is taken when the engine starts.
beforeAll(async () => {
  squatter = createServer((_, response) => response.end());
  squatter.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    squatter.listen(3000, '127.0.0.1', resolve);
    squatter.once('error', () => resolve());
  });
});
afterAll(() => {
  child?.kill('SIGKILL');
  squatter.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function npmStart(env: NodeJS.ProcessEnv = {}) {
  const own = { FENGQIAO_DATA: dataDir, DATABASE_URL: '', TEMPORAL_ADDRESS: '', KAFKA_BROKERS: '', PORT: '' };
  return spawn('npm', ['start'], { cwd: root, env: { ...process.env, ...own, ...env }, detached: true });
}

/** A start that ends by itself: its exit code and everything it said. */
async function endOf(env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; said: string }> {
  const started = npmStart(env);
  let said = '';
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (chunk) => (said += String(chunk)));
  const [code] = (await once(started, 'close')) as [number | null];
  return { code, said };
}

/** `npm start` as a newcomer types it, on data of its own. */
async function start(): Promise<{
  address: string;
  output: () => string;
  stop: () => Promise<void>;
}> {
  const started = npmStart();
  child = started;
  let output = '';
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (chunk) => (output += String(chunk)));
  let address = '';
  const deadline = Date.now() + START_MS;
  while (address === '' && Date.now() < deadline && started.exitCode === null) {
    address = /^ready: (\S+)/m.exec(output)?.[1] ?? '';
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(address, output).not.toBe('');
  return {
    ...{ address, output: () => output },
    // Ctrl-C goes to the whole group of the terminal. npm itself may end before what it started.
    stop: () => {
      process.kill(-started.pid!, 'SIGINT');
      return eventually('nothing is left of npm start', () => !groupLives(started.pid!));
    },
  };
}

/** Runs what README.md shows under "See it work" and gives what it prints. */
async function example(address: string): Promise<string> {
  const shown = readFileSync(join(root, 'README.md'), 'utf8').match(/^ {4}api=.*(\n {4}.*)+/m)![0];
  const script = shown.replace('http://127.0.0.1:3000', address);
  const { stdout } = await promisify(execFile)('sh', ['-c', script]);
  return stdout;
}

function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

const pidsOf = (): number[] =>
  readdirSync(join(dataDir, 'run')).flatMap((name) => {
    const { pid } = JSON.parse(readFileSync(join(dataDir, 'run', name), 'utf8')) as { pid?: number };
    return pid === undefined ? [] : [pid];
  });

test('a wrong setting is said before anything is started', async () => {
  const { code, said } = await endOf({ PORT: 'abc' });
  expect(code).not.toBe(0);
  expect(said).toMatch(/^could not start: PORT must be a whole number/m);
  expect(said).not.toMatch(/postgres|temporal|kafka/i);
  expect(readdirSync(dataDir)).toEqual([]);
});

test(
  'npm start works twice in a row, with the usual port taken, and Ctrl-C leaves no process behind',
  async () => {
    for (const round of ['first', 'second']) {
      const engine = await start();
      expect(engine.address).not.toMatch(/:3000$/);
      const ready = await fetch(`${engine.address}/readyz`);
      expect(ready.status).toBe(200);
      const session = await fetch(`${engine.address}/v1/sessions`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify({ login: 'grid-1', password: DEMO_PASSWORD }),
      });
      expect((await answerOf(session)).status).toBe(201);
      expect(engine.output().includes('made just now')).toBe(round === 'first');
      for (const name of ['postgres', 'temporal', 'kafka', 'grid-1', DEMO_PASSWORD, GRID])
        expect(engine.output()).toContain(name);
      expect(engine.output()).toMatch(/^port 3000 is taken: api gets \d+$/m);
      if (round === 'first') {
        expect(JSON.parse(await example(engine.address))).toMatchObject({
          ...{ title: 'Water from above', stage: 'discovery', allowedActions: expect.any(Array) as unknown },
        });
        const second = await endOf();
        expect(second.code).not.toBe(0);
        expect(second.said).toMatch(/^could not start: another stack is running with the data directory/m);
        expect(second.said).not.toMatch(/^ +at /m);
      }
      const pids = pidsOf();
      expect(pids.length).toBeGreaterThanOrEqual(2);
      await engine.stop();
      expect(engine.output()).toContain('stopping the local stack');
      await eventually('every component is gone', () => pids.every((pid) => identify(pid) === null));
    }
  },
  2 * START_MS,
);
