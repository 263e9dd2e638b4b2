/** The database's clock in milliseconds, so that processes whose clocks differ agree about limits. */
export const NOW_MS = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
