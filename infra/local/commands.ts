import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

export interface RunOptions {
  timeout_ms: number;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  onLine?: (line: string) => void;
}

const LINES_KEPT = 20;

/** The full path of a command on PATH, or `null`. */
export function which(command: string, env: NodeJS.ProcessEnv): string | null {
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return null;
}

/**
 * Runs a command to its end and returns what it printed (both streams, the last lines of it).
 * Throws with that output when it fails or takes too long.
 */
export function run(command: string, args: string[], options: RunOptions): Promise<string> {
  const { timeout_ms, onLine, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    // In our process group, unlike the components: Ctrl-C while something downloads ends the download too.
    const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: string[] = [];
    const keep = (line: string) => {
      lines.push(line);
      if (lines.length > LINES_KEPT) lines.shift();
      onLine?.(line);
    };
    createInterface({ input: child.stdout }).on('line', keep);
    createInterface({ input: child.stderr }).on('line', keep);
    let late = false;
    const end = () => child.kill('SIGKILL');
    const timer = setTimeout(() => {
      late = true;
      end();
    }, timeout_ms);
    // A download whose starter goes away is of no use to anybody.
    process.once('exit', end);
    const finish = () => {
      clearTimeout(timer);
      process.removeListener('exit', end);
    };
    child.once('error', (error) => {
      finish();
      reject(new Error(`cannot run ${command}: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      finish();
      const output = lines.join('\n');
      if (code === 0) return resolve(output);
      const why = late ? `took longer than ${timeout_ms / 1000} s` : `ended with ${code ?? signal}`;
      reject(new Error(`${command} ${why}${output === '' ? '' : `; it said:\n${output}`}`));
    });
  });
}
