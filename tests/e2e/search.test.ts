import readXlsxFile from 'read-excel-file/node';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiSession } from '../../bin/wiring/api-client.ts';
import { SAVED_FILTERS_MAX } from '../../ports/saved-filters.ts';
import { START_MS, startEngine, eventually, quarrel, type TestEngine } from '../support/engine.ts';

let engine: TestEngine;
let grid: ApiSession;
let community: ApiSession;
let resident: ApiSession;
let leak: string;

interface Line {
  id: string;
  title: string | null;
  grade: string | null;
}
interface Page {
  items: Line[];
  nextCursor: string | null;
}
interface Suggestion {
  id: string;
  score: number;
  reasons: { reason: string }[];
}

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  grid = await engine.as('grid-1');
  community = await engine.as('community-1');
  resident = await engine.as('resident-1');
  const told = await grid.post<{ id: string }>(
    '/v1/reports',
    quarrel({ title: '楼上漏水', narrative: '天花板发霉' }),
  );
  leak = told.body.id;
  await grid.post(
    '/v1/reports',
    quarrel({ title: '=1+1，"噪音"', category: 'D09', narrative: '每晚广场舞', parties: [] }),
  );
}, START_MS);
afterAll(() => engine.stop());

const ids = ({ body }: { body: Page }): string[] => body.items.map(({ id }) => id);

describe('given some disputes', () => {
  test('when staff look for words, in a URL or a body, then they find them', async () => {
    expect(ids(await grid.get<Page>(`/v1/disputes?q=${encodeURIComponent('天花板')}`))).toEqual([leak]);
    expect(ids(await grid.post<Page>('/v1/disputes/search', { q: '漏水', category: ['D02'] }))).toEqual([
      leak,
    ]);
    expect(ids(await grid.get<Page>('/v1/disputes?category=D02,D03'))).toEqual([leak]);
    expect(ids(await grid.get<Page>('/v1/disputes?category=D02&category=D03&stage=discovery'))).toEqual([
      leak,
    ]);
    expect(ids(await grid.get<Page>('/v1/disputes?category=D02,D09'))).toHaveLength(2);
  });

  test.each([
    ['?q=x', 'q'],
    [`?q=${'x'.repeat(101)}`, 'q'],
    ['?q=!!', 'q'],
    ['?stage=discovery,moon', 'stage.1'],
    ['?openedFrom=5', 'openedFrom'],
    ['?party=x', 'party'],
    ['?phone=13900000001', 'phone'],
  ])('when a list is asked for with %s, then the answer names %s', async (query, field) => {
    const { status, body } = await grid.get<{ code: string; field: string }>(`/v1/disputes${query}`);
    expect({ status, code: body.code, field: body.field }).toEqual({
      status: 400,
      code: 'invalid_query',
      field,
    });
  });

  test('when a party is looked for, then by staff only, and the log says by what and not for whom', async () => {
    const found = await grid.post<Page>('/v1/disputes/search', { party: { phone: '139 0000 0001' } });
    expect(ids(found)).toEqual([leak]);
    const { status } = await resident.post('/v1/disputes/search', { party: { name: 'Marked Name B' } });
    expect(status).toBe(403);
    expect((await grid.post('/v1/disputes/search', { party: {} })).status).toBe(400);
    const { rows } = await engine.resources.pool.query<object>(
      `SELECT actor_id, fields, detail FROM audit_log WHERE kind = 'search'`,
    );
    expect(rows).toEqual([{ actor_id: 'grid-1', fields: ['party-phone'], detail: null }]);
  });

  test('when a party looks for words, then her own case does not answer', async () => {
    expect(ids(await resident.get<Page>('/v1/disputes'))).toEqual([leak]);
    expect(ids(await resident.post<Page>('/v1/disputes/search', { q: '漏水' }))).toEqual([]);
    expect(ids(await resident.get<Page>('/v1/disputes?grade=red,orange,yellow,blue'))).toEqual([]);
  });
});

describe('given an export', () => {
  const file = async (as: ApiSession, path: string): Promise<Response> =>
    as.open(path, new AbortController().signal);

  test('when it is CSV, then Excel reads it, and what looks like a formula is none', async () => {
    const answer = await file(grid, '/v1/disputes/export?format=csv');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="disputes-.*\.csv"$/);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    const rows = parse(bytes, { bom: true });
    expect(rows[0]!.slice(0, 3)).toEqual(['编号', '标题', '区域']);
    expect(rows.slice(1).map((row) => row[1])).toEqual([`'=1+1，"噪音"`, '楼上漏水']);
    expect(rows[1]![2]).toBe('桂花社区第一网格');
  });

  test('when it is XLSX, then another library reads the same', async () => {
    const answer = await file(grid, '/v1/disputes/export?format=xlsx&lang=en&category=D09');
    const [sheet] = await readXlsxFile(Buffer.from(await answer.arrayBuffer()));
    expect(sheet!.sheet).toBe('disputes');
    expect(sheet!.data.map((row) => row[1])).toEqual(['title', '=1+1，"噪音"']);
  });

  test('when a party exports, then she gets her case without what the list hides', async () => {
    const answer = await file(resident, '/v1/disputes/export?format=csv&lang=en');
    const rows = parse(Buffer.from(await answer.arrayBuffer()), { bom: true });
    expect(rows).toHaveLength(2);
    expect(rows[1]![1]).toBe('');
    expect(rows[1]![6]).toBe('');
  });

  test('when it goes on for pages, then every row is there once; when the reader goes away, then another can begin', async () => {
    const { pool } = engine.resources;
    await pool.query(`
      INSERT INTO cases (kind, id, version, state, policy_version, number, region, region_number, category, stage, level, clock_state,
        members, final, opened_at_ms, updated_at_ms)
      SELECT 'dispute', 'many' || n, 1, '{}', 'p', 'many' || n, '990101002001001', 990101002001001, 'D02', 'closed', 'grid', 'none',
        '{}', true, n % 7, n FROM generate_series(1, 1203) AS n`);
    const elsewhere = await engine.as('duty-9');
    const answer = await file(elsewhere, '/v1/disputes/export?format=csv');
    const rows = parse(Buffer.from(await answer.arrayBuffer()), { bom: true });
    expect(new Set(rows.map((row) => row[0])).size).toBe(1204);
    for (const format of ['csv', 'xlsx']) {
      const leaving = new AbortController();
      const left = await elsewhere.open(`/v1/disputes/export?format=${format}`, leaving.signal);
      await left.body!.getReader().read();
      leaving.abort();
      await eventually('the slot is free again', async () => {
        const next = await file(elsewhere, '/v1/disputes/export?format=csv&number=many1');
        await next.arrayBuffer();
        return next.status === 200;
      });
    }
    const { rows: log } = await pool.query<object>(
      `SELECT detail FROM audit_log WHERE kind = 'export' AND actor_id = 'grid-1'`,
    );
    expect(log).toEqual([
      { detail: { format: 'csv', narrowedBy: '' } },
      { detail: { format: 'xlsx', narrowedBy: 'category' } },
    ]);
    await pool.query(`DELETE FROM cases WHERE id LIKE 'many%'`);
  });
});

describe('given filters that a person keeps', () => {
  const body = { name: '我的漏水', filter: { q: '漏水', category: ['D02'], sort: 'due' } };

  test('when one is kept, changed and forgotten, then it is hers alone', async () => {
    const added = await grid.post<{ id: string }>('/v1/saved-filters', body);
    expect(added).toMatchObject({ status: 201, body });
    const path = `/v1/saved-filters/${added.body.id}`;
    expect((await grid.post('/v1/saved-filters', body)).status).toBe(409);
    expect((await community.get<{ items: object[] }>('/v1/saved-filters')).body.items).toEqual([]);
    expect((await community.put(path, body)).status).toBe(404);
    expect((await community.delete(path)).status).toBe(404);
    const changed = { name: '噪音', filter: { category: ['D09'] } };
    expect(await grid.put(path, changed)).toMatchObject({ status: 200, body: changed });
    expect((await grid.get<{ items: object[] }>('/v1/saved-filters')).body.items).toMatchObject([changed]);
    expect((await grid.delete(path)).status).toBe(204);
    expect((await grid.delete(path)).status).toBe(404);
  });

  test.each([
    ['a search for a party', { ...body, filter: { party: { name: 'x' } } }, 'filter.party'],
    ['an unknown field', { ...body, filter: { colour: 'red' } }, 'filter.colour'],
    ['a cursor', { ...body, filter: { cursor: 'x' } }, 'filter.cursor'],
    ['no name', { ...body, name: '' }, 'name'],
    ['a blank name', { ...body, name: '  ' }, 'name'],
    ['too long a name', { ...body, name: 'x'.repeat(61) }, 'name'],
  ])('when one has %s, then it is refused', async (_, wrong, field) => {
    const answer = await grid.post<{ field: string }>('/v1/saved-filters', wrong);
    expect({ status: answer.status, field: answer.body.field }).toEqual({ status: 400, field });
  });

  test('when there are as many as may be, then one more is refused, also when many come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: SAVED_FILTERS_MAX + 5 }, (_, n) =>
        community.post('/v1/saved-filters', { ...body, name: `filter ${n}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(SAVED_FILTERS_MAX);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
  });
});

describe('given a second report about the same matter', () => {
  let second: string;

  test('when it comes, then the first is suggested, and asked for again by its id or while it is written', async () => {
    const again = { title: '楼上又漏水了', narrative: '天花板发霉，一直滴水' };
    const asked = { ...again, region: '990101001001001', category: 'D02' };
    const written = await grid.post<{ items: Suggestion[] }>('/v1/disputes/similar', asked);
    expect(written.body.items[0]).toMatchObject({ id: leak });
    const told = await grid.post<{ id: string; possibleDuplicates: Suggestion[] }>(
      '/v1/reports',
      quarrel(again),
    );
    second = told.body.id;
    expect(told.body.possibleDuplicates[0]!.id).toBe(leak);
    expect(told.body.possibleDuplicates[0]!.reasons.map(({ reason }) => reason)).toContain('similar-text');
    const { body } = await community.get<{ items: Suggestion[] }>(`/v1/disputes/${second}/similar`);
    expect(body.items[0]).toMatchObject({ id: leak, score: told.body.possibleDuplicates[0]!.score });
    expect((await resident.get(`/v1/disputes/${second}/similar`)).status).toBe(403);
    expect((await resident.post('/v1/disputes/similar', asked)).status).toBe(403);
  });

  test('when it is linked, then the link can be undone; when it is merged, then both are told and it can be undone', async () => {
    const links = async (): Promise<object[]> => {
      const { body } = await community.get<{ staff: { links: object[] } }>(`/v1/disputes/${second}`);
      return body.staff.links;
    };
    await community.act(second, 'link', { disputeId: leak, relation: 'same-matter' });
    expect(await links()).toEqual([{ disputeId: leak, relation: 'same-matter' }]);
    const wrong = await community.act(second, 'unlink', { disputeId: 'dsp_none', reason: 'x' });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'unknown_reference', field: 'disputeId' } });
    expect((await community.act(second, 'unlink', { disputeId: leak, reason: '不是一回事' })).status).toBe(
      200,
    );
    expect(await links()).toEqual([]);
    expect((await community.act(second, 'unlink', { disputeId: leak, reason: 'x' })).status).toBe(409);

    expect((await community.act(second, 'merge', { into: leak, reason: '同一件事' })).status).toBe(200);
    const { rows } = await engine.resources.pool.query<{ owner: string }>(
      `SELECT owner_id AS owner FROM cases WHERE id = $1`,
      [leak],
    );
    await eventually('the owner of the first is told', async () => told('merged-into-yours', rows[0]!.owner));
    // The grid worker reported it and owns the other: one notice is enough, and says the more pressing.
    expect(rows[0]!.owner).toBe('grid-1');
    expect((await community.act(second, 'unmerge', { reason: '两件事' })).status).toBe(200);
  });

  test('when a resident’s report is merged, then she is told', async () => {
    const { body } = await resident.post<{ id: string }>(
      '/v1/reports',
      quarrel({ channel: 'resident', title: '楼上漏水', parties: [] }),
    );
    expect((await community.act(body.id, 'merge', { into: leak, reason: '同一件事' })).status).toBe(200);
    await eventually('the reporter is told', async () => told('merged', 'resident-1', body.id));
    await eventually('the owner is told', async () => told('merged-into-yours', 'grid-1', body.id));
  });

  async function told(kind: string, person: string, caseId = second): Promise<boolean> {
    const { rowCount } = await engine.resources.pool.query(
      'SELECT FROM notices WHERE kind = $1 AND person_id = $2 AND case_id = $3',
      [kind, person, caseId],
    );
    return rowCount === 1;
  }
});
