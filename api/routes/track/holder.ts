import type { FastifyRequest } from 'fastify';
import type { Holder } from '../../../ports/tracking.ts';
import { Problem } from '../../problem.ts';

/** Whoever comes with a tracking code. Throws a problem for everybody else. */
export function holderOf({ identity }: FastifyRequest): Holder {
  if (identity.holder !== undefined) return identity.holder;
  throw new Problem({
    ...{ status: 403, code: 'forbidden', title: 'this is for tracking codes' },
    expected: 'a token from POST /v1/track/sessions',
  });
}
