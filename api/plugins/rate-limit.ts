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

const MINUTE_MS = 60_000;
/** Logins that name one account, from anywhere: guessing from many addresses is held up too. */
export const LOGINS_OF_NAME_PER_MINUTE = 10;
/** Accounts, keys, addresses and logins counted at once; beyond that the longest unused are forgotten. */
const COUNTED_MAX = 20_000;

type LimitDeps = Pick<ApiDeps, 'ratePerMinute' | 'addressPerMinute' | 'loginsPerMinute'>;
type KeyOf = (request: FastifyRequest) => string;

/**
 * Limits a minute, counted in this process alone: with several processes behind a balancer somebody gets as many times
 * more, which still keeps one from taking everything. IPv6 counts by /64, since a household has that many addresses.
 */
export const rateLimits = fp(async (app: FastifyInstance, deps: LimitDeps) => {
  await app.register(rateLimit, { global: false, cache: COUNTED_MAX });

  const limiter = (name: string, max: number, keyGenerator?: KeyOf) => {
    if (max === 0) return async (): Promise<void> => undefined;
    const count = app.createRateLimit({
      ...{ max, timeWindow: MINUTE_MS },
      ...(keyGenerator !== undefined && { keyGenerator }),
    });
    return async (request: FastifyRequest): Promise<void> => {
      const counted = await count(request);
      if (counted.isAllowed || !counted.isExceeded) return;
      throw new Problem({
        ...{ status: 429, code: 'too_many_requests', title: `too many requests of one ${name}`, limit: name },
        ...{ expected: `at most ${max} a minute`, retryAfter_s: Math.max(1, counted.ttlInSeconds) },
      });
    };
  };
  const logins = {
    byAddress: limiter('login_address', deps.loginsPerMinute),
    byName: limiter('login_name', LOGINS_OF_NAME_PER_MINUTE, loginOf),
  };

  app.decorate('limits', {
    identity: limiter('account', deps.ratePerMinute, ({ identity }) =>
      identity.keyId === null ? identity.accountId : `key:${identity.keyId}`,
    ),
    address: limiter('address', deps.addressPerMinute),
    async login(request) {
      await logins.byAddress(request);
      await logins.byName(request);
    },
  });
});

const loginOf: KeyOf = ({ body }) => (body as { login: string }).login;
