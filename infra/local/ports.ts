import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLock, type Lock } from './lock.ts';

/** The ports a newcomer expects. PostgreSQL's is unusual on purpose: many machines run one on 5432. */
export const preferredPorts = {
  postgres: 54329,
  temporal: 7233,
  temporalUi: 8233,
  kafka: 9092,
  kafkaController: 9093,
  api: 3000,
} as const;

export type PortName = keyof typeof preferredPorts;

// Below the range from which kernels take the source ports of outgoing connections (32768 on Linux,
// 49152 on macOS): otherwise such a connection could hold "our" port while a component restarts.
const RANDOM_FROM = 20_000;
const RANDOM_TO = 32_000;
const ATTEMPTS_MAX = 200;

// Components and whole stacks start at the same time: a port that was tested but is not bound yet must not be
// given twice, neither here nor to another process, which would then talk to our server and take it for its own.
const handedOut = new Map<number, Lock>();

/** Whether nothing listens on this port of 127.0.0.1 and it can be bound. */
export async function isFree(port: number): Promise<boolean> {
  // Binding alone does not tell on systems that let 127.0.0.1 be bound beside 0.0.0.0 (macOS).
  return !(await answers('127.0.0.1', port)) && (await binds(port));
}

/** Whether something accepts TCP connections there. */
export function answers(host: string, port: number, timeout_ms = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeout_ms });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

function binds(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Hands out a port for `name`: the preferred one when it is free, else a random free one. Each port
 * is given once until `releasePort` or the end of the process, so that it stays the component's over a restart.
 * With `random` the preferred one is skipped, so that tests never take the port of a running stack.
 */
export async function takePort(name: PortName, { random = false } = {}): Promise<number> {
  let candidate: number = random ? randomPort() : preferredPorts[name];
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const claim = handedOut.has(candidate) ? null : claimPort(candidate);
    if (claim !== null) {
      // Noted before the first await, or two callers could both find it free.
      handedOut.set(candidate, claim);
      if (await isFree(candidate)) return candidate;
      releasePort(candidate);
    }
    candidate = randomPort();
  }
  throw new Error(`no free port for ${name} between ${RANDOM_FROM} and ${RANDOM_TO}`);
}

/** Gives a port back. */
export function releasePort(port: number): void {
  handedOut.get(port)?.release();
  handedOut.delete(port);
}

// One folder per user: nobody can write into another's, and a lock that cannot be had costs only a port.
function claimPort(port: number): Lock | null {
  return tryLock(join(tmpdir(), `fengqiao-ports-${process.getuid?.() ?? 'user'}`, `${port}.db`));
}

function randomPort(): number {
  return randomInt(RANDOM_FROM, RANDOM_TO);
}
