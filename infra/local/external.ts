import { answers } from './ports.ts';
import { serverVersion } from './postgres.ts';
import type { Component, ComponentName, Log } from './types.ts';
import { messageOf, waitUntil } from './wait.ts';

// Long enough for services that a compose file starts at the same moment.
const REACHABLE_MS = 15_000;

/** The PostgreSQL of `DATABASE_URL`, asked for its version. */
export async function externalPostgres(
  url: string,
  log: Log,
  deadline_ms = REACHABLE_MS,
): Promise<Component> {
  const address = hostOf(url);
  let version: string | undefined;
  let reason = '';
  await waitUntil(
    async () => {
      try {
        version = await serverVersion(url);
        return true;
      } catch (error) {
        reason = messageOf(error);
        return false;
      }
    },
    { deadline_ms, interval_ms: 300 },
  );
  if (version === undefined) throw new Error(`postgres: no answer from DATABASE_URL (${address}): ${reason}`);
  return external('postgres', address, `PostgreSQL ${version}, from DATABASE_URL`, log);
}

/** The Temporal of `TEMPORAL_ADDRESS`. Only its port is tried: certificates and keys are the application's. */
export async function externalTemporal(
  address: string,
  log: Log,
  deadline_ms = REACHABLE_MS,
): Promise<Component> {
  await reach('temporal', [address], 'TEMPORAL_ADDRESS', deadline_ms);
  return external('temporal', address, 'from TEMPORAL_ADDRESS', log);
}

/** The Kafka of `KAFKA_BROKERS`, of which one must be reachable. */
export async function externalKafka(
  brokers: string[],
  log: Log,
  deadline_ms = REACHABLE_MS,
): Promise<Component> {
  await reach('kafka', brokers, 'KAFKA_BROKERS', deadline_ms);
  return external('kafka', brokers.join(','), 'from KAFKA_BROKERS', log);
}

/** Stands for Kafka on a machine that cannot run it. */
export function inProcessKafka(reason: string, log: Log): Component {
  log('kafka: ************************************************************************');
  for (const line of `NO KAFKA ON THIS MACHINE: ${reason}`.split('\n')) log(`kafka: ${line}`);
  log('kafka: events travel through an in-process bus instead. Everything works in this');
  log('kafka: one process; nothing else can read the events. Install Java 17 and Maven,');
  log('kafka: or set KAFKA_BROKERS, for the real thing.');
  log('kafka: ************************************************************************');
  return { ...fixed('kafka', 'in-process bus', reason), mode: 'in-process' };
}

async function reach(
  name: ComponentName,
  addresses: string[],
  variable: string,
  deadline_ms: number,
): Promise<void> {
  const targets = addresses.map(parseAddress);
  const some = async () =>
    (await Promise.all(targets.map(({ host, port }) => answers(host, port)))).includes(true);
  if (!(await waitUntil(some, { deadline_ms, interval_ms: 300 }))) {
    throw new Error(`${name}: nothing answers at ${addresses.join(',')} (${variable})`);
  }
}

/** Host and port of `host:port` or `[v6]:port`. */
export function parseAddress(address: string): { host: string; port: number } {
  const [, host, port] = /^(.+):(\d+)$/.exec(address.trim()) ?? [];
  if (host === undefined || port === undefined) throw new Error(`"${address}" is not of the form host:port`);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

// Without user and password: it is printed.
function hostOf(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `${host || 'local socket'}${pathname}`;
  } catch {
    throw new Error('DATABASE_URL is not a URL (postgres://user:password@host:port/database)');
  }
}

function external(name: ComponentName, address: string, detail: string, log: Log): Component {
  log(`${name}: using ${address} (${detail})`);
  return { ...fixed(name, address, detail), mode: 'external' };
}

function fixed(name: ComponentName, address: string, detail: string): Omit<Component, 'mode'> {
  const refuse = (what: string) =>
    Promise.reject(new Error(`${name} (${address}) is not run by this stack and cannot be ${what}`));
  return {
    name,
    address,
    detail,
    kill: () => refuse('killed'),
    restart: () => refuse('restarted'),
    stop: () => Promise.resolve(),
  };
}
