import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ApiDeps } from '../../deps.ts';
import { codes } from './codes.ts';
import { follow } from './follow.ts';
import { statements } from './statements.ts';
import { visits } from './visits.ts';

/** Following a case without an account. */
export const track: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  for (const routes of [visits, follow, codes, statements]) await app.register(routes, deps);
};
