import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { run } from './commands.ts';
import { postgresPlace, type PostgresPlace } from './postgres-place.ts';
import { releasePort, takePort } from './ports.ts';
import { endProcess, identify, type ProcessIdentity } from './processes.ts';
import { logFile, startService } from './service.ts';
import type { Component, Log } from './types.ts';
import { elapsed } from './wait.ts';

const USER = 'fengqiao';
const DATABASE = 'fengqiao';
const INITDB_TIMEOUT_MS = 60_000;
const READY_MS = 60_000;
const STOP_MS = 20_000;

export interface PostgresOptions {
  dataDir: string;
  log: Log;
  ephemeral: boolean;
}

/** Starts PostgreSQL on 127.0.0.1 with a database `fengqiao`, made at the first start. */
export async function startPostgres(
  options: PostgresOptions,
): Promise<{ component: Component; url: string }> {
  const { dataDir, log, ephemeral } = options;
  const place = await postgresPlace(dataDir, log);
  const cluster = join(place.home, 'data');
  await initialise(place, cluster, ephemeral, log);
  const password = readPassword(place);
  await endForeignPostmaster(cluster, log);

  const port = await takePort('postgres', { random: ephemeral });
  const url = (database: string) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  let version = '';
  try {
    const component = await startService({
      name: 'postgres',
      dataDir,
      log,
      address: `127.0.0.1:${port}`,
      detail: () => `PostgreSQL ${version}, database ${DATABASE}, log ${logFile(dataDir, 'postgres')}`,
      launch: () => ({
        command: join(place.bin, 'postgres'),
        args: ['-D', cluster, '-p', String(port), ...settings(ephemeral)],
        cwd: place.home,
        ...place.runAs,
      }),
      ready: async () => {
        version = await serverVersion(url('postgres'));
      },
      ready_ms: READY_MS,
      // Fast shutdown. Ephemeral data are deleted next: "immediate" saves the last checkpoint.
      stopSignal: ephemeral ? 'SIGQUIT' : 'SIGINT',
      stop_ms: STOP_MS,
      // After a kill the old server's helpers take a moment to notice and let go.
      retryOn: /pre-existing shared memory block|could not bind IPv4 address/,
    });
    try {
      await createDatabase(url('postgres'));
    } catch (error) {
      await component.stop();
      throw error;
    }
    return { component, url: url(DATABASE) };
  } catch (error) {
    releasePort(port);
    throw error;
  }
}

function settings(ephemeral: boolean): string[] {
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    // TCP only: a socket file would need a folder that survives and a path below 108 characters.
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '256MB',
    work_mem: '8MB',
    maintenance_work_mem: '128MB',
    effective_cache_size: '1GB',
    wal_compression: 'on',
    min_wal_size: '256MB',
    max_wal_size: '2GB',
    checkpoint_timeout: '10min',
    random_page_cost: '1.1',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %q%a ',
    // Only fsync: with synchronous_commit=off a killed server would lose what it acknowledged, and the
    // fault tests are there to see that nothing acknowledged is lost.
    ...(ephemeral ? { fsync: 'off' } : {}),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function initialise(
  place: PostgresPlace,
  cluster: string,
  ephemeral: boolean,
  log: Log,
): Promise<void> {
  if (existsSync(join(cluster, 'PG_VERSION'))) return;
  const start = performance.now();
  log(`postgres: making a new cluster in ${cluster}`);
  // Made aside and renamed: an interrupted initdb leaves a folder that looks like a cluster and is none.
  const unfinished = join(place.home, 'data.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  const passwordFile = join(place.home, 'password');
  writeFileSync(passwordFile, `${randomBytes(18).toString('base64url')}\n`, { mode: 0o600 });
  if (place.runAs.uid !== undefined && place.runAs.gid !== undefined) {
    chownSync(passwordFile, place.runAs.uid, place.runAs.gid);
  }
  for (const program of ['initdb', 'postgres']) makeExecutable(join(place.bin, program));
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  await run(
    join(place.bin, 'initdb'),
    [
      `--pgdata=${unfinished}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      ...locale,
      '--lc-ctype=C.UTF-8',
      ...(ephemeral ? ['--no-sync'] : []),
    ],
    { timeout_ms: INITDB_TIMEOUT_MS, cwd: place.home, ...place.runAs },
  );
  await rename(unfinished, cluster);
  log(`postgres: cluster made in ${elapsed(start)}`);
}

// Some package managers unpack without the execute bits. Only when missing: the folder may be read-only.
function makeExecutable(file: string): void {
  if (spawnSync('/bin/sh', ['-c', 'test -x "$0"', file]).status !== 0) chmodSync(file, 0o755);
}

function readPassword(place: PostgresPlace): string {
  try {
    return readFileSync(join(place.home, 'password'), 'utf8').trim();
  } catch {
    throw new Error(`${place.home} has a cluster but no password file: put it back, or run npm run reset`);
  }
}

/**
 * PostgreSQL trusts the pid in postmaster.pid as soon as any process of its user has that number, which
 * after a power cut or in a new container may be anything. So look at what it really is.
 */
async function endForeignPostmaster(cluster: string, log: Log): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const found = Number.isInteger(pid) && pid > 0 ? identify(pid) : null;
  // Dead: PostgreSQL sees that itself, and needs the file to check for helpers that are still attached.
  if (found === null) return;
  if (servesCluster(found, cluster)) {
    log(`postgres: still running (pid ${pid}) from an earlier start, ending it`);
    await endProcess(found, 'SIGINT', STOP_MS);
  } else {
    rmSync(file);
  }
}

function servesCluster({ pid }: ProcessIdentity, cluster: string): boolean {
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === cluster;
    } catch {
      return false;
    }
  }
  const ps = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return ps.stdout.includes(`-D ${cluster}`);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  // The server may go away between two queries; the query then reports it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The version of the server at `url`, as an answer to a real query. */
export function serverVersion(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? 'unknown';
  });
}

function createDatabase(url: string): Promise<void> {
  return withClient(url, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(DATABASE)}`);
  });
}
