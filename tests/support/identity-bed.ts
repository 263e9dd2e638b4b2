import type pg from 'pg';
import { startApi } from '../../bin/wiring/api.ts';
import { answerOf, type ApiAnswer } from '../../bin/wiring/api-client.ts';
import { openResources } from '../../bin/wiring/resources.ts';
import type { Config } from '../../infra/config.ts';
import { createPool } from '../../infra/db/pool.ts';
import { createLogger } from '../../infra/logger.ts';
import { DEMO_PASSWORD } from '../../infra/seed/demo-street.ts';
import { ensureRules, seedDemoStreet } from '../../infra/seed/seed.ts';
import { migratedDatabase } from './database.ts';
import { configOf } from './engine.ts';

export interface Login {
  token: string;
  refreshToken: string;
  expiresAt: number;
  sessionExpiresAt: number;
  mustChangePassword: boolean;
  person: { id: string; posts: object[] };
}

export interface AskOptions {
  method?: string;
  body?: unknown;
  /** Becomes `Authorization: Bearer`. */
  token?: string;
  headers?: Record<string, string>;
}

/** One API process, asked over HTTP. */
export interface Door {
  address: string;
  config: Config;
  ask<T = Record<string, unknown>>(path: string, options?: AskOptions): Promise<ApiAnswer<T>>;
  /** The same, for whoever looks at headers. */
  raw(path: string, options?: AskOptions): Promise<Response>;
  /** Logs in. Throws when it is refused. */
  logIn(login: string, password?: string): Promise<Login>;
  stop(): Promise<void>;
}

/** A PostgreSQL with the demo street, and as many APIs on it as a test wants; without Temporal and Kafka. */
export interface IdentityBed {
  pool: pg.Pool;
  open(env?: NodeJS.ProcessEnv): Promise<Door>;
  stop(): Promise<void>;
}

/** Everything that the settings of one test may share, secrets too: its APIs are processes of one site. */
export async function identityBed(): Promise<IdentityBed> {
  const stack = await migratedDatabase();
  const pool = createPool(stack.databaseUrl, { max: 5, onIdleError: () => undefined });
  await ensureRules(pool);
  await seedDemoStreet(pool);
  // Nobody answers there: what is tested here must not need it.
  const own = { ...stack, temporalAddress: '127.0.0.1:1', kafkaBrokers: null };
  const first = configOf(own);
  const doors = new Set<Door>();
  return {
    pool,
    async open(env = {}) {
      const config: Config = { ...configOf(own, env), sessionSecret: first.sessionSecret };
      const resources = openResources(config, createLogger('silent'), 'test');
      const api = await startApi(resources, { port: 0 });
      const door = doorOf(api.address, config, async () => {
        doors.delete(door);
        await api.stop();
        await resources.close();
      });
      doors.add(door);
      return door;
    },
    async stop() {
      for (const door of [...doors]) await door.stop();
      await pool.end();
      await stack.stop();
    },
  };
}

function doorOf(address: string, config: Config, stop: () => Promise<void>): Door {
  const raw = (path: string, { method, body, token, headers = {} }: AskOptions = {}): Promise<Response> =>
    fetch(address + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    ...{ address, config, raw, stop },
    ask: async (path, options) => answerOf(await raw(path, options)),
    async logIn(login, password = DEMO_PASSWORD) {
      const answer = await answerOf<Login>(await raw('/v1/sessions', { body: { login, password } }));
      if (answer.status !== 201) throw new Error(`${login} cannot log in: ${answer.status}`);
      return answer.body;
    },
  };
}
