/**
 * `npm test`: every test, fast ones first, and one line that counts them all at the end. `npm test -- lifecycle` runs those
 * whose file names match. Types, lint and format are `npm run check`; `.ci/run` does both.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Totals {
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
}

const asked = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'fengqiao-test-'));
let passed = 0;
let failed = 0;

for (const project of ['unit', 'real']) {
  const report = join(scratch, `${project}.json`);
  const args = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${report}`,
    // What was asked for by name may be in the other project.
    ...(asked.length > 0 ? ['--passWithNoTests'] : []),
  ];
  const run = spawnSync('vitest', [...args, ...asked], { stdio: 'inherit' });
  const totals = JSON.parse(readFileSync(report, 'utf8')) as Totals;
  passed += totals.numPassedTests;
  // A file that cannot be loaded has no tests to count; it must not look like success.
  failed += totals.numFailedTests || (run.status === 0 ? 0 : Math.max(1, totals.numFailedTestSuites));
}

rmSync(scratch, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
