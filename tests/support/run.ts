/**
 * `npm test`: every test, fast ones first, then the checks of `npm run check`; one line that counts them all at the end.
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
  ];
  const run = spawnSync('vitest', [...args, ...process.argv.slice(2)], { stdio: 'inherit' });
  const totals = JSON.parse(readFileSync(report, 'utf8')) as Totals;
  passed += totals.numPassedTests;
  // A file that cannot be loaded has no tests to count; it must not look like success.
  failed += totals.numFailedTests || (run.status === 0 ? 0 : Math.max(1, totals.numFailedTestSuites));
}

rmSync(scratch, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
