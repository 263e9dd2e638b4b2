/**
 * `npm run check`: generated files, types, lint, format. Each step is a program of its own; the first failure ends the run
 * with its output.
 */
import { spawnSync } from 'node:child_process';

const STEPS = [
  ['docs/lifecycle.md is up to date', 'node', 'bin/make-lifecycle.ts', '--check'],
  ['docs/asyncapi.yaml is up to date', 'node', 'bin/make-asyncapi.ts', '--check'],
  ['.env.example is up to date', 'node', 'bin/make-env-example.ts', '--check'],
  ['docs/security.md is up to date', 'node', 'bin/make-security.ts', '--check'],
  ['types', 'tsc', '--noEmit'],
  ['lint', 'eslint', '.', '--max-warnings=0'],
  ['format', 'prettier', '--check', '--log-level=warn', '.'],
] as const;

for (const [name, program, ...args] of STEPS) {
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}`);
  if (status !== 0) {
    process.exitCode = 1;
    break;
  }
}
