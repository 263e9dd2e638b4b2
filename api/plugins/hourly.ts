import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem.ts';

const HOUR_MS = 3_600_000;

/** Counts calls of one address in an hour, in this process alone; throws a problem for one too many. 0: no limit. */
export function hourly(
  app: FastifyInstance,
  limit: string,
  max: number,
): (request: FastifyRequest) => Promise<void> {
  if (max === 0) return async () => undefined;
  const count = app.createRateLimit({ max, timeWindow: HOUR_MS });
  return async (request) => {
    const counted = await count(request);
    if (counted.isAllowed || !counted.isExceeded) return;
    throw new Problem({
      ...{ status: 429, code: 'too_many_requests', title: 'too many of one address', limit },
      ...{ expected: `at most ${max} an hour`, retryAfter_s: Math.max(1, counted.ttlInSeconds) },
    });
  };
}
