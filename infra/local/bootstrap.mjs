// Runs before `npm start` and `npm test`, possibly on a bare clone: plain JavaScript, no dependencies,
// and only what the oldest supported Node knows.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MIN = 20;
const PROGRESS_MS = 5000;
const OTHER_DEADLINE_MS = 10 * 60_000;

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.fengqiao-installed');
const nodeProgram = join(modules, '.bin', 'node');
// Not in node_modules, which npm ci removes first.
const busyFolder = join(
  tmpdir(),
  `fengqiao-npm-ci-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`,
);

try {
  checkNode();
  if (!isInstalled()) await installOnce();
} catch (error) {
  console.error(`\n[bootstrap] ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MIN) return;
  throw new Error(
    `This project needs Node ${NODE_MIN} or newer to start; this is Node ${process.versions.node}. ` +
      'Install a newer one from your system or a version manager and run the same command again.',
  );
}

// The content of the lock file, and what the installed binaries depend on: a folder copied from
// another machine, or one whose dates were touched by git, must neither pass nor be installed again.
function fingerprint() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  return `${hash} ${process.platform} ${process.arch}\n`;
}

function isInstalled() {
  let stamp;
  try {
    stamp = readFileSync(stampFile, 'utf8');
    accessSync(nodeProgram, constants.X_OK);
  } catch {
    return isInstalledByHand();
  }
  return stamp === fingerprint() || isInstalledByHand();
}

// Somebody ran `npm ci` or `npm install`: npm leaves its own record of what it put there.
function isInstalledByHand() {
  let wanted, present;
  try {
    wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
    present = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')).packages;
  } catch {
    return false;
  }
  const complete = Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.link) return true;
    const found = present[path];
    return found === undefined
      ? entry.optional === true || entry.peer === true
      : found.version === entry.version;
  });
  if (!complete || !nodeWorks()) return false;
  writeFileSync(stampFile, fingerprint());
  return true;
}

function nodeWorks() {
  const { status, stdout } = spawnSync(nodeProgram, ['--version'], { encoding: 'utf8' });
  return status === 0 && stdout.startsWith('v');
}

// `npm start` and `npm test` in two terminals: the second waits, npm would tear at the same folder.
async function installOnce() {
  const end = Date.now() + OTHER_DEADLINE_MS;
  let told = false;
  while (!claim()) {
    if (Date.now() > end) throw new Error(`Another install seems to hang. If not, remove ${busyFolder}.`);
    if (!told) say('another npm ci is running here, waiting for it');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  try {
    if (!isInstalled()) await install();
  } finally {
    rmSync(busyFolder, { recursive: true, force: true });
  }
}

function claim() {
  try {
    mkdirSync(busyFolder);
    writeFileSync(join(busyFolder, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (holderIsGone()) rmSync(busyFolder, { recursive: true, force: true });
    return false;
  }
}

function holderIsGone() {
  try {
    process.kill(Number(readFileSync(join(busyFolder, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

async function install() {
  say('installing dependencies with npm ci (about a minute the first time)');
  const start = Date.now();
  const ticker = setInterval(() => {
    say(`still installing, ${count()} packages in place, ${seconds(start)} s`);
  }, PROGRESS_MS);
  try {
    await npmCi();
  } finally {
    clearInterval(ticker);
  }
  if (!nodeWorks()) {
    throw new Error(
      'npm ci finished, but node_modules/.bin/node does not run. Were install scripts switched off ' +
        '(npm config get ignore-scripts)? The npm package "node" needs its own to fetch the program.',
    );
  }
  writeFileSync(stampFile, fingerprint());
  say(`dependencies installed in ${seconds(start)} s`);
}

function npmCi() {
  // Without what the npm that called us put into the environment, above all its node_modules/.bin on
  // PATH: npm would run under the very program that it is about to delete.
  const bin = `node_modules${sep}.bin`;
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes(bin));
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(lifecycle|package|node_exec|exec)/.test(name),
  );
  const env = { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
  return new Promise((resolve, reject) => {
    // Development dependencies carry the database and Node itself, so also where NODE_ENV says production.
    // Warnings about packages of packages would bury our lines, and nobody who clones can act on them.
    const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
    const npm = spawn('npm', args, { cwd: root, env, stdio: 'inherit', shell: process.platform === 'win32' });
    npm.once('error', (error) => reject(new Error(`npm could not be run: ${error.message}`)));
    npm.once('close', (code, signal) => {
      if (code === 0) return resolve();
      reject(new Error(`npm ci failed (${signal ?? `exit code ${code}`}); its message is above.`));
    });
  });
}

function count() {
  try {
    return readdirSync(modules).filter((name) => !name.startsWith('.')).length;
  } catch {
    return 0;
  }
}

function seconds(start) {
  return Math.round((Date.now() - start) / 1000);
}

function say(line) {
  console.log(`[bootstrap] ${line}`);
}
