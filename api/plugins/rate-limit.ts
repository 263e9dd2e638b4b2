import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import type { ApiDeps } from '../deps.ts';
import { Problem } from '../problem.ts';

declare module 'fastify' {
  interface FastifyInstance {
    limits: Limits;
  }
}

/** Each counts one request and throws a problem when it is one too many. */
interface Limits {
  /** A request of an account or a key that is known. */
  identity(request: FastifyRequest): Promise<void>;
  /** A request without a session. */
  address(request: FastifyRequest): Promise<void>;
  /** A login, by address and by the login it names. */
  login(request: FastifyRequest): Promise<void>;
}

const WINDOW_MS = { minute: 60_000, hour: 3_600_000 };
/** Logins that name one account, from anywhere: guessing from many addresses is held up too. */
export const LOGINS_OF_NAME_PER_MINUTE = 10;
/** Accounts, keys, addresses and logins counted at once; beyond that the longest unused are forgotten. */
const COUNTED_MAX = 20_000;

type LimitDeps = Pick<ApiDeps, 'ratePerMinute' | 'addressPerMinute' | 'loginsPerMinute'>;
type KeyOf = (request: FastifyRequest) => string;
export type Limiter = (request: FastifyRequest) => Promise<void>;

interface Limited {
  /** The name of the limit, as the problem tells it. */
  limit: string;
  /** 0: no limit. */
  max: number;
  per: keyof typeof WINDOW_MS;
  title: string;
}

/** Counts calls of one key, an address unless said otherwise, in this process alone; throws a problem for one too many. */
export function createLimiter(
  app: FastifyInstance,
  { limit, max, per, title }: Limited,
  keyOf?: KeyOf,
): Limiter {
  if (max === 0) return async () => undefined;
  const count = app.createRateLimit({
    ...{ max, timeWindow: WINDOW_MS[per] },
    ...(keyOf !== undefined && { keyGenerator: keyOf }),
  });
  return async (request) => {
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    throw new Problem({
      ...{ status: 429, code: 'too_many_requests', title, limit },
      ...{
        expected: `at most ${max} ${per === 'hour' ? 'an' : 'a'} ${per}`,
        retryAfter_s: Math.max(1, counted.ttlInSeconds),
      },
    });
  };
}

/**
 * Limits a minute, counted in this process alone: with several processes behind a balancer somebody gets as many times
 * more, which still keeps one from taking everything. IPv6 counts by /64, since a household has that many addresses.
 */
export const rateLimits = fp(async (app: FastifyInstance, deps: LimitDeps) => {
  await app.register(rateLimit, { global: false, cache: COUNTED_MAX });

  const perMinute = (limit: string, max: number, keyOf?: KeyOf): Limiter =>
    createLimiter(app, { limit, max, per: 'minute', title: `too many requests of one ${limit}` }, keyOf);
  const logins = {
    byAddress: perMinute('login_address', deps.loginsPerMinute),
    byName: perMinute('login_name', LOGINS_OF_NAME_PER_MINUTE, loginOf),
  };

  app.decorate('limits', {
    identity: perMinute('account', deps.ratePerMinute, ({ identity }) =>
      identity.keyId === null ? identity.accountId : `key:${identity.keyId}`,
    ),
    address: perMinute('address', deps.addressPerMinute),
    async login(request) {
      await logins.byAddress(request);
      await logins.byName(request);
    },
  });
});

const loginOf: KeyOf = ({ body }) => (body as { login: string }).login;
