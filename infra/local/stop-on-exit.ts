import type { Stack } from './types.ts';
import { messageOf } from './wait.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

// npm forwards the signal that the terminal has already sent to the whole group: one Ctrl-C arrives twice.
const SAME_KEYSTROKE_MS = 1000;

export interface StopOnExitOptions {
  /** Drains the application before its components go away. */
  before?: () => Promise<void>;
  log?: (line: string) => void;
  /** Replaces `process.exit` in tests. */
  exit?: (code: number) => void;
}

/**
 * Stops the stack at SIGINT, SIGTERM or SIGHUP and then exits, explicitly, since Temporal's runtime
 * takes these signals and would keep the process alive. A second Ctrl-C kills the components at once.
 * Returns how to take the handlers off again.
 */
export function stopOnExit(
  stack: Pick<Stack, 'components' | 'stop'>,
  options: StopOnExitOptions = {},
): () => void {
  const log = options.log ?? ((line: string) => process.stdout.write(`${line}\n`));
  const exit = options.exit ?? ((code: number) => process.exit(code));
  let first_ms: number | undefined;
  const orderly = async () => {
    try {
      await options.before?.();
    } catch (error) {
      log(`draining failed: ${messageOf(error)}`);
    }
    await stack.stop();
  };
  const forced = async () => {
    const ours = stack.components.filter(({ mode }) => mode === 'embedded');
    await Promise.allSettled(ours.map((component) => component.kill()));
    await stack.stop();
  };
  const handler = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (first_ms !== undefined && now - first_ms < SAME_KEYSTROKE_MS) return;
    const again = first_ms !== undefined;
    first_ms = now;
    log(again ? `${signal} again: killing` : `${signal}: stopping (again to kill)`);
    (again ? forced() : orderly()).then(
      () => exit(again ? 1 : 0),
      (error: unknown) => {
        log(`stopping failed: ${messageOf(error)}`);
        exit(1);
      },
    );
  };
  for (const signal of SIGNALS) process.on(signal, handler);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, handler);
  };
}
