/**
 * `npm run clean-attachments`: removes stored bytes that nobody needs any more: of attachments removed a day ago, and without a row for
 * a day. Safe at any time; the relay does the same once an hour.
 *
 *   --dry-run   says how much it would remove, and removes nothing
 *   --verify    also reads every file and compares its checksum; code 1 when one is lost or changed
 *   --force     removes also where more bytes have no row than have one, which usually means a wrong database
 */
import { createLogger } from '../infra/logger.ts';
import { cleanerOf, storageOf } from './wiring/attachments.ts';
import { configForTool } from './wiring/local-config.ts';
import { progress } from './wiring/progress.ts';
import { openResources } from './wiring/resources.ts';

const KNOWN = ['--dry-run', '--verify', '--force'];
const asked = process.argv.slice(2);
const unknown = asked.filter((argument) => !KNOWN.includes(argument));
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(' ')}; there are ${KNOWN.join(', ')}\n`);
  process.exit(2);
}
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const config = configForTool();
const resources = openResources(config, createLogger(config.logLevel), 'clean-attachments');
const storage = storageOf(config);
const cleaner = cleanerOf(resources, storage);
const kept = await cleaner.countKept();
const dryRun = asked.includes('--dry-run');

const looking = progress('clean-attachments', kept);
const cleaned = await cleaner.clean({ dryRun, force: asked.includes('--force'), onProgress: looking.add });
looking.end();
let code = 0;
if (cleaned.busy) {
  say('another process is cleaning just now; nothing was done');
} else {
  const verb = dryRun ? 'would be removed' : 'removed';
  say(`${cleaned.removed} removed attachments: their bytes ${verb}`);
  say(
    `${cleaned.orphans} of ${cleaned.looked} stored files have no row${cleaned.suspicious ? '' : `: ${verb}`}`,
  );
  if (!dryRun) say(`${cleaned.abandonedUploads} unfinished uploads removed`);
  if (cleaned.suspicious && !asked.includes('--force')) {
    say('That is more than half: they were left alone. If this is the right database, use --force.');
    code = 1;
  }
}
if (asked.includes('--verify')) {
  const verifying = progress('verify', kept);
  const { checked, missing, changed } = await cleaner.verify(verifying.add);
  verifying.end();
  say(`${checked} files read: ${missing.length} lost, ${changed.length} changed`);
  for (const id of missing) say(`lost ${id}`);
  for (const id of changed) say(`changed ${id}`);
  if (missing.length + changed.length > 0) code = 1;
}
await storage.close();
await resources.close();
process.exit(code);
