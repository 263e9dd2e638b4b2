import { pino, type DestinationStream, type Logger } from 'pino';

/**
 * One logger a process. Errors are logged by kind and code only: a message or detail of PostgreSQL may quote a row, and
 * rows hold what people said.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError, error: describeError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

interface Described {
  name: string;
  code?: string;
  constraint?: string;
  message?: string;
  at?: string;
}

/** What may be said of an error in a log line. */
export function describeError(error: unknown): Described | string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return { name: typeof error };
  const { code, constraint, severity } = error as Error & {
    code?: unknown;
    constraint?: unknown;
    severity?: unknown;
  };
  const fromDatabase = typeof severity === 'string';
  const frame = error.stack?.split('\n').find((line) => line.trim().startsWith('at '));
  return {
    name: error.name,
    ...(typeof code === 'string' && { code }),
    ...(typeof constraint === 'string' && { constraint }),
    ...(!fromDatabase && { message: error.message }),
    ...(frame !== undefined && { at: frame.trim() }),
  };
}
