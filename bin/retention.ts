/**
 * `npm run retention`: removes what has been kept as long as the policy in force says, beside a working engine; the relay does the
 * same once an hour. Code 1 while another process is at it.
 *
 *   --dry-run   says how much would go, and removes nothing
 */
import { parseArgs } from 'node:util';
import { KINDS_OF_DATA } from '../domain/retention.ts';
import { createLogger } from '../infra/logger.ts';
import { configForTool } from './wiring/local-config.ts';
import { retain } from './wiring/privacy.ts';
import { openResources } from './wiring/resources.ts';

const { values } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false } } });
const dryRun = values['dry-run'];
const config = configForTool();
const resources = openResources(config, createLogger(config.logLevel), 'retention');
const removed = await retain(resources, { dryRun });
if (removed === null) process.stdout.write('another process is at it just now; nothing was done\n');
for (const kind of removed === null ? [] : KINDS_OF_DATA)
  process.stdout.write(`${kind}: ${removed![kind]} ${dryRun ? 'would go' : 'removed'}\n`);
await resources.close();
process.exit(removed === null ? 1 : 0);
