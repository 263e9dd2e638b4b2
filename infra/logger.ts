import { DrizzleQueryError } from 'drizzle-orm';
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
    serializers: { err: described, error: described },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

interface Described {
  name: string;
  code?: string;
  constraint?: string;
  message?: string;
  at?: string;
  cause?: Described | string;
}

/** Errors within errors that are followed. */
const CAUSES_MAX = 5;

const described = (error: unknown): Described | string => describeError(error);

/** What may be said of an error in a log line, and of what caused it. */
export function describeError(error: unknown, depth = 0): Described | string {
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return { name: typeof error };
  const { code, constraint, severity } = error as Error & {
    code?: unknown;
    constraint?: unknown;
    severity?: unknown;
  };
  // Drizzle puts the statement and all its values into the message of what it throws.
  const quotes = typeof severity === 'string' || error instanceof DrizzleQueryError;
  // After the message, whose own lines may look like frames.
  const stack = error.stack ?? '';
  const frames = stack.slice(Math.max(0, stack.indexOf(error.message)) + error.message.length);
  const frame = frames.split('\n').find((line) => /^ {4}at /.test(line));
  const { cause } = error;
  return {
    name: error instanceof DrizzleQueryError ? 'DrizzleQueryError' : error.name,
    ...(typeof code === 'string' && { code }),
    ...(typeof constraint === 'string' && { constraint }),
    ...(!quotes && { message: error.message }),
    ...(frame !== undefined && { at: frame.trim() }),
    ...(cause !== undefined && depth < CAUSES_MAX && { cause: describeError(cause, depth + 1) }),
  };
}
