import { join } from 'node:path';
import { cached, defaultCacheDir } from '../../infra/local/cache.ts';
import { run, which } from '../../infra/local/commands.ts';

const INSTALL_MS = 5 * 60_000;

/** A Python that knows what was installed; `args` go before one's own. */
export interface PythonTool {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/**
 * Packages from PyPI, installed once into the cache: a folder of packages can be renamed, a virtual environment cannot.
 * Throws when Python or the package index is not there.
 */
export async function pythonWith(requirement: string): Promise<PythonTool> {
  const python = which('python3', process.env);
  if (python === null) throw new Error(`python3 is not on PATH, so ${requirement} cannot be installed`);
  const key = `pypi-${requirement.replace(/[^A-Za-z0-9.]+/g, '-')}`;
  const folder = await cached(
    defaultCacheDir(process.env),
    key,
    () => undefined,
    async (into) => {
      const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
      await run(python, [...pip, '--target', join(into, 'packages'), requirement], {
        timeout_ms: INSTALL_MS,
        env: process.env,
      });
    },
  );
  return { command: python, args: [], env: { ...process.env, PYTHONPATH: join(folder, 'packages') } };
}

/** A tool of such packages, run as `python3 -m <module>`. */
export const pythonTool = async (requirement: string, module: string): Promise<PythonTool> => ({
  ...(await pythonWith(requirement)),
  args: ['-m', module],
});
