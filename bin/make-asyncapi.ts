/** Writes docs/asyncapi.yaml from the event contracts; `--check` only says whether the file agrees with them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { asyncApiText } from '../schemas/events/asyncapi.ts';

const file = new URL('../docs/asyncapi.yaml', import.meta.url);
const made = asyncApiText();
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== made) {
    console.error('docs/asyncapi.yaml differs from schemas/events/: run npm run generate');
    process.exitCode = 1;
  }
} else writeFileSync(file, made);
