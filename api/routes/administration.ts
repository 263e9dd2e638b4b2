import type { FastifyPluginAsync } from 'fastify';
import type { ApiDeps } from '../deps.ts';
import { bodyRoutes } from './administration/bodies.ts';
import { deadLetterRoutes } from './administration/dead-letters.ts';
import { placeRoutes } from './administration/places.ts';
import { regionRoutes } from './administration/regions.ts';
import { rosterRoutes } from './administration/roster.ts';
import { rules } from './administration/rules.ts';
import { staffRoutes } from './administration/staff.ts';

/** What administrators do: rules, messages set aside, people, roster, regions, places, bodies. No case content. */
export const administration: FastifyPluginAsync<ApiDeps> = async (app, deps) => {
  for (const routes of [
    rules,
    deadLetterRoutes,
    staffRoutes,
    rosterRoutes,
    placeRoutes,
    bodyRoutes,
    regionRoutes,
  ])
    await app.register(routes, deps);
};
