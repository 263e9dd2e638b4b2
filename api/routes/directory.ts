import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { parentOf } from '../../domain/directory/region-list.ts';
import { ownerAt } from '../../domain/duty.ts';
import { LEVELS, levelOf, rank } from '../../domain/regions.ts';
import {
  BodyDetail,
  BodyView,
  ColleagueView,
  DutyView,
  OnDutyView,
  page,
  Paging,
  PlaceView,
  Prefix,
  RegionView,
  StaffRole,
} from '../../schemas/api/directory.ts';
import { problemsOf } from '../../schemas/api/views.ts';
import { CategoryCode, Id, Instant, RegionCode } from '../../schemas/parts.ts';
import type { ApiDeps } from '../deps.ts';
import { notFound, Problem } from '../problem.ts';

const optional = Type.Optional;
const tags = ['directory'];
const query = <T extends Parameters<typeof Type.Object>[0]>(properties: T) =>
  Type.Object({ ...Paging, ...properties }, { additionalProperties: false });
/** Members of a body that one answer names. */
const MEMBERS_MAX = 200;

/**
 * What whoever reports or works needs to know of the place: regions and places for everybody with a session, bodies,
 * colleagues and who is on duty for staff. Names, posts and codes; no login, phone or date of anybody.
 */
export const directory: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { directoryReads: reads, clock = Date.now } = deps;

  app.get(
    '/regions',
    {
      schema: {
        ...{
          operationId: 'listRegions',
          tags,
          summary: 'Regions in the order of their codes: a tree, read down',
        },
        querystring: query({
          parent: optional({ ...RegionCode(), description: 'only what lies directly in it' }),
          within: optional({ ...RegionCode(), description: 'it, and all that lies in it' }),
          q: optional(Prefix()),
        }),
        response: { 200: page(RegionView), ...problemsOf(400, 401) },
      },
    },
    async ({ query: { q, ...filter } }) => {
      const { items, nextCursor } = await reads.regions({ ...filter, name: q });
      const shown = items.map((region) => {
        return { ...region, level: levelOf(region.code), parent: enclosing(region.code) };
      });
      return { items: shown, nextCursor };
    },
  );

  app.get(
    '/places',
    {
      schema: {
        ...{ operationId: 'listPlaces', tags, summary: 'Buildings, markets, addresses, with their grid' },
        querystring: query({ region: optional(RegionCode()), q: optional(Prefix()) }),
        response: { 200: page(PlaceView), ...problemsOf(400, 401) },
      },
    },
    ({ query: { q, ...filter } }) => reads.places({ ...filter, name: q }),
  );

  app.get(
    '/bodies',
    {
      schema: {
        ...{
          operationId: 'listBodies',
          tags,
          summary: 'Who can be asked: bodies that serve a region and category',
        },
        querystring: query({
          region: optional(RegionCode()),
          category: optional(CategoryCode()),
          kind: optional(Id()),
          q: optional(Prefix()),
        }),
        response: { 200: page(BodyView), ...problemsOf(400, 401, 403) },
      },
    },
    ({ query: { q, ...filter } }) => reads.bodies({ ...filter, name: q }),
  );

  app.get(
    '/bodies/:id',
    {
      schema: {
        ...{ operationId: 'readBody', tags, summary: 'One body, with who belongs to it now' },
        ...{
          params: Type.Object({ id: Id() }),
          response: { 200: BodyDetail, ...problemsOf(400, 401, 403, 404) },
        },
      },
    },
    async ({ params: { id } }, reply) => {
      const body = await reads.body(id);
      if (body === null) throw notFound('no such body');
      const { items: members } = await reads.colleagues({ bodyId: id, limit: MEMBERS_MAX }, clock());
      return reply.header('etag', `"${body.version}"`).send({ ...body, members });
    },
  );

  app.get(
    '/staff',
    {
      schema: {
        ...{
          operationId: 'listStaff',
          tags,
          summary: 'Colleagues with the posts of now, to choose a mediator or team',
        },
        querystring: query({
          region: optional({ ...RegionCode(), description: 'whose post contains it' }),
          role: optional(StaffRole()),
          bodyId: optional(Id()),
          q: optional(Prefix()),
        }),
        response: { 200: page(ColleagueView), ...problemsOf(400, 401, 403) },
      },
    },
    ({ query: { q, ...filter } }) => reads.colleagues({ ...filter, name: q }, clock()),
  );

  app.get(
    '/roster',
    {
      schema: {
        ...{
          operationId: 'listDuties',
          tags,
          summary: 'The roster: past, present and to come, or of one moment',
        },
        querystring: query({
          region: optional(RegionCode()),
          within: optional(RegionCode()),
          staffId: optional(Id()),
          at: optional(Instant()),
        }),
        response: { 200: page(DutyView), ...problemsOf(400, 401, 403) },
      },
    },
    ({ query: filter }) => reads.duties(filter),
  );

  app.get(
    '/on-duty',
    {
      schema: {
        ...{
          operationId: 'whoIsOnDuty',
          tags,
          summary: 'Who would own a case of this region, level by level',
        },
        querystring: Type.Object(
          { region: RegionCode(), at: optional({ ...Instant(), description: 'now when it is left out' }) },
          { additionalProperties: false },
        ),
        response: { 200: OnDutyView, ...problemsOf(400, 401, 403, 422) },
      },
    },
    async ({ query: { region, at = clock() } }) => {
      const known = await deps.directory();
      if (!known.regions.has(region)) {
        throw new Problem({
          ...{ status: 422, code: 'unknown_region', title: 'no such region', field: 'region' },
          expected: 'a code of the region list',
        });
      }
      const owners = LEVELS.slice(rank(levelOf(region))).map((level) => ownerAt(known, region, level, at));
      const names = await reads.names(owners.flatMap(({ staffId }) => (staffId === null ? [] : [staffId])));
      const levels = owners.map((owner) => ({
        ...{ ...owner, name: owner.staffId === null ? null : (names.get(owner.staffId) ?? null) },
      }));
      return { at, levels };
    },
  );
};

/** The region around it: a district lies in its city. */
const enclosing = (code: string): string | null =>
  parentOf(code) ?? (code.length === 6 ? code.slice(0, 4) : null);
