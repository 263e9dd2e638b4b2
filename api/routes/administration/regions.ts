import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { isRefusal } from '../../../domain/errors.ts';
import { REGION_FAULTS_MAX, REGION_ROWS_MAX } from '../../../domain/directory/region-list.ts';
import { RegionsUploadedView } from '../../../schemas/api/directory.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import type { ApiDeps } from '../../deps.ts';
import { Problem, refusedProblem } from '../../problem.ts';
import { administering, CHANGE_PROBLEMS } from './support.ts';

/** Room for the most regions with names of usual length. */
export const LIST_MAX_BYTES = 4 * 1024 * 1024;

/** The list of official codes, as one file: all of it or nothing. */
export const regionRoutes: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  // Only here, and nothing else here: the file is taken as it is and read below.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('text/csv', { parseAs: 'buffer', bodyLimit: LIST_MAX_BYTES }, (_, body, done) =>
    done(null, body),
  );
  app.addContentTypeParser('*', (_, payload, done) => {
    payload.resume();
    done(
      new Problem({
        ...{
          status: 415,
          code: 'unsupported_media_type',
          title: 'this is not a table',
          expected: 'text/csv',
        },
      }),
    );
  });

  app.post(
    '/regions/upload',
    {
      schema: {
        ...{ operationId: 'uploadRegions', tags: ['administration'], summary: 'The list of official codes' },
        description: `Two columns under the header code,name (or 代码,名称), UTF-8 or GB18030: codes of GB/T 2260 (district, 6 digits), GB/T 10114 (street, 9), communities (12) and grids (15), not filled up with zeros; a city has 4. At most ${REGION_ROWS_MAX} regions. What is listed is added or renamed; with \`remove\` what your regions have and the list has not is removed, unless anything refers to it.`,
        consumes: ['text/csv'],
        querystring: Type.Object(
          {
            dryRun: Type.Boolean({ default: false, description: 'says what would be and changes nothing' }),
            remove: Type.Boolean({ default: false }),
          },
          { additionalProperties: false },
        ),
        response: { 200: RegionsUploadedView, ...problemsOf(...CHANGE_PROBLEMS) },
      },
    },
    async (request) => {
      const { dryRun, remove } = request.query;
      const text = textOf(request.body);
      await administering(deps, request, 'uploadRegions', { dryRun, remove });
      const uploaded = await deps.directoryDesk.uploadRegions(request.actor.id, text, { dryRun, remove });
      if (isRefusal(uploaded)) throw refusedProblem(uploaded);
      if (!('faults' in uploaded)) return { ...uploaded, dryRun };
      const faults = uploaded.faults
        .slice(0, REGION_FAULTS_MAX)
        .map(({ line, column, message, expected }) => ({
          ...{ field: `line ${line}, column ${column}`, message, expected },
        }));
      const [first] = faults;
      throw new Problem({
        ...{ status: 422, code: 'invalid_field', title: 'the list has faults, nothing was changed', faults },
        ...(first && { field: first.field, expected: first.expected }),
      });
    },
  );
};

/** UTF-8, or else the national encoding, which spreadsheets write. Throws a problem for what is neither. */
function textOf(body: unknown): string {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The next one is tried.
    }
  }
  throw new Problem({
    ...{ status: 422, code: 'invalid_field', title: 'in no encoding that is known', field: 'body' },
    expected: 'UTF-8 or GB18030',
  });
}
