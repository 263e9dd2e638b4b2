// Connection trouble, locks, timeouts, a full disk, a server that restarts: all of it passes.
const PASSING_STATE = /^(08|40|53|55|57|58)/;
const NO_CONNECTION = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'],
  'ENETUNREACH',
]);
/** What the driver of PostgreSQL says without a code: no connection in time, one that broke, an answer that did not come. */
const NO_ANSWER =
  /^(timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client (was closed|has encountered a connection error)|Cannot use a pool after calling end)/;
const CAUSES_MAX = 5;

/** Whether a failure with this SQLSTATE passes by itself. */
export const isPassingState = (sqlState: string): boolean => PASSING_STATE.test(sqlState);

/** Whether the database was away or late, so that asking again may help; also where that is the cause of what was thrown. */
export function isPassing(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < CAUSES_MAX && current instanceof Error; depth += 1) {
    const { code, severity } = current as { code?: unknown; severity?: unknown };
    if (typeof severity === 'string') return typeof code === 'string' && isPassingState(code);
    if (typeof code === 'string' && NO_CONNECTION.has(code)) return true;
    if (NO_ANSWER.test(current.message)) return true;
    current = current.cause;
  }
  return false;
}
