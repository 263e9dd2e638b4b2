import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { operationsOf } from '../support/contract.ts';
import { mayDoEverything, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';
import { pythonTool, type PythonTool } from '../support/python.ts';

/** How long requests are made up, for all operations together. */
const BUDGET_S = 60;
const RUN_MS = 240_000;

/** They would end the very session that asks, or shut out the person it belongs to; or have no end. */
const LEFT_OUT = [
  'stream',
  'logOut',
  'endMySession',
  'endMyOtherSessions',
  'changePassword',
  'deactivateStaff',
];

let engine: TestEngine;
let tool: PythonTool;
let folder: string;

beforeAll(async () => {
  tool = await pythonTool('schemathesis==4.32.5', 'schemathesis.cli');
  folder = mkdtempSync(join(tmpdir(), 'fengqiao-contract-'));
  engine = await startEngine({ kafka: false });
  await mayDoEverything(engine);
  const grid = await engine.as('grid-1');
  await grid.post('/v1/reports', quarrel());
}, START_MS);
afterAll(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What the tool printed, and how it ended. */
function run(args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool.command, [...tool.args, ...args], { env: tool.env, cwd: folder });
    let output = '';
    child.stdout.on('data', (part: Buffer) => (output += part.toString()));
    child.stderr.on('data', (part: Buffer) => (output += part.toString()));
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, output }));
  });
}

test(
  'every operation keeps its contract, whatever is made up by a tool that knows only the document',
  async () => {
    const operations = await operationsOf(engine.address);
    expect(operations.length).toBeGreaterThan(150);
    const dispatcher = await engine.as('dispatcher-1');
    const config = join(import.meta.dirname, '..', 'support', 'schemathesis.toml');
    const { code, output } = await run([
      ...['--config-file', config, 'run', `${engine.address}/openapi.json`],
      ...['--header', `Authorization: ${dispatcher.headers()['authorization']}`],
      ...['--checks', 'all', '--max-time', String(BUDGET_S), '--request-timeout', '20', '--no-color'],
      ...['--continue-on-failure', '--seed', '20261124', '--generation-database', 'none'],
      ...LEFT_OUT.flatMap((operation) => ['--exclude-operation-id', operation]),
    ]);
    expect(code, output).toBe(0);
    expect(output).toMatch(/Tested: +\d{3}/);
  },
  RUN_MS,
);
