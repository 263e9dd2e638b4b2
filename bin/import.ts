/**
 * `npm run import -- FILE --map MAP.json`: takes in the reports of a hotline's export, CSV or XLSX. Exits with 0 when every row
 * is in, 1 when some were rejected, 2 when file or map is wrong and nothing was stored, 3 when the database went away.
 */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bodyHashOf } from '../activities/canonical.ts';
import { commandIdOf } from '../activities/ids.ts';
import { FileFault } from '../infra/import/fault.ts';
import { knownReports } from '../infra/import/known.ts';
import {
  AT_ONCE_DEFAULT,
  AT_ONCE_MAX,
  BrokenOff,
  runImport,
  type ImportResult,
} from '../infra/import/run.ts';
import { setAside } from '../infra/import/set-aside.ts';
import { openSource } from '../infra/import/source.ts';
import { createLogger } from '../infra/logger.ts';
import { checkMap, regionsOf, type ImportMap } from '../schemas/import-map.ts';
import { intakeOf } from './wiring/intake.ts';
import { configForTool } from './wiring/local-config.ts';
import { progress } from './wiring/progress.ts';
import { openResources } from './wiring/resources.ts';

const MAP_MAX_BYTES = 1024 * 1024;
const RATE_MAX = 10_000;

const USAGE = `npm run import -- FILE --map MAP.json [--dry-run] [--rejects PATH] [--at-once ${AT_ONCE_DEFAULT}] [--rate ROWS_A_SECOND]`;

const { file, mapPath, rejectsPath, dryRun, atOnce, ratePerSecond } = options();
const map = readMap(mapPath);
const source = await openSource(file, map).catch((error: unknown) => {
  if (error instanceof FileFault) quit(error.told);
  throw error;
});

const config = configForTool();
const resources = openResources(config, createLogger(config.logLevel), 'import');
const { pool } = resources;
const { regions } = await resources.directory().catch(() => {
  process.stderr.write('the database cannot be reached; nothing was stored\n');
  process.exit(3);
});
const unknown = [...new Set(regionsOf(map))].filter((code) => !regions.has(code));
if (unknown.length > 0) quit(`region: the map names regions that do not exist here: ${unknown.join(', ')}`);

if (resolve(rejectsPath) === resolve(file)) quit('--rejects must name another file');
const delimiter = map.delimiter ?? ',';
const rejects = setAside(rejectsPath, source.header, delimiter);
const changed = setAside(`${file}.changed.csv`, source.header, delimiter);
const shown = progress(dryRun ? 'checked' : 'import', source.total);
const begin = performance.now();
try {
  const result = await runImport(
    {
      intake: intakeOf(resources),
      known: (ids) => knownReports(pool, ids),
      ...{ commandIdOf, bodyHashOf },
    },
    { ...{ source, map, rejects, changed, dryRun, atOnce, ratePerSecond }, onRows: (n) => shown.add(n) },
  );
  shown.end();
  await tell(result);
  await resources.close();
  process.exit(result.rejected === 0 ? 0 : 1);
} catch (error) {
  if (!(error instanceof BrokenOff)) throw error;
  process.stderr.write(
    `${error.message}: the database went away. Run it again: what is in is not taken in twice.\n`,
  );
  process.exit(3);
}

async function tell(result: ImportResult): Promise<void> {
  const { rows, taken, known, rejected, skipped, faults, reportersDropped } = result;
  const seconds = (performance.now() - begin) / 1_000;
  const files = [await rejects.close(), await changed.close()];
  for (const [about, n] of [...faults].toSorted((a, b) => b[1] - a[1]).slice(0, 20))
    process.stderr.write(`  ${n} × ${about}\n`);
  if (reportersDropped > 0)
    process.stderr.write(
      `${reportersDropped} reporters were not kept: needs, hazards and opinions are tasks, which have no parties\n`,
    );
  for (const { path, rows: n } of files) if (n > 0) process.stderr.write(`${n} rows in ${path}\n`);
  const counts = `${dryRun ? 'would be taken in' : 'taken in'} ${taken}, known ${known}, changed ${result.changed}, rejected ${rejected}, skipped ${skipped}`;
  process.stdout.write(
    `${counts}, of ${rows} rows in ${seconds.toFixed(1)} s (${Math.round(rows / Math.max(seconds, 0.001))} rows/s)\n`,
  );
}

function quit(message: string): never {
  process.stderr.write(`${message}\nnothing was stored\n`);
  process.exit(2);
}

function options() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        map: { type: 'string' },
        rejects: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        'at-once': { type: 'string', default: String(AT_ONCE_DEFAULT) },
        rate: { type: 'string' },
      },
    });
    const [path, ...more] = positionals;
    if (path === undefined || more.length > 0 || values.map === undefined) quit(USAGE);
    return {
      ...{ file: path, mapPath: values.map, rejectsPath: values.rejects ?? `${path}.rejects.csv` },
      dryRun: values['dry-run'],
      atOnce: whole('--at-once', values['at-once'], AT_ONCE_MAX),
      ratePerSecond: values.rate === undefined ? null : whole('--rate', values.rate, RATE_MAX),
    };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    quit(`${error.message}\n${USAGE}`);
  }
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    quit(`${name} must be a whole number from 1 to ${most}`);
  return value;
}

function readMap(path: string): ImportMap {
  let document: unknown;
  try {
    if (statSync(path).size > MAP_MAX_BYTES) quit('map: larger than 1 MiB');
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    quit(`map: ${error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'}`);
  }
  const checked = checkMap(document);
  if (checked.ok) return checked.map;
  const lines = checked.faults.map(
    ({ field, message, expected }) =>
      `map ${field}: ${message}${expected === undefined ? '' : ` (${expected})`}`,
  );
  quit(lines.join('\n'));
}
