import { run, which } from '../../infra/local/commands.ts';

const INSTALL_MS = 5 * 60_000;

/** A program of a Debian package, installed when it is missing and this may be done. Throws when it is not to be had. */
export async function debianTool(name: string): Promise<string> {
  const found = which(name, process.env);
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || which('apt-get', process.env) === null)
    throw new Error(`${name} is not on PATH: install the package ${name}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { timeout_ms: INSTALL_MS, env });
  await run('apt-get', ['install', '-y', '--no-install-recommends', name], { timeout_ms: INSTALL_MS, env });
  const installed = which(name, process.env);
  if (installed === null) throw new Error(`${name} is not on PATH although its package is installed`);
  return installed;
}
