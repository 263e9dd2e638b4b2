import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { accessOf, isOpenTo } from '../access.ts';
import { Problem } from '../problem.ts';

/**
 * Asks the table of operations before any route does. A route without an entry does not start: what nobody has decided
 * is open to nobody.
 */
export const access = fp(async (app: FastifyInstance) => {
  app.addHook('onRoute', ({ schema, method, url }) => {
    if (schema?.hide === true) return;
    const operation = schema?.operationId;
    if (operation === undefined || accessOf(operation) === null)
      throw new Error(`${String(method)} ${url}: say in api/access.ts who may call it`);
  });
  app.addHook('onRequest', async (request) => {
    const operation = request.routeOptions.schema?.operationId;
    const rule = operation === undefined ? null : accessOf(operation);
    if (rule === null || isOpenTo(rule, request.actor)) return;
    throw new Problem({
      ...{ status: 403, code: 'not_permitted', title: 'your role may not do this' },
      expected: rule.who === 'staff' ? 'a post' : [rule.who].flat().join(', '),
    });
  });
});
