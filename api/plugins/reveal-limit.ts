import type { FastifyInstance } from 'fastify';
import { REVEALS_PER_HOUR } from '../../schemas/api/privacy.ts';
import { createLimiter, type Limiter } from './rate-limit.ts';

/** What one person is shown in clear. No setting: nobody's work needs more, and whoever took over an account must not read a street. */
export const revealLimit = (app: FastifyInstance): Limiter =>
  createLimiter(
    app,
    { limit: 'reveal', max: REVEALS_PER_HOUR, per: 'hour', title: 'too many fields revealed to one person' },
    ({ actor }) => actor.id,
  );
