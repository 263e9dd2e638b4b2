import type { FastifyInstance } from 'fastify';
import { createLimiter, type Limiter } from './rate-limit.ts';

/** Calls of one address in an hour; 0: no limit. */
export const hourly = (app: FastifyInstance, limit: string, max: number): Limiter =>
  createLimiter(app, { limit, max, per: 'hour', title: 'too many of one address' });
