import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ApiDeps } from '../deps.ts';
import { changing } from './attachments/change.ts';
import { reading } from './attachments/read.ts';
import { sending } from './attachments/send.ts';

/**
 * Files of a dispute. They move no case: bytes go to the storage and a row to PostgreSQL, and no workflow hears of it. Each plugin has its
 * own scope: only the one that takes files in leaves bodies unread.
 */
export const attachments: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  for (const routes of [sending, reading, changing]) await app.register(routes, deps);
};
