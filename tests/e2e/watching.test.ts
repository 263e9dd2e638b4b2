import { afterAll, beforeAll, expect, test } from 'vitest';
import { STAFF } from '../../infra/seed/demo-street.ts';
import { eventually, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
}, START_MS);
afterAll(() => engine.stop());

interface Hint {
  event: string;
  kind: string;
  id: string;
  version?: number;
}

/** Collects what a person's stream says until it is closed. */
async function listen(login: string): Promise<{ hints: Hint[]; text: () => string; close: () => void }> {
  const ending = new AbortController();
  const response = await (await engine.as(login)).open('/v1/stream', ending.signal);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const hints: Hint[] = [];
  let text = '';
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const parts = text.split('\n\n');
      hints.length = 0;
      for (const part of parts.slice(0, -1)) {
        const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(part) ?? [];
        if (event && data) hints.push({ event, ...(JSON.parse(data) as Omit<Hint, 'event'>) });
      }
    }
  })().catch(() => undefined);
  return { hints, text: () => text, close: () => ending.abort() };
}

test('a stream hints at cases and work of the person’s own scope, and says nothing of them', async () => {
  const people = ['community-1', 'duty-9', 'resident-2', 'grid-1'];
  const [community, elsewhere, party, worker] = await Promise.all(people.map(listen));
  const { body } = await (
    await engine.as('grid-1')
  ).post<{ id: string; version: number }>('/v1/reports', quarrel());
  const heard = ({ hints }: { hints: Hint[] }, kind: string): Hint[] =>
    hints.filter(({ event, id }) => event === kind && id === body.id);
  await eventually('who may take the work hears of it', () => heard(worker!, 'work').length > 0);
  await eventually('others of the region hear of the case', () => heard(community!, 'case').length > 0);
  expect(heard(community!, 'case')[0]).toEqual({
    ...{ event: 'case', kind: 'dispute', id: body.id, disputeId: body.id, version: body.version },
  });
  expect(heard(worker!, 'work')[0]).toEqual({
    ...{ event: 'work', kind: 'dispute', id: body.id, disputeId: body.id },
  });
  await eventually('a party hears of her case', () => heard(party!, 'case').length > 0);
  // Whatever was to be said of the first is said by the time the second is heard of.
  const next = await (await engine.as('grid-1')).post<{ id: string }>('/v1/reports', quarrel());
  await eventually('the next one is heard of', () =>
    worker!.hints.some(({ event, id }) => event === 'work' && id === next.body.id),
  );
  expect(heard(worker!, 'work')).toHaveLength(1);
  expect(party!.hints.filter(({ event }) => event === 'work')).toEqual([]);
  expect(elsewhere!.text()).not.toContain(body.id);
  expect(community!.text()).not.toMatch(/Water|Marked|1390000/);
  for (const stream of [community, elsewhere, party, worker]) stream!.close();
});

test('whoever loses her post hears no more, though her stream stays open', async () => {
  const { pool } = engine.resources;
  const [leaves, stays] = await Promise.all(['duty-1', 'community-1'].map(listen));
  const grid = await engine.as('grid-1');
  const reported = async (): Promise<string> =>
    (await grid.post<{ id: string }>('/v1/reports', quarrel())).body.id;
  const first = await reported();
  await eventually('both hear of it', () => [leaves!, stays!].every(({ text }) => text().includes(first)));
  const { rows } = await pool.query<{ posts: object[] }>(`SELECT posts FROM staff WHERE id = 'duty-1'`);
  await pool.query(`UPDATE staff SET posts = '[]' WHERE id = 'duty-1'`);
  try {
    await eventually('a report is not hinted at any more', async () => {
      const id = await reported();
      const later = await reported();
      // A hint at the first would have come before the one at the second.
      await eventually('the other one hears of both', () =>
        [id, later].every((one) => stays!.text().includes(one)),
      );
      return !leaves!.text().includes(id);
    });
  } finally {
    await pool.query(`UPDATE staff SET posts = $1 WHERE id = 'duty-1'`, [JSON.stringify(rows[0]!.posts)]);
  }
  for (const stream of [leaves, stays]) stream!.close();
});

test('readiness says where every part runs and how far behind it is; metrics and contract are there', async () => {
  const ask = (path: string): Promise<Response> => fetch(engine.address + path);
  expect(await (await ask('/healthz')).json()).toEqual({ status: 'ok' });
  const ready = await ask('/readyz');
  expect(ready.status).toBe(200);
  const { checks } = (await ready.json()) as { checks: { name: string; detail: Record<string, unknown> }[] };
  expect(checks.map(({ name }) => name)).toEqual(['database', 'temporal', 'bus']);
  // Without Kafka it is said loudly.
  expect(checks[2]!.detail['transport']).toMatch(/no Kafka/);
  const metrics = await (await ask('/metrics')).text();
  expect(metrics).toMatch(/fengqiao_outbox_rows \d/);
  expect(metrics).toMatch(/fengqiao_consumer_lag\{group="fengqiao.grid"\} \d/);
  const contract = (await (await ask('/openapi.json')).json()) as { paths: Record<string, object> };
  expect(Object.keys(contract.paths)).toContain('/v1/disputes/{id}/actions/propose-agreement');
  const streamed = contract.paths['/v1/stream'] as { get: { responses: Record<string, object> } };
  expect(streamed.get.responses['200']).toMatchObject({
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  });
  expect((await ask('/docs')).status).toBe(200);
  const front = await fetch(engine.address, { redirect: 'manual' });
  expect(front.headers.get('location')).toBe('/docs');
});

test('readiness is red, and says why, when Temporal does not answer', async () => {
  const temporal = engine.stack.components.find(({ name }) => name === 'temporal')!;
  await temporal.kill();
  await eventually(
    'readiness turns red',
    async () => (await fetch(`${engine.address}/readyz`)).status === 503,
  );
  await temporal.restart();
  await eventually(
    'readiness turns green',
    async () => (await fetch(`${engine.address}/readyz`)).status === 200,
  );
});

test('lists show the cases of a person’s regions and no other, page by page without gap or double', async () => {
  const grid = await engine.as('grid-2');
  const region = '990101001001002';
  const ids: string[] = [];
  for (let n = 0; n < 7; n++) {
    const { body } = await grid.post<{ id: string }>('/v1/reports', quarrel({ region, title: `Noise ${n}` }));
    ids.push(body.id);
  }
  for (const sort of ['opened', 'due']) {
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await grid.get<{ items: { id: string; region: string }[]; nextCursor: string | null }>(
        `/v1/disputes?limit=3&sort=${sort}${cursor}`,
      );
      seen.push(...page.body.items.map((item) => item.id));
      expect(page.body.items.every((item) => item.region === region)).toBe(true);
      cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor}`;
    } while (cursor !== '');
    expect(seen.toSorted(), sort).toEqual(ids.toSorted());
  }
  const filtered = await (
    await engine.as('duty-1')
  ).get<{ items: object[] }>(`/v1/disputes?region=${region}&clock=broken`);
  expect(filtered.body.items).toEqual([]);
});

test('a firm that is complained about is not shown the reporter’s words, in no list', async () => {
  const resident = await engine.as('resident-1');
  const parties = [
    { ref: 'a', side: 'A', kind: 'party', name: 'Marked Name A', accountId: 'resident-1' },
    { ref: 'b', side: 'B', kind: 'party', name: 'The firm', accountId: 'property-1' },
  ];
  const complaint = quarrel({ channel: 'resident', category: 'D14', title: 'Marked title', parties });
  const { body } = await resident.post<{ id: string; possibleDuplicates: object[] }>(
    '/v1/reports',
    complaint,
  );
  // Nor is a resident shown other people's cases.
  expect(body.possibleDuplicates).toEqual([]);
  const task = { kind: 'verify', bodyId: 'property-firm', what: 'Please look at the lift.' };
  await (await engine.as('community-1')).act(body.id, 'assign-task', task);
  const firm = await engine.as('property-1');
  await eventually('the task waits for the firm', async () => {
    const work = await firm.get<{ items: { disputeId: string }[] }>('/v1/work');
    return work.body.items.some(({ disputeId }) => disputeId === body.id);
  });
  for (const path of [
    '/v1/work',
    '/v1/disputes',
    `/v1/disputes/${body.id}`,
    `/v1/disputes/${body.id}/timeline`,
  ])
    expect(JSON.stringify((await firm.get(path)).body), path).not.toMatch(/Marked|resident-1|bathroom/);
  const own = await resident.get<{ items: { id: string; title: string | null; grade: string | null }[] }>(
    '/v1/disputes',
  );
  expect(own.body.items.find((item) => item.id === body.id)).toMatchObject({
    title: 'Marked title',
    grade: null,
  });
});

test('work is paged without losing what has no date', async () => {
  const { pool } = engine.resources;
  await pool.query(
    `INSERT INTO work_items (id, queue, region, region_number, kind, case_kind, case_id, subject, roles, opened_at_ms, opened_by_event)
     SELECT 'undated|' || n, 'street', '990101001', 990101001000000, 'supervise', 'dispute', 'dsp_' || n, '', '{duty-officer}', 0, 'x'
     FROM generate_series(1, 5) AS n`,
  );
  const duty = await engine.as('duty-1');
  const seen: string[] = [];
  for (let cursor = ''; ;) {
    const page = await duty.get<{ items: { id: string }[]; nextCursor: string | null }>(
      `/v1/work?limit=1${cursor}`,
    );
    seen.push(...page.body.items.map((item) => item.id));
    if (page.body.nextCursor === null) break;
    cursor = `&cursor=${page.body.nextCursor}`;
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((item) => item.startsWith('undated'))).toHaveLength(5);
  await pool.query(`DELETE FROM work_items WHERE id LIKE 'undated|%'`);
});

test('whoever owns a new case is told, but not at night', async () => {
  const { body } = await (
    await engine.as('resident-4')
  ).post<{ id: string }>('/v1/reports', quarrel({ channel: 'resident', region: '990101001001002' }));
  let told: { not_before_ms: number; person_id: string }[] = [];
  await eventually('a notice lies there', async () => {
    const { rows } = await engine.resources.pool.query<(typeof told)[number]>(
      'SELECT person_id, not_before_ms FROM notices WHERE case_id = $1',
      [body.id],
    );
    told = rows;
    return rows.length > 0;
  });
  expect(told).toHaveLength(1);
  expect(told[0]!.person_id).toBe('grid-2');
  const shanghai = new Date(told[0]!.not_before_ms + 8 * 3_600_000);
  const minutes = shanghai.getUTCHours() * 60 + shanghai.getUTCMinutes();
  expect(minutes).toBeGreaterThanOrEqual(9 * 60);
  expect(minutes).toBeLessThan(18 * 60);
});

test('a quarrel across a boundary belongs to the lowest region that contains both sides', async () => {
  const counter = await engine.as('counter-1');
  const across = quarrel({ channel: 'counter', alsoRegion: '990101002001001' });
  const taken = await counter.post<{ id: string; level: string }>('/v1/reports', across);
  expect(taken, JSON.stringify(taken.body)).toMatchObject({ status: 201, body: { level: 'district' } });
  const { body } = await (await engine.as('district-1')).get(`/v1/disputes/${taken.body.id}`);
  expect(body).toMatchObject({ region: '990101', owner: { staffId: 'district-1' } });
});

test('the same matter again is linked as a repeat, and suggested as a duplicate', async () => {
  const grid = await engine.as('grid-3');
  const region = '990101001002001';
  const noise = quarrel({ region, category: 'D09' });
  const first = await grid.post<{ id: string }>('/v1/reports', noise);
  const again = { ...noise, earlierIds: [first.body.id] };
  const second = await grid.post<{ id: string; possibleDuplicates: { id: string }[] }>('/v1/reports', again);
  expect(second.body.possibleDuplicates.map((one) => one.id)).toContain(first.body.id);
  const { body } = await (
    await engine.as('community-2')
  ).get<{ staff: { links: object[]; danger: object } }>(`/v1/disputes/${second.body.id}`);
  expect(body.staff).toMatchObject({
    links: [{ disputeId: first.body.id, relation: 'same-matter' }],
    danger: { repeat: true },
  });
});

test('every account of the demo street can log in and see its work', async () => {
  for (const { id } of STAFF) {
    const work = await (await engine.as(id)).get<{ items: object[] }>('/v1/work');
    expect(work.status, id).toBe(200);
  }
});
