/** Writes docs/lifecycle.md from the lifecycle table; `--check` only says whether the file agrees with it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { lifecycleDocument } from '../domain/lifecycle-document.ts';

const file = new URL('../docs/lifecycle.md', import.meta.url);
const made = lifecycleDocument();
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== made) {
    console.error('docs/lifecycle.md differs from domain/lifecycle.ts: run npm run generate');
    process.exitCode = 1;
  }
} else writeFileSync(file, made);
