import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiSession, answerOf, type ApiAnswer } from '../../bin/wiring/api-client.ts';
import { retain } from '../../bin/wiring/privacy.ts';
import { hashPassword } from '../../infra/db/accounts.ts';
import { DEMO_PASSWORD, DISTRICT, GRID, OTHER_STREET } from '../../infra/seed/demo-street.ts';
import { REVEALS_PER_HOUR } from '../../schemas/api/privacy.ts';
import { placesWith } from '../support/everywhere.ts';
import { pdf } from '../support/files.ts';
import { send } from '../support/uploads.ts';
import { eventually, newKey, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine({ kafka: false, logLevel: 'error' });
  const { pool } = engine.resources;
  const hash = await hashPassword(DEMO_PASSWORD);
  for (const id of ['admin-2', 'admin-9', 'inspector-2', 'resident-8', 'resident-9'])
    await pool.query('INSERT INTO accounts (id, login, password_hash, name) VALUES ($1, $1, $2, $1)', [
      id,
      hash,
    ]);
  for (const [id, role, region] of [
    ['admin-2', 'administrator', DISTRICT],
    ['admin-9', 'administrator', OTHER_STREET],
    ['inspector-2', 'inspector', DISTRICT],
  ])
    await pool.query(`INSERT INTO staff (id, name, posts) VALUES ($1, $1, $2)`, [
      ...[id, JSON.stringify([{ role, region }])],
    ]);
  await pool.query('UPDATE directory_version SET version = version + 1');
}, START_MS);
afterAll(() => engine.stop());

interface Taken {
  id: string;
  parties: { ref: string; id: string }[];
}
const DAY = 24 * 3_600_000;
const NARRATIVE = 'Marked Narrative of Marked Anna, call 138 0000 4701, card 6222020200012345678.';

function ok<T>(answer: ApiAnswer<T>, status = 200): T {
  expect(answer.status, JSON.stringify(answer.body)).toBe(status);
  return answer.body;
}
function refused(answer: ApiAnswer<unknown>, status: number, code: string): void {
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status, body: { code } });
}

/** Marked Anna against Marked Bert, reported by Anna's account unless said otherwise. */
async function reported(change: object = {}, by = 'resident-1'): Promise<Taken & { a: string; b: string }> {
  const parties = [
    {
      ...{ ref: 'a', side: 'A', kind: 'party', name: 'Marked Anna', phone: '13800004701' },
      ...{ idNumber: '11010519491231002X', accountId: by },
    },
    {
      ...{ ref: 'b', side: 'B', kind: 'party', name: 'Marked Bert', phone: '13800004702' },
      ...{ idNumber: '110105194912310038', accountId: 'resident-2' },
    },
  ];
  const body = quarrel({
    channel: 'resident',
    title: 'Marked Title',
    narrative: NARRATIVE,
    parties,
    ...change,
  });
  const taken = ok(await (await engine.as(by)).post<Taken>('/v1/reports', body), 201);
  const idOf = (ref: string): string => taken.parties.find((party) => party.ref === ref)?.id ?? '';
  return { ...taken, a: idOf('a'), b: idOf('b') };
}

const auditOf = async (caseId: string, kind: string) =>
  (
    await engine.resources.pool.query<{
      actor_id: string;
      fields: string[];
      detail: Record<string, unknown>;
    }>('SELECT actor_id, fields, detail FROM audit_log WHERE case_id = $1 AND kind = $2 ORDER BY id', [
      caseId,
      kind,
    ])
  ).rows;

describe('revealing', () => {
  const ask = async (login: string, id: string, fields: string[], reason = 'to call her') =>
    (await engine.as(login)).post<{ values: Record<string, string | null> }>(`/v1/disputes/${id}/reveal`, {
      ...{ fields, reason },
    });

  test('whoever works on the dispute gets the clear values, and a row with names of fields alone is there first', async () => {
    const { id, a, b } = await reported();
    const fields = [`party:${a}.phone`, `party:${b}.idNumber`, 'reporter.name', 'reporter.phone'];
    const { values } = ok(await ask('grid-1', id, fields, 'Marked Reason'));
    expect(values).toEqual({
      [`party:${a}.phone`]: '13800004701',
      [`party:${b}.idNumber`]: '110105194912310038',
      ...{ 'reporter.name': '居民一', 'reporter.phone': null },
    });
    const [row] = await auditOf(id, 'reveal');
    expect(row).toMatchObject({
      actor_id: 'grid-1',
      fields,
      detail: { reasonId: expect.stringMatching(/^txt_/) as string },
    });
    expect(JSON.stringify(row)).not.toMatch(/Marked|1380000/);
    const { rows } = await engine.resources.pool.query('SELECT body FROM texts WHERE id = $1', [
      row!.detail['reasonId'],
    ]);
    expect(rows).toEqual([{ body: 'Marked Reason' }]);
  });

  test('whoever is above may too; who only reads the region, a party, a stranger and an inspector may not', async () => {
    const { id, a } = await reported();
    const field = [`party:${a}.phone`];
    for (const login of ['community-1', 'duty-1', 'leader-1', 'district-1']) ok(await ask(login, id, field));
    for (const login of ['counter-1', 'director-1', 'resident-1', 'resident-2'])
      refused(await ask(login, id, field), 403, 'not_permitted');
    for (const login of ['grid-2', 'inspector-1', 'admin-1', 'mediator-1', 'police-1', 'resident-3'])
      refused(await ask(login, id, field), 404, 'not_found');
    expect((await auditOf(id, 'reveal')).map((row) => row.actor_id)).toEqual([
      ...['community-1', 'duty-1', 'leader-1', 'district-1'],
    ]);
  });

  test('what no field is, and who is no party, is refused and not logged', async () => {
    const { id } = await reported();
    refused(await ask('grid-1', id, ['party:nobody.phone']), 422, 'unknown_party');
    for (const fields of [
      [],
      ['narrative'],
      ['party:x.name'],
      ['reporter.idNumber'],
      ['reporter.name', 'reporter.name'],
    ])
      refused(await ask('grid-1', id, fields), 400, 'invalid_body');
    expect(await auditOf(id, 'reveal')).toEqual([]);
  });

  test('contact of somebody under a guardian needs consent, except where the guardian is the accused', async () => {
    const child = (accused: boolean) => [
      { ref: 'a', side: 'A', kind: 'party', name: 'Marked Child', phone: '13800004703' },
      {
        ref: 'g',
        side: 'A',
        kind: 'guardian',
        name: 'Marked Guardian',
        actsFor: ['a'],
        accused,
        accountId: 'resident-3',
      },
    ];
    const kept = await reported({ parties: child(false), channel: 'grid' }, 'grid-1');
    const field = [`party:${kept.a}.phone`];
    refused(await ask('grid-1', kept.id, field), 409, 'consent_missing');
    const guardian = await engine.as('resident-3');
    const consent = { partyId: kept.a, subject: 'minor', given: true, how: 'app' };
    ok(await guardian.post(`/v1/disputes/${kept.id}/consents`, consent), 201);
    expect(ok(await ask('grid-1', kept.id, field)).values).toEqual({ [field[0]!]: '13800004703' });
    ok(await guardian.post(`/v1/disputes/${kept.id}/consents`, { ...consent, given: false }), 201);
    refused(await ask('grid-1', kept.id, field), 409, 'consent_missing');

    const accused = await reported({ parties: child(true), channel: 'grid' }, 'grid-1');
    ok(await ask('grid-1', accused.id, [`party:${accused.a}.phone`]));
    refused(
      await guardian.post(`/v1/disputes/${accused.id}/consents`, { ...consent, partyId: accused.a }),
      404,
      'not_found',
    );
  });

  test('the hour of one person has an end', async () => {
    const { id } = await reported();
    const answers = await Promise.all(
      Array.from({ length: REVEALS_PER_HOUR + 1 }, () => ask('dispatcher-1', id, ['reporter.name'])),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(REVEALS_PER_HOUR);
    expect(answers.find(({ status }) => status === 429)?.body).toMatchObject({
      code: 'too_many_requests',
      limit: 'reveal',
    });
  });
});

describe('masked by default', () => {
  test('staff see a masked phone and no ID number', async () => {
    const { id } = await reported();
    const seen = JSON.stringify(ok(await (await engine.as('grid-1')).get(`/v1/disputes/${id}`)));
    expect(seen).toContain('138****4701');
    expect(seen).not.toMatch(/13800004701|1101051949|002X/);
  });

  test('an applicant’s name and claim reach the other side only after she agrees, until she takes it back', async () => {
    const bert = await engine.as('resident-2');
    const secret = /Anna|Marked Title|Narrative|resident-1|居民一|4701/;
    const said = async (id: string): Promise<string> => {
      const paths = ['', '/timeline', '/statements', '/consents', '/attachments'];
      const answers = await Promise.all(paths.map((path) => bert.get(`/v1/disputes/${id}${path}`)));
      return JSON.stringify(answers.map(({ body }) => body));
    };
    const { id, a } = await reported();
    expect(await said(id)).not.toMatch(secret);
    const anna = await engine.as('resident-1');
    const consent = { partyId: a, subject: 'disclosure', given: true, how: 'app' };
    ok(await anna.post(`/v1/disputes/${id}/consents`, consent), 201);
    expect(ok(await bert.get(`/v1/disputes/${id}`))).toMatchObject({
      ...{
        view: 'party',
        title: null,
        narrative: null,
        disclosed: [{ id: a, side: 'A', name: 'Marked Anna' }],
      },
      items: [{ what: 'Marked Title' }],
    });
    expect(await said(id)).not.toMatch(/Narrative|resident-1|居民一|4701/);
    ok(await anna.post(`/v1/disputes/${id}/consents`, { ...consent, given: false }), 201);
    expect(await said(id)).not.toMatch(secret);

    const agreed = await reported({ applicantConsentsToDisclosure: true });
    expect(ok(await bert.get(`/v1/disputes/${agreed.id}`))).toMatchObject({ disclosed: [{ id: agreed.a }] });
    ok(
      await anna.post(`/v1/disputes/${agreed.id}/consents`, { ...consent, partyId: agreed.a, given: false }),
      201,
    );
    expect(await said(agreed.id)).not.toMatch(secret);
  });

  test('a reporter who is no party is never told of, whatever was agreed', async () => {
    const { id } = await reported(
      {
        applicantConsentsToDisclosure: true,
        parties: [
          { ref: 'a', side: 'A', kind: 'party', name: 'Marked Anna' },
          { ref: 'b', side: 'B', kind: 'party', name: 'Marked Bert', accountId: 'resident-2' },
        ],
      },
      'resident-3',
    );
    const seen = ok(await (await engine.as('resident-2')).get(`/v1/disputes/${id}`));
    expect(seen).toMatchObject({ disclosed: [], items: [{ what: null }] });
    expect(JSON.stringify(seen)).not.toMatch(/Anna|resident-3|居民三/);
  });
});

describe('consents', () => {
  test('staff write down what was said on paper, a party speaks for herself, and each sees what is hers', async () => {
    const { id, a, b } = await reported();
    const path = `/v1/disputes/${id}/consents`;
    const [grid, anna, bert] = await Promise.all([
      engine.as('grid-1'),
      engine.as('resident-1'),
      engine.as('resident-2'),
    ]);
    const key = newKey();
    const paper = { partyId: b, subject: 'health', given: true, how: 'paper', at: Date.now() - DAY };
    const first = ok(await grid.post<{ id: string }>(path, paper, { key }), 201);
    expect(ok(await grid.post<{ id: string }>(path, paper, { key }), 201)).toEqual(first);
    ok(
      await anna.post(path, {
        partyId: a,
        subject: 'finance',
        given: true,
        how: 'app',
        expiresAt: Date.now() - 1,
      }),
      201,
    );
    refused(await anna.post(path, { ...paper, how: 'app' }), 422, 'unknown_party');
    refused(await anna.post(path, { ...paper, partyId: a }), 422, 'invalid_field');
    refused(await grid.post(path, { ...paper, how: 'app' }), 422, 'invalid_field');
    refused(await grid.post(path, { ...paper, at: Date.now() + DAY }), 422, 'invalid_field');
    type Listed = {
      items: { partyId: string; subject: string; stands: boolean }[];
      nextCursor: string | null;
    };
    const all = ok(await grid.get<Listed>(path));
    expect(all.items.map(({ partyId, subject, stands }) => [partyId, subject, stands])).toEqual([
      [a, 'finance', false],
      [b, 'health', true],
    ]);
    const page = ok(await grid.get<Listed>(`${path}?limit=1`));
    expect(ok(await grid.get<Listed>(`${path}?limit=1&cursor=${page.nextCursor}`)).items).toMatchObject([
      { partyId: b },
    ]);
    expect(ok(await bert.get<Listed>(path)).items).toMatchObject([{ partyId: b, recordedBy: null }]);
    refused(await (await engine.as('resident-3')).get(path), 404, 'not_found');
    await expect(engine.resources.pool.query('DELETE FROM consents')).rejects.toThrow('append-only');
  });

  test('a restricted file is closed to everybody but its sender until the consent stands', async () => {
    const { id, a } = await reported();
    const [grid, anna] = await Promise.all([engine.as('grid-1'), engine.as('resident-1')]);
    const file = ok(await send(engine.address, anna, id, pdf('a diagnosis')), 201);
    const one = `/v1/disputes/${id}/attachments/${file.id}`;
    ok(await grid.get(one));
    ok(await anna.put(`${one}/restriction`, { partyId: a, subject: 'health' }), 204);
    refused(await grid.get(one), 404, 'not_found');
    expect(ok(await grid.get<{ items: object[] }>(`/v1/disputes/${id}/attachments`)).items).toEqual([]);
    ok(await anna.get(one));
    const consent = { partyId: a, subject: 'health', given: true, how: 'app' };
    ok(await anna.post(`/v1/disputes/${id}/consents`, consent), 201);
    ok(await grid.get(one));
    ok(await anna.post(`/v1/disputes/${id}/consents`, { ...consent, given: false }), 201);
    refused(await grid.get(one), 404, 'not_found');
    ok(await anna.put(`${one}/restriction`, { partyId: a, subject: null }), 204);
    ok(await grid.get(one));
  });
});

describe('inspecting', () => {
  const body = (change: object = {}) => ({
    ...{
      inspectorId: 'inspector-1',
      region: DISTRICT,
      openedFrom: Date.now() - DAY,
      openedTo: Date.now() + DAY,
    },
    ...{ until: Date.now() + DAY, count: 50, ...change },
  });

  test('a sample drawn by somebody else opens masked dossiers, each look is logged, and nothing else is open', async () => {
    const inspector = await engine.as('inspector-1');
    const { id, a } = await reported();
    ok(
      await (
        await engine.as('grid-1')
      )
        .act(id, 'record-contact', {
          ...{ partyId: a, channel: 'phone', result: 'reached', note: 'marked anna gave 13800004701' },
        })
        .then((answer) => answer),
      200,
    );
    refused(await inspector.get(`/v1/disputes/${id}`), 404, 'not_found');
    const district = await engine.as('district-1');
    const key = newKey();
    const drawn = ok(
      await district.post<{ id: string; disputeIds: string[] }>('/v1/inspections', body(), { key }),
      201,
    );
    expect(drawn.disputeIds).toContain(id);
    const seen = ok(await inspector.get(`/v1/inspections/${drawn.id}/disputes/${id}`));
    expect(seen).toMatchObject({
      ...{
        id,
        stage: 'discovery',
        level: 'grid',
        clocks: expect.arrayContaining([expect.anything()]) as object[],
      },
      parties: expect.arrayContaining([expect.objectContaining({ id: a, side: 'A' })]) as object[],
    });
    const text = JSON.stringify(seen);
    expect(text).not.toMatch(/anna|bert|resident-|居民|1380000|138 0000|62220202/i);
    expect(text).toContain('Marked Narrative of 〔某人〕, call ＊＊＊＊＊');
    expect(await auditOf(id, 'read')).toContainEqual({
      ...{ actor_id: 'inspector-1', fields: ['masked-dossier'], detail: { inspectionId: drawn.id } },
    });
    expect(
      ok(await inspector.get<{ items: { id: string }[] }>('/v1/inspections')).items.map((one) => one.id),
    ).toEqual([drawn.id]);

    const outside = await reported();
    refused(await inspector.get(`/v1/inspections/${drawn.id}/disputes/${outside.id}`), 404, 'not_found');
    for (const login of ['district-1', 'grid-1', 'evaluator-1', 'resident-1'])
      refused(
        await (await engine.as(login)).get(`/v1/inspections/${drawn.id}/disputes/${id}`),
        403,
        'not_permitted',
      );
    const another = await engine.as('inspector-2');
    refused(await another.get(`/v1/inspections/${drawn.id}/disputes/${id}`), 404, 'not_found');
    expect(ok(await another.get<{ items: object[] }>('/v1/inspections')).items).toEqual([]);
    await engine.resources.pool.query('UPDATE inspections SET until_ms = 1');
    refused(await inspector.get(`/v1/inspections/${drawn.id}/disputes/${id}`), 404, 'not_found');
    expect(ok(await inspector.get<{ items: object[] }>('/v1/inspections')).items).toEqual([]);
  });

  test('who may not draw, and what cannot be drawn', async () => {
    const district = await engine.as('district-1');
    for (const login of ['inspector-1', 'grid-1', 'admin-1', 'resident-1'])
      refused(await (await engine.as(login)).post('/v1/inspections', body()), 403, 'not_permitted');
    refused(await (await engine.as('leader-1')).post('/v1/inspections', body()), 403, 'not_permitted');
    refused(await district.post('/v1/inspections', body({ inspectorId: 'grid-1' })), 422, 'unknown_person');
    refused(
      await district.post('/v1/inspections', body({ openedTo: Date.now() - 2 * DAY })),
      422,
      'invalid_field',
    );
    refused(await district.post('/v1/inspections', body({ until: Date.now() - 1 })), 422, 'invalid_field');
    refused(await district.post('/v1/inspections', body({ count: 51 })), 400, 'invalid_body');
  });
});

const settle = async (id: string, partyIds: string[]): Promise<void> => {
  const note = 'Marked Bert mends it.';
  const grid = await engine.as('grid-1');
  ok(await grid.act(id, 'settle-on-spot', { note, partiesAgreed: partyIds, reporterTold: true }));
};
interface Data {
  parties: { name: string; phone: string; idNumber: string }[];
  statements: { text: string | null }[];
  disclosures: { by: string; fields: string[] }[];
  elsewhere: number;
}

describe('what is held about a person', () => {
  test('she gets what is hers and nothing of anybody else, and who was shown it', async () => {
    const { id, a, b } = await reported();
    const [grid, bert] = await Promise.all([engine.as('grid-1'), engine.as('resident-2')]);
    ok(
      await grid.post(`/v1/disputes/${id}/reveal`, {
        fields: [`party:${b}.phone`, `party:${a}.phone`],
        reason: 'x',
      }),
    );
    ok(await bert.post(`/v1/disputes/${id}/statements`, { text: 'Bert says' }), 201);
    const data = ok(await bert.get<Data>('/v1/me/data'));
    expect(data.parties).toContainEqual(
      expect.objectContaining({ name: 'Marked Bert', phone: '13800004702', idNumber: '110105194912310038' }),
    );
    expect(data.statements).toContainEqual(expect.objectContaining({ text: 'Bert says' }));
    expect(data.disclosures).toContainEqual(
      expect.objectContaining({ by: 'grid-1', fields: [`party:${b}.phone`] }),
    );
    expect(JSON.stringify(data)).not.toMatch(/Anna|13800004701|Narrative|Marked Title|002X|resident-1/);
    expect(JSON.stringify(data)).not.toContain(a);
  });

  test('staff at work and an administrator of the region get it by case, ID number or phone and name; others find nobody', async () => {
    const { id, b } = await reported();
    await (await engine.as('resident-2')).post(`/v1/disputes/${id}/statements`, { text: 'Bert wrote' });
    const ask = async (login: string, body: object) =>
      (await engine.as(login)).post<Data>('/v1/persons/data', body);
    const worked = ok(await ask('grid-1', { caseId: id, speaksFor: b }));
    expect(worked.statements.map(({ text }) => text)).toContain('Bert wrote');
    expect(JSON.stringify(worked)).not.toMatch(/Anna|13800004701/);
    expect(worked).toMatchObject({ account: null, sessions: [] });
    const account = ok(await ask('admin-1', { caseId: id, speaksFor: b }));
    expect(account).toMatchObject({ account: { login: 'resident-2' } });
    // Anybody can write a number into a report: it leads to parties, and to nobody's account.
    const administered = ok(await ask('admin-1', { idNumber: '110105194912310038' }));
    expect(administered.parties).toContainEqual(expect.objectContaining({ partyId: b }));
    expect(administered).toMatchObject({ account: null, sessions: [] });
    expect(administered.statements.every(({ text }) => text === null)).toBe(true);
    ok(await ask('admin-1', { phone: '+86 138 0000 4702', name: 'Marked Bert' }));
    expect(await auditOf(id, 'export')).toContainEqual(
      expect.objectContaining({ actor_id: 'admin-1', fields: [`party:${b}.data`] }),
    );
    for (const login of ['admin-9', 'grid-2', 'counter-1', 'inspector-1'])
      refused(await ask(login, { caseId: id, speaksFor: b }), 404, 'not_found');
    refused(await ask('resident-1', { caseId: id, speaksFor: b }), 403, 'not_permitted');
    refused(await ask('admin-1', { phone: '13800004702', name: 'Somebody' }), 404, 'not_found');
    refused(await ask('admin-1', { phone: '13800004702' }), 422, 'invalid_field');
    refused(
      await ask('admin-1', { caseId: id, speaksFor: b, idNumber: '110105194912310038' }),
      422,
      'invalid_field',
    );
  });
});

describe('erasing', () => {
  const ask = async (login: string, body: object) =>
    (await engine.as(login)).post<{ id: string; mentions: string[] }>('/v1/erasures', {
      reason: 'asked',
      ...body,
    });
  const carryOut = async (login: string, id: string) =>
    (await engine.as(login)).post<{ counts: Record<string, number>; carriedOutBy: string }>(
      `/v1/erasures/${id}/carry-out`,
      {},
    );

  test('a reporter with a code is gone from every table, and the case stays', async () => {
    const marks = [
      'Zorina',
      '13899990001',
      'Querulous',
      'Wandweg',
      'Plauderei',
      'Anlagename',
      '6222020299990001',
    ];
    const report = {
      ...{ kind: 'dispute', region: GRID, category: 'D02', title: 'Zorina of Wandweg' },
      narrative: 'Querulous noise at Wandweg 7, card 6222020299990001.',
      reporter: { name: 'Zorina', phone: '13899990001', concerned: true },
      otherSide: [{ name: 'Other Side' }],
    };
    const visit = async <T>(path: string, body: object): Promise<T> => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': newKey() };
      return ok(
        await answerOf<T>(
          await fetch(engine.address + path, { method: 'POST', headers, body: JSON.stringify(body) }),
        ),
        201,
      );
    };
    const { tracking } = await visit<{ tracking: { code: string; pin: string } }>(
      '/v1/public/reports',
      report,
    );
    const { token, caseId } = await visit<{ token: string; caseId: string }>('/v1/track/sessions', {
      ...{ ...tracking, pinUntil: undefined, newPin: '280417' },
    });
    const zorina = new ApiSession(engine.address, 'nobody', token);
    ok(await zorina.post(`/v1/disputes/${caseId}/statements`, { text: 'Plauderei by Zorina' }), 201);
    const file = ok(
      await send(engine.address, zorina, caseId, pdf('Wandweg'), { name: 'Anlagename.pdf' }),
      201,
    );
    expect(ok(await zorina.get<Data>('/v1/me/data'))).toMatchObject({
      ...{
        parties: [{ name: 'Zorina', phone: '13899990001' }],
        statements: [{ text: 'Plauderei by Zorina' }],
      },
    });
    const grid = await engine.as('grid-1');
    const found = ok(await grid.get<{ parties: { id: string }[] }>(`/v1/disputes/${caseId}`));
    ok(
      await grid.post(`/v1/disputes/${caseId}/reveal`, {
        fields: ['reporter.phone'],
        reason: 'Zorina asked',
      }),
    );
    ok(await grid.post('/v1/saved-filters', { name: 'x', filter: { q: 'Zorina' } }), 201);

    refused(await ask('grid-1', { caseId, speaksFor: 'reporter' }), 409, 'legal_hold');
    await settle(
      caseId,
      found.parties.map(({ id }) => id),
    );
    refused(await ask('admin-9', { caseId, speaksFor: 'reporter' }), 404, 'not_found');
    const first = ok(await ask('grid-1', { caseId, speaksFor: 'reporter' }), 201);
    const again = ok(await ask('admin-1', { caseId, speaksFor: 'reporter', textIds: first.mentions }), 201);
    expect(again.mentions).toEqual([]);
    refused(await carryOut('admin-1', again.id), 409, 'not_oneself');
    refused(await carryOut('admin-9', again.id), 404, 'not_found');
    refused(await carryOut('grid-1', again.id), 403, 'not_permitted');
    const { pool, config } = engine.resources;
    expect(await placesWith(pool, marks)).not.toEqual([]);
    expect(ok(await carryOut('admin-2', again.id))).toMatchObject({
      ...{ carriedOutBy: 'admin-2', counts: { parties: 1, followers: 1, attachments: 1 } },
    });
    // The narrative names her by a number alone: what nobody named stays, and can be named.
    const left = await placesWith(pool, marks);
    const narrative = await pool.query<{ id: string }>(
      `SELECT state->>'narrative' AS id FROM cases WHERE id = $1`,
      [caseId],
    );
    expect(left.every((place) => place.startsWith('texts.body') || place.startsWith('dispute_search'))).toBe(
      true,
    );
    const rest = ok(
      await ask('grid-1', { caseId, speaksFor: 'reporter', textIds: [narrative.rows[0]!.id] }),
      201,
    );
    ok(await carryOut('admin-2', rest.id));
    expect(await placesWith(pool, marks)).toEqual([]);
    ok(await carryOut('admin-2', rest.id));

    expect((await zorina.get('/v1/me/data')).status).toBe(401);
    expect(ok(await grid.get(`/v1/disputes/${caseId}`))).toMatchObject({
      title: '[erased]',
      narrative: '[erased]',
    });
    const key = `${file.id.slice(4, 6)}/${file.id.slice(6, 8)}/${file.id}`;
    await expect(
      import('node:fs/promises').then(({ stat }) => stat(`${config.storageDir}/objects/${key}`)),
    ).rejects.toThrow();
    const history = await pool.query(`SELECT FROM events WHERE case_id = $1`, [caseId]);
    expect(history.rowCount).toBeGreaterThan(2);
  });

  test('a case elsewhere that is open holds it up; then the account is closed and its name gone', async () => {
    const person = (n: string) => [
      {
        ref: 'a',
        side: 'A',
        kind: 'party',
        name: 'Closedina',
        phone: '13899990002',
        idNumber: 'ID99990002',
        accountId: 'resident-4',
      },
      { ref: 'b', side: 'B', kind: 'party', name: `Other ${n}` },
    ];
    const first = await reported({ parties: person('1') }, 'resident-4');
    const second = await reported({ parties: person('2') }, 'resident-4');
    await settle(first.id, [first.a, first.b]);
    const held = await ask('grid-1', { caseId: first.id, speaksFor: first.a });
    refused(held, 409, 'legal_hold');
    expect(held.body).toMatchObject({ faults: [{ field: second.id, message: 'is open' }] });
    expect(JSON.stringify(held.body)).not.toMatch(/Closedina|resident/);
    await settle(second.id, [second.a, second.b]);
    // Her ID number leads to a case that she did not report herself.
    const third = await reported(
      { channel: 'grid', parties: [{ ...person('3')[0], accountId: undefined }, person('3')[1]] },
      'grid-1',
    );
    refused(await ask('grid-1', { caseId: first.id, speaksFor: first.a }), 409, 'legal_hold');
    await settle(third.id, [third.a, third.b]);
    const resident = await engine.as('resident-4');
    ok(await resident.get('/v1/me/data'));
    const { id } = ok(await ask('grid-1', { caseId: first.id, speaksFor: first.a }), 201);
    expect(ok(await carryOut('admin-2', id))).toMatchObject({ counts: { parties: 3, accounts: 1 } });
    expect(
      await placesWith(engine.resources.pool, ['Closedina', '13899990002', 'ID99990002', '居民四']),
    ).toEqual([]);
    // What a process knows of a session may be five seconds old.
    await eventually(
      'her session opens nothing',
      async () => (await resident.get('/v1/me/data')).status === 401,
    );
    const others = await engine.resources.pool.query(`SELECT FROM parties WHERE name LIKE 'Other _'`);
    expect(others.rowCount).toBe(3);
  });
});

describe('somebody else’s number and a chosen name', () => {
  const carryOut = async (login: string, id: string) =>
    (await engine.as(login)).post<object>(`/v1/erasures/${id}/carry-out`, {});
  type Listed = { items: { id: string; reach: object | null }[] };
  const reachOf = async (id: string): Promise<object | null | undefined> =>
    ok(await (await engine.as('admin-2')).get<Listed>('/v1/erasures?limit=100')).items.find(
      (one) => one.id === id,
    )?.reach;

  test('erase nobody else: no account, no filter and no closed letter that only has a word like it', async () => {
    const { pool } = engine.resources;
    const victim = [
      {
        ...{ ref: 'a', side: 'A', kind: 'party', name: 'Victima', phone: '13899990009' },
        ...{ idNumber: 'ID99990009', accountId: 'resident-8' },
      },
      { ref: 'b', side: 'B', kind: 'party', name: 'Other Nine' },
    ];
    const hers = await reported({ parties: victim }, 'resident-8');
    const unproven = [{ ...victim[0], accountId: undefined, name: 'Written Down' }, victim[1]];
    const without = await reported({ parties: unproven, channel: 'grid' }, 'grid-1');
    // Called like a key of a filter and of a letter, with the numbers of the victim.
    const attacker = [{ ...victim[0], name: 'stage', accountId: 'resident-9' }, victim[1]];
    const own = await reported({ parties: attacker }, 'resident-9');
    for (const one of [hers, without, own]) await settle(one.id, [one.a, one.b]);

    const grid = await engine.as('grid-1');
    const kept = async (name: string, filter: object): Promise<string> =>
      ok(await grid.post<{ id: string }>('/v1/saved-filters', { name, filter }), 201).id;
    const filters = {
      byKey: await kept('k', { stage: ['discovery'], q: 'water' }),
      byPart: await kept('p', { q: 'backstage noise' }),
      byWord: await kept('w', { q: 'noise on Stage' }),
    };
    const letter = async (payload: string): Promise<number> => {
      const { rows } = await pool.query<{ id: number }>(
        `INSERT INTO dead_letters (group_name, topic, partition, record_offset, key, payload, error_code, error_message, status)
         VALUES ('g', 't', 0, '0', 'k', $1, 'c', 'm', 'discarded') RETURNING id`,
        [payload],
      );
      return rows[0]!.id;
    };
    const letters = {
      byKey: await letter('{"stage": "triage"}'),
      byPart: await letter('{"title":"backstage stages"}'),
      byWord: await letter(String.raw`{"narrative":"told by\nstage, at night"}`),
      byPhone: await letter('{"phone":"13899990009"}'),
    };

    const ask = { caseId: own.id, speaksFor: own.a, reason: 'asked' };
    const { id } = ok(await grid.post<{ id: string }>('/v1/erasures', ask), 201);
    // What staff wrote down without an account is hers by its number; what somebody else's account proves is not.
    expect(await reachOf(id)).toEqual({ cases: 2, parties: 2, accounts: 1 });
    expect(ok(await carryOut('admin-2', id))).toMatchObject({
      counts: { parties: 2, accounts: 1, filters: 1, letters: 2 },
    });
    expect(await reachOf(id)).toBeNull();

    const people = await pool.query('SELECT name, account_id FROM parties WHERE id = ANY($1)', [
      [hers.a, without.a, own.a],
    ]);
    expect(people.rows).toContainEqual({ name: 'Victima', account_id: 'resident-8' });
    expect(people.rows.filter(({ name }: { name: string }) => name === '[erased]')).toHaveLength(2);
    const accounts = await pool.query('SELECT id, active FROM accounts WHERE id = ANY($1) ORDER BY id', [
      ['resident-8', 'resident-9'],
    ]);
    expect(accounts.rows).toEqual([
      { id: 'resident-8', active: true },
      { id: 'resident-9', active: false },
    ]);
    const left = await pool.query<{ id: string }>('SELECT id FROM saved_filters WHERE id = ANY($1)', [
      Object.values(filters),
    ]);
    expect(left.rows.map((row) => row.id).sort()).toEqual([filters.byKey, filters.byPart].sort());
    const whole = await pool.query<{ id: number }>(
      `SELECT id FROM dead_letters WHERE id = ANY($1) AND payload <> '[erased]' ORDER BY id`,
      [Object.values(letters)],
    );
    expect(whole.rows.map((row) => row.id)).toEqual([letters.byKey, letters.byPart]);
  });

  test('a number that staff wrote down leads to no account that has it', async () => {
    const person = { ref: 'a', side: 'A', kind: 'party', name: 'Bridgetta', idNumber: 'ID99990010' };
    const other = { ref: 'b', side: 'B', kind: 'party', name: 'Other Ten' };
    const proven = await reported({ parties: [{ ...person, accountId: 'resident-8' }, other] }, 'resident-8');
    const written = await reported({ parties: [person, other], channel: 'grid' }, 'grid-1');
    for (const one of [proven, written]) await settle(one.id, [one.a, one.b]);
    const ask = { caseId: written.id, speaksFor: written.a, reason: 'asked' };
    const { id } = ok(await (await engine.as('grid-1')).post<{ id: string }>('/v1/erasures', ask), 201);
    expect(await reachOf(id)).toEqual({ cases: 1, parties: 1, accounts: 0 });
    expect(ok(await carryOut('admin-2', id))).toMatchObject({ counts: { parties: 1, accounts: 0 } });
    ok(await (await engine.as('resident-8')).get(`/v1/disputes/${proven.id}`));
  });
});

describe('retention', () => {
  test('a final case loses words, people and files when their time is over, an open one nothing, and the log stays', async () => {
    const { pool } = engine.resources;
    const over = await reported({ title: 'Overtitle', narrative: 'Overstory' }, 'resident-3');
    await reported({ title: 'Opentitle', narrative: 'Openstory' }, 'resident-3');
    await (await engine.as('resident-3')).post(`/v1/disputes/${over.id}/statements`, { text: 'Oversaid' });
    await pool.query(`UPDATE cases SET final = true WHERE id = $1`, [over.id]);
    await pool.query(
      `INSERT INTO inbox (group_name, event_id, processed_at) VALUES ('g', 'old', now() - interval '31 days')`,
    );
    const events = async (): Promise<object[]> => {
      const sql = 'SELECT data FROM events WHERE case_id = $1 ORDER BY version';
      return (await pool.query<object>(sql, [over.id])).rows;
    };
    const before = await events();
    expect(await retain(engine.resources)).toMatchObject({ textsAndParties: 0, statements: 0, inbox: 1 });
    expect(await placesWith(pool, ['Overstory'])).toContain('texts.body: Overstory');

    const later = Date.now() + 3651 * DAY;
    const dry = await retain(engine.resources, { now: later, dryRun: true });
    expect(dry).toMatchObject({
      textsAndParties: 1,
      statements: 1,
      attachments: 1,
      tracking: 1,
      commandBodies: 1,
    });
    expect(await placesWith(pool, ['Oversaid'])).toContain('texts.body: Oversaid');
    expect(await retain(engine.resources, { now: later })).toMatchObject({
      textsAndParties: 1,
      statements: 1,
    });
    expect(await placesWith(pool, ['Overtitle', 'Overstory', 'Oversaid'])).toEqual([]);
    expect(await placesWith(pool, ['Openstory'])).toContain('texts.body: Openstory');
    expect(await retain(engine.resources, { now: later })).toMatchObject({
      textsAndParties: 0,
      statements: 0,
    });
    expect(
      (await pool.query('SELECT name, phone FROM parties WHERE dispute_id = $1', [over.id])).rows,
    ).toContainEqual({ name: '[erased]', phone: null });
    expect(await events()).toEqual(before);
    const { rows } = await pool.query(
      `SELECT detail FROM audit_log WHERE fields = '{retention}' ORDER BY id DESC LIMIT 1`,
    );
    expect(rows[0]).toMatchObject({ detail: { textsAndParties: 1 } });
  });
  test('npm run retention -- --dry-run says what would go, and removes nothing', async () => {
    const { pool } = engine.resources;
    await pool.query(
      `INSERT INTO inbox (group_name, event_id, processed_at) VALUES ('g', 'older', now() - interval '40 days')`,
    );
    const run = async (...options: string[]): Promise<string> => {
      const env = { ...process.env, ...engine.env, LOG_LEVEL: 'error' };
      return (await promisify(execFile)(process.execPath, ['bin/retention.ts', ...options], { env })).stdout;
    };
    expect(await run('--dry-run')).toContain('inbox: 1 would go');
    expect(await run()).toContain('inbox: 1 removed');
    expect(await run('--dry-run')).toContain('inbox: 0 would go');
  });
});
