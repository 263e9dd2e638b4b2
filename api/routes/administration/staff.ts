import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { administers, homeOf } from '../../../domain/directory/jurisdiction.ts';
import {
  At,
  NewPerson,
  NewPost,
  page,
  Paging,
  PersonChange,
  Prefix,
  StaffLineView,
  StaffRole,
  StaffView,
  Until,
  VersionHeader,
} from '../../../schemas/api/directory.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { Id, RegionCode } from '../../../schemas/parts.ts';
import type { ApiDeps } from '../../deps.ts';
import { notFound, Problem } from '../../problem.ts';
import { administering, CHANGE_PROBLEMS, done, versionSeen } from './support.ts';

const optional = Type.Optional;
const tags = ['administration'];
const Person = Type.Object({ id: Id() });

/** Members of staff and their posts. Nobody is deleted: what she did stays hers. */
export const staffRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const { directoryDesk: desk, directoryReads: reads, clock = Date.now } = deps;

  app.get(
    '/staff/all',
    {
      schema: {
        ...{ operationId: 'listAllStaff', tags, summary: 'Everybody of my regions, also who has left' },
        querystring: Type.Object(
          {
            ...Paging,
            within: optional(RegionCode()),
            role: optional(StaffRole()),
            name: optional(Prefix()),
          },
          { additionalProperties: false },
        ),
        response: { 200: page(StaffLineView), ...problemsOf(400, 401, 403) },
      },
    },
    async ({ actor, query: { within, ...filter } }) => {
      const own = actor.posts.filter(({ role }) => role === 'administrator').map(({ region }) => region);
      if (within !== undefined && !administers(actor, within)) throw elsewhere('within');
      return reads.staff({ ...filter, within: within === undefined ? own : [within] });
    },
  );

  app.get(
    '/staff/:id',
    {
      schema: {
        ...{ operationId: 'readStaff', tags, summary: 'One of them, with every post and her open cases' },
        ...{ params: Person, response: { 200: StaffView, ...problemsOf(400, 401, 403, 404) } },
      },
    },
    async ({ actor, params: { id } }, reply) => {
      const person = await reads.person(id);
      if (person === null) throw notFound('no such member of staff');
      const home = homeOf(person);
      const hers = person.posts.some(({ region }) => administers(actor, region));
      if (!hers && (home === null || !administers(actor, home))) throw elsewhere('id');
      return reply.header('etag', `"${person.version}"`).send(person);
    },
  );

  app.post(
    '/staff',
    {
      schema: {
        ...{ operationId: 'addStaff', tags, summary: 'A new member of staff, without a post yet' },
        ...{ body: NewPerson, response: { 201: StaffView, ...problemsOf(...CHANGE_PROBLEMS) } },
      },
    },
    async (request, reply) => {
      const { id = `stf-${randomUUID()}`, skills = [], ...rest } = request.body;
      await administering(deps, request, 'addStaff', { id, home: rest.home });
      return reply.code(201).send(done(await desk.addPerson(request.actor.id, { id, skills, ...rest })));
    },
  );

  app.patch(
    '/staff/:id',
    {
      schema: {
        ...{ operationId: 'changeStaff', tags, summary: 'Name, skills or where somebody belongs' },
        ...{ params: Person, headers: VersionHeader, body: PersonChange },
        response: { 200: StaffView, ...problemsOf(...CHANGE_PROBLEMS, 412, 428) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const version = versionSeen(request);
      await administering(deps, request, 'changeStaff', { id, changed: Object.keys(request.body).join(',') });
      return done(await desk.changePerson(request.actor.id, id, version, request.body));
    },
  );

  app.post(
    '/staff/:id/deactivate',
    {
      schema: {
        ...{ operationId: 'deactivateStaff', tags, summary: 'Serves no longer, from now or a date on' },
        description:
          'The answer says how many open cases are hers by name; within a minute of her leaving each goes to whoever is on duty for it.',
        ...{ params: Person, body: At },
        response: { 200: StaffView, ...problemsOf(...CHANGE_PROBLEMS) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { at } = request.body;
      await administering(deps, request, 'deactivateStaff', { id, at: at ?? null });
      return done(await desk.deactivate(request.actor.id, id, at));
    },
  );

  app.post(
    '/staff/:id/reactivate',
    {
      schema: {
        ...{
          operationId: 'reactivateStaff',
          tags,
          summary: 'Serves again, with the posts that have not ended',
        },
        ...{ params: Person, response: { 200: StaffView, ...problemsOf(...CHANGE_PROBLEMS) } },
      },
    },
    async (request) => {
      const { id } = request.params;
      await administering(deps, request, 'reactivateStaff', { id });
      return done(await desk.reactivate(request.actor.id, id));
    },
  );

  app.post(
    '/staff/:id/posts',
    {
      schema: {
        ...{ operationId: 'addPost', tags, summary: 'A post, for a time or until it is ended' },
        ...{ params: Person, body: NewPost },
        response: { 201: StaffView, ...problemsOf(...CHANGE_PROBLEMS) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { bodyId, from = clock(), to = null, ...post } = request.body;
      const { role, region } = post;
      const detail = { id, role, region, bodyId: bodyId ?? null, from, to };
      await administering(deps, request, 'addPost', detail);
      const given = { ...post, ...(bodyId !== undefined && { bodyId }), from, to };
      return reply.code(201).send(done(await desk.addPost(request.actor.id, id, given)));
    },
  );

  app.post(
    '/staff/:id/posts/:number/end',
    {
      schema: {
        ...{ operationId: 'endPost', tags, summary: 'A post ends; one that has not begun is cancelled' },
        params: Type.Object({ id: Id(), number: Type.Integer({ minimum: 1, maximum: 1_000 }) }),
        ...{ body: Until, response: { 200: StaffView, ...problemsOf(...CHANGE_PROBLEMS) } },
      },
    },
    async (request) => {
      const { id, number } = request.params;
      const { to } = request.body;
      await administering(deps, request, 'endPost', { id, number, to: to ?? null });
      return done(await desk.endPost(request.actor.id, id, number, to));
    },
  );
};

const elsewhere = (field: string): Problem =>
  new Problem({
    ...{ status: 403, code: 'outside_jurisdiction', title: 'not of the regions you administer', field },
    expected: 'a region of yours',
  });
