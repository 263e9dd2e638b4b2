import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { STAGES } from '../../../domain/dispute/state.ts';
import { contains } from '../../../domain/regions.ts';
import { scopeOf } from '../../../domain/scope.ts';
import { CategoryCode, GradeCode, Id, LevelCode, OneOf, RegionCode } from '../../../schemas/parts.ts';
import { DisputePage, problemsOf } from '../../../schemas/api/views.ts';
import type { ApiDeps } from '../../deps.ts';

export const PAGE_MAX = 100;
const optional = Type.Optional;

const Query = Type.Object(
  {
    stage: optional(OneOf(STAGES)),
    level: optional(LevelCode()),
    grade: optional(GradeCode()),
    category: optional(CategoryCode()),
    clock: optional(OneOf(['broken', 'soon', 'fine', 'none'])),
    region: optional(RegionCode()),
    ownerId: optional(Id()),
    number: optional(Id()),
    sort: Type.Unsafe<'opened' | 'due'>({ type: 'string', enum: ['opened', 'due'], default: 'opened' }),
    limit: Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: 20 }),
    cursor: optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);

/** Disputes of this person's regions and those she is a member of. */
export const list: FastifyPluginAsyncTypebox<ApiDeps> = async (app, { reads }) => {
  app.get(
    '/disputes',
    {
      schema: {
        ...{ operationId: 'listDisputes', tags: ['disputes'], summary: 'Disputes this person may see' },
        ...{ querystring: Query, response: { 200: DisputePage, ...problemsOf(400, 401) } },
      },
    },
    async (request) => {
      const scope = scopeOf(request.actor);
      const page = await reads.disputes(scope, request.query);
      const items = page.items.map(({ isParty, isReporter, ...line }) => {
        const outside = isReporter && !scope.regions.some((region) => contains(region, line.region));
        if (!isParty && !outside) return line;
        // The title is the reporter's words, and the grade is for staff.
        return { ...line, title: isReporter ? line.title : null, grade: null };
      });
      return { ...page, items };
    },
  );
};
