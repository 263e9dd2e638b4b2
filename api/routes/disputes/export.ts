import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { writeXlsxStream } from 'hucre/xlsx';
import { Type } from 'typebox';
import { scopeOf } from '../../../domain/scope.ts';
import type { DisputeCriteria, DisputeFilter } from '../../../ports/reads.ts';
import type { Language } from '../../../schemas/api/reports.ts';
import { ExportBody, ExportBodyQuery, ExportQuery } from '../../../schemas/api/search.ts';
import { problemsOf } from '../../../schemas/api/views.ts';
import { audited } from '../../audited.ts';
import type { ApiDeps } from '../../deps.ts';
import { BOM, csvLine } from '../../export/csv.ts';
import { EXPORT_PAGE, EXPORT_ROWS_MAX, exportRows, type ReadCells } from '../../export/rows.ts';
import { createExportSlots } from '../../export/slots.ts';
import { cellsOf, COLUMNS, cutNotice, headings, SHEET } from '../../export/table.ts';
import { assertMayFindParty, assertSearchable, splitLists } from '../../search.ts';
import { shownLine } from '../../views/dispute-line.ts';

const MEDIA = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
const binary = { schema: Type.String({ format: 'binary' }) };
const FILE = { 200: { description: 'The file', content: { 'text/csv': binary, [MEDIA.xlsx]: binary } } };

interface Wanted {
  format: keyof typeof MEDIA;
  lang: Language;
  sort: DisputeFilter['sort'];
}

const tags = ['disputes'];
const description = `The same lines as the list shows, at most ${EXPORT_ROWS_MAX}: the last row says when there are more. One at a time for a person.`;

/** A filtered list as a file, written while it is read. */
export const exporting: FastifyPluginAsyncTypebox<ApiDeps> = async (app, deps) => {
  const takeSlot = createExportSlots();

  const send = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { format, lang, sort }: Wanted,
    criteria: DisputeCriteria,
  ): Promise<FastifyReply> => {
    const { actor } = request;
    const giveBack = takeSlot(actor.id);
    let gone = false;
    reply.raw.once('close', () => {
      gone = true;
      giveBack();
    });
    const narrowedBy = Object.keys(criteria).toSorted().join(',');
    await audited(deps, request, {
      ...{ kind: 'export', fields: ['dispute-list'], detail: { format, narrowedBy } },
    });
    const rows = exportRows(readCells(deps, request, { lang, sort }, criteria), {
      ...{ heading: headings(lang), cut: cutNotice(lang, EXPORT_ROWS_MAX), gone: () => gone },
    });
    const day = new Date((deps.clock ?? Date.now)()).toISOString().slice(0, 10);
    void reply
      .type(MEDIA[format])
      .header('content-disposition', `attachment; filename="disputes-${day}.${format}"`);
    return reply.send(format === 'csv' ? asCsv(rows) : asXlsx(rows, lang));
  };

  app.get(
    '/disputes/export',
    {
      ...{ preValidation: splitLists, config: { longLived: true } },
      schema: {
        ...{ operationId: 'exportDisputes', tags, summary: 'A filtered list as CSV or XLSX', description },
        ...{ querystring: ExportQuery, response: { ...FILE, ...problemsOf(400, 401, 429, 503) } },
      },
    },
    async (request, reply) => {
      const { format, lang, sort, ...criteria } = request.query;
      assertSearchable(criteria, 'invalid_query');
      return send(request, reply, { format, lang, sort }, criteria);
    },
  );

  app.post(
    '/disputes/export',
    {
      config: { longLived: true },
      schema: {
        ...{ operationId: 'exportSearch', tags, summary: 'The same, also by a party', description },
        ...{ querystring: ExportBodyQuery, body: ExportBody },
        response: { ...FILE, ...problemsOf(400, 401, 403, 413, 415, 429, 503) },
      },
    },
    async (request, reply) => {
      const { sort, ...criteria } = request.body;
      assertSearchable(criteria, 'invalid_body');
      await assertMayFindParty(deps, request, criteria);
      return send(request, reply, { ...request.query, sort }, criteria);
    },
  );
};

/** Each page in a transaction of its own: an export that is read slowly holds nothing in the database. */
function readCells(
  { reads }: Pick<ApiDeps, 'reads'>,
  { actor }: FastifyRequest,
  { lang, sort }: Pick<Wanted, 'lang' | 'sort'>,
  criteria: DisputeCriteria,
): ReadCells {
  const scope = scopeOf(actor);
  return (cursor) =>
    reads(actor, async (mine) => {
      const filter = { ...criteria, sort, limit: EXPORT_PAGE, ...(cursor !== undefined && { cursor }) };
      const { items, nextCursor } = await mine.disputes(filter);
      const owners = items.flatMap(({ ownerId }) => ownerId ?? []);
      const people = await mine.names([...new Set(owners)]);
      const regions = await mine.regionNames([...new Set(items.map(({ region }) => region))]);
      const cells = items.map((line) => cellsOf(shownLine(line, scope), { people, regions }, lang));
      return { items: cells, nextCursor };
    });
}

function asCsv(pages: AsyncGenerator<string[][]>): Readable {
  async function* text(): AsyncGenerator<string> {
    yield BOM;
    for await (const rows of pages) yield rows.map(csvLine).join('');
  }
  return Readable.from(text(), { objectMode: false });
}

function asXlsx(pages: AsyncGenerator<string[][]>, lang: Language): Readable {
  async function* rows(): AsyncGenerator<string[]> {
    for await (const page of pages) yield* page;
  }
  const columns = COLUMNS.map(({ width }) => ({ width }));
  const file = writeXlsxStream(rows(), { name: SHEET[lang], columns, freezePane: { rows: 1 } });
  return Readable.fromWeb(file as Parameters<typeof Readable.fromWeb>[0]);
}
