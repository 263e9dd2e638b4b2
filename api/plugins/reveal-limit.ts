import type { FastifyInstance, FastifyRequest } from 'fastify';
import { REVEALS_PER_HOUR } from '../../schemas/api/privacy.ts';
import { Problem } from '../problem.ts';

const HOUR_MS = 3_600_000;

/**
 * Counts what one person is shown in clear in an hour, in this process alone; throws a problem for one too many. No setting: nobody's
 * work needs more, and whoever took over an account must not read a street.
 */
export function revealLimit(app: FastifyInstance): (request: FastifyRequest) => Promise<void> {
  const count = app.createRateLimit({
    ...{ max: REVEALS_PER_HOUR, timeWindow: HOUR_MS },
    keyGenerator: ({ actor }) => actor.id,
  });
  return async (request) => {
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    throw new Problem({
      ...{
        status: 429,
        code: 'too_many_requests',
        title: 'too many fields revealed to one person',
        limit: 'reveal',
      },
      ...{ expected: `at most ${REVEALS_PER_HOUR} an hour`, retryAfter_s: Math.max(1, counted.ttlInSeconds) },
    });
  };
}
