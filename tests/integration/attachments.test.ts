import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiAnswer, ApiSession } from '../../bin/wiring/api-client.ts';
import { UPLOADS_MAX } from '../../api/routes/attachments/send.ts';
import { keyOf } from '../../infra/storage/keys.ts';
import {
  FILE_MAX_BYTES,
  FILE_NAME_MAX,
  FILES_MAX,
  MEDIA_TYPES,
  PERSON_FILES_MAX,
  type AttachmentAnswer,
} from '../../schemas/api/attachments.ts';
import { eventually, newKey, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';
import { bomb, heic, pdf, picture, placeIn, wav } from '../support/files.ts';
import { begin, contentsOf, send as sendTo, type SendOptions } from '../support/uploads.ts';

let engine: TestEngine;
/** Reported by a resident who is no party; resident-1 and resident-2 are its sides. */
let id: string;
let reporter: ApiSession;
let first: ApiSession;
let second: ApiSession;
let community: ApiSession;
let grid: ApiSession;

beforeAll(async () => {
  engine = await startEngine({ kafka: false });
  [reporter, first, second, community, grid] = (await Promise.all(
    ['resident-3', 'resident-1', 'resident-2', 'community-1', 'grid-1'].map((login) => engine.as(login)),
  )) as [ApiSession, ApiSession, ApiSession, ApiSession, ApiSession];
  id = await report();
}, START_MS);
afterAll(() => engine.stop());

async function report(change: object = {}): Promise<string> {
  const { status, body } = await reporter.post<{ id: string }>(
    '/v1/reports',
    quarrel({ channel: 'resident', ...change }),
  );
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
}

const send = <T = AttachmentAnswer>(
  who: ApiSession,
  bytes: Buffer,
  options: SendOptions = {},
  disputeId = id,
): Promise<ApiAnswer<T>> => sendTo<T>(engine.address, who, disputeId, bytes, options);

async function sent(who: ApiSession, options: SendOptions = {}, disputeId = id): Promise<AttachmentAnswer> {
  const { status, body } = await send(who, pdf(newKey()), options, disputeId);
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

const at = (disputeId: string, ...rest: string[]): string =>
  ['/v1/disputes', disputeId, 'attachments', ...rest].join('/');

const download = (
  who: ApiSession,
  attachmentId: string,
  { part = 'content', headers = {}, disputeId = id } = {},
): Promise<Response> =>
  fetch(engine.address + at(disputeId, attachmentId, part), { headers: { ...who.headers(), ...headers } });

const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** With a body, which the client of the demo does not send. */
async function remove(who: ApiSession, attachmentId: string, body?: object, disputeId = id): Promise<number> {
  const response = await fetch(engine.address + at(disputeId, attachmentId), {
    method: 'DELETE',
    headers: { ...who.headers(), ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  await response.text();
  return response.status;
}

const query = async <T>(text: string, values: unknown[] = []): Promise<T[]> =>
  (await engine.resources.pool.query(text, values)).rows as T[];

const contents = () => contentsOf(engine.config.storageDir);

/** All that an upload could have left behind. */
async function traces(): Promise<object> {
  const [row] = await query<object>('SELECT count(*) AS rows FROM attachments');
  return { ...row, ...contents() };
}

const listed = async (who: ApiSession, disputeId = id): Promise<string[]> => {
  const { body } = await who.get<{ items: AttachmentAnswer[] }>(at(disputeId));
  return body.items.map((one) => one.id);
};

/** Writes a part of a dispute's state, as an act of somebody would have. */
async function setState(disputeId: string, state: object): Promise<void> {
  await query(`UPDATE cases SET state = state || $2::jsonb WHERE kind = 'dispute' AND id = $1`, [
    disputeId,
    JSON.stringify(state),
  ]);
}

/** Does what a trigger forbids everybody else. */
async function forge(text: string, values: unknown[]): Promise<void> {
  const client = await engine.resources.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL session_replication_role = 'replica'`);
    await client.query(text, values);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

describe('a photo', () => {
  test('comes back as a picture without its place, with a checksum, a thumbnail and headers that keep it a file', async () => {
    const original = await picture({ orientation: 6 });
    expect(await placeIn(original)).toBe('exif+xmp');
    const { status, body } = await send(first, original, { name: '漏水/../leak.png', type: 'text/html' });
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body).toMatchObject({
      ...{ disputeId: id, name: 'leak.png.jpg', mediaType: 'image/jpeg', kind: 'evidence', own: true },
      ...{ width: 480, height: 640, hasThumbnail: true, locationKept: false, audience: 'staff', side: null },
      ...{ uploadedBy: 'resident-1', sourceSha256: sha256(original) },
    });
    const answer = await download(first, body.id);
    const bytes = await bytesOf(answer);
    expect(await placeIn(bytes)).toBeNull();
    expect([bytes.length, sha256(bytes)]).toEqual([body.bytes, body.sha256]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(body.bytes),
      'content-disposition': `attachment; filename="leak.png.jpg"; filename*=UTF-8''leak.png.jpg`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'accept-ranges': 'bytes',
      etag: `"${body.sha256}"`,
      'repr-digest': `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`,
    });
    const small = await download(first, body.id, { part: 'thumbnail' });
    expect(small.headers.get('content-type')).toBe('image/webp');
    expect(small.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect((await bytesOf(small)).toString('latin1', 8, 12)).toBe('WEBP');
    expect((await first.get(at(id, body.id))).body).toEqual(body);
    // The bytes lie under their id: nothing a client called them is part of a path.
    expect(contents().stored).toEqual(expect.arrayContaining([keyOf(body.id), keyOf(body.id, 'thumbnail')]));
    expect(contents().incoming).toEqual([]);
  });

  test('keeps its place only when that is asked for, and the row says so', async () => {
    const original = await picture();
    const { body } = await send(grid, original, { query: { keepLocation: 'true' } });
    expect(body).toMatchObject({
      locationKept: true,
      sha256: sha256(original),
      sourceSha256: sha256(original),
    });
    expect((await bytesOf(await download(grid, body.id))).equals(original)).toBe(true);
  });

  test('of an iPhone loses its place too, and has no thumbnail', async () => {
    const { bytes, exif } = await heic();
    const { body } = await send(first, bytes, { name: 'IMG_0001.HEIC' });
    expect(body).toMatchObject({ name: 'IMG_0001.HEIC', mediaType: 'image/heic', hasThumbnail: false });
    expect((await bytesOf(await download(first, body.id))).includes(exif)).toBe(false);
    expect((await download(first, body.id, { part: 'thumbnail' })).status).toBe(404);
  });
});

test('a recording and a PDF come back as they were sent', async () => {
  for (const [bytes, mediaType, name] of [
    [wav(2), 'audio/wav', 'call.wav'],
    [pdf('合同'.length.toString()), 'application/pdf', 'agreement.pdf'],
  ] as const) {
    const { body } = await send(first, bytes, { name, chunked: true });
    expect(body).toMatchObject({ mediaType, name, hasThumbnail: false, sha256: sha256(bytes) });
    expect((await bytesOf(await download(first, body.id))).equals(bytes)).toBe(true);
  }
});

describe('a part of a file', () => {
  test('is given for a range, and the whole when the file is another one', async () => {
    const bytes = pdf('Range', 100_000);
    const { body } = await send(first, bytes);
    const part = async (headers: Record<string, string>) => {
      const answer = await download(first, body.id, { headers });
      return [answer.status, answer.headers.get('content-range'), (await bytesOf(answer)).length];
    };
    expect(await part({ range: 'bytes=0-99' })).toEqual([206, 'bytes 0-99/100000', 100]);
    expect(await part({ range: 'bytes=99990-' })).toEqual([206, 'bytes 99990-99999/100000', 10]);
    expect(await part({ range: 'bytes=-5' })).toEqual([206, 'bytes 99995-99999/100000', 5]);
    expect(await part({ range: 'bytes=0-99', 'if-range': '"another"' })).toEqual([200, null, 100_000]);
    expect(await part({ range: 'bytes=0-99', 'if-range': `"${body.sha256}"` })).toEqual([
      ...[206, 'bytes 0-99/100000', 100],
    ]);
    expect((await part({ 'if-none-match': `"${body.sha256}"` }))[0]).toBe(304);
    const beyond = await download(first, body.id, { headers: { range: 'bytes=100000-' } });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */100000']);
    expect(await beyond.json()).toMatchObject({ code: 'range_not_satisfiable', expected: 'bytes=0-99999' });
    const middle = await bytesOf(await download(first, body.id, { headers: { range: 'bytes=50-149' } }));
    expect(middle.equals(bytes.subarray(50, 150))).toBe(true);
  });
});

describe('an upload that is sent again', () => {
  test('with the same key is the same one, also five times at once', async () => {
    const bytes = await picture();
    const key = newKey();
    const before = contents().stored.length;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => send(first, bytes, { key, name: 'a.jpg' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const again = await send(first, bytes, { key, name: 'a.jpg' });
    expect(again).toMatchObject({ status: 200, body: answers[0]!.body });
    // The picture and its thumbnail once; those that came too late took theirs away again.
    await eventually('what came too late is gone', () => contents().stored.length === before + 2);
  });

  test('with the same key and another content, name or audience is refused, and leaves nothing', async () => {
    const key = newKey();
    const bytes = pdf('One');
    await send(grid, bytes, { key, name: 'a.pdf' });
    const before = await traces();
    for (const change of [
      () => send(grid, pdf('Two'), { key, name: 'a.pdf' }),
      () => send(grid, bytes, { key, name: 'b.pdf' }),
      () => send(grid, bytes, { key, name: 'a.pdf', query: { audience: 'all' } }),
    ])
      expect(await change()).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await traces()).toEqual(before);
    // The same key of another person, or on another dispute, is another upload.
    expect((await send(community, bytes, { key, name: 'a.pdf' })).status).toBe(201);
    expect((await send(grid, bytes, { key, name: 'a.pdf' }, await report())).status).toBe(201);
  });
});

describe('what is not taken in', () => {
  async function refused(
    answer: Promise<ApiAnswer<{ code: string; expected?: string }>>,
    status: number,
    code: string,
  ): Promise<{ code: string; expected?: string }> {
    const { body, ...rest } = await answer;
    expect({ status: rest.status, code: body.code }, JSON.stringify(body)).toEqual({ status, code });
    return body;
  }
  type Problem = { code: string; expected?: string };

  test('one byte over 20 MB, whether its length was known before or not; 20 MB exactly are taken', async () => {
    const whole = pdf('Large', FILE_MAX_BYTES);
    expect(whole.length).toBe(FILE_MAX_BYTES);
    expect((await send(first, whole)).status).toBe(201);
    const before = await traces();
    const over = Buffer.concat([whole, Buffer.from('x')]);
    for (const chunked of [false, true]) {
      const { expected } = await refused(send<Problem>(first, over, { chunked }), 413, 'payload_too_large');
      expect(expected).toBe('at most 20 MB');
    }
    expect(await traces()).toEqual(before);
    // The same connection, or another one, goes on.
    expect((await first.get(at(id))).status).toBe(200);
  });

  test('what is of no type of the list, whatever the client calls it', async () => {
    const before = await traces();
    const page = Buffer.from('<!doctype html><script>alert(1)</script>');
    for (const type of ['image/jpeg', 'application/pdf', 'text/html']) {
      const { expected } = await refused(
        send<Problem>(first, page, { type, name: 'a.jpg' }),
        415,
        'unsupported_media_type',
      );
      expect(expected?.split(', ')).toEqual(Object.keys(MEDIA_TYPES));
    }
    await refused(send<Problem>(first, Buffer.alloc(0)), 400, 'invalid_body');
    const half = (await picture()).subarray(0, 900);
    await refused(send<Problem>(first, half), 422, 'unreadable_file');
    await refused(send<Problem>(first, bomb(10_000)), 413, 'payload_too_large');
    const odd = (await heic()).bytes;
    await refused(send<Problem>(first, odd.subarray(0, odd.length - 3)), 422, 'location_stays');
    expect(await traces()).toEqual(before);
  });

  test('what is asked for wrongly', async () => {
    const before = await traces();
    const bytes = pdf();
    const long = { name: 'x'.repeat(FILE_NAME_MAX + 1) };
    await refused(send<Problem>(first, bytes, long), 400, 'invalid_header');
    await refused(send<Problem>(first, bytes, { query: { colour: 'red' } }), 400, 'invalid_query');
    await refused(send<Problem>(first, bytes, { query: { kind: 'gossip' } }), 400, 'invalid_query');
    await refused(send<Problem>(first, bytes, { key: 'with blank' }), 400, 'invalid_header');
    const audience = { query: { audience: 'all' } };
    await refused(send<Problem>(first, bytes, audience), 403, 'not_permitted');
    const to = (side: string) => ({ query: { audience: 'side', side } });
    await refused(send<Problem>(grid, bytes, to('Z')), 422, 'invalid_field');
    await refused(send<Problem>(grid, bytes, { query: { audience: 'side' } }), 422, 'invalid_field');
    await refused(send<Problem>(grid, bytes, { query: { side: 'A' } }), 422, 'invalid_field');
    const shown = { query: { audience: 'all', kind: 'mediation' } };
    await refused(send<Problem>(grid, bytes, shown), 422, 'invalid_field');
    expect(await traces()).toEqual(before);
  });

  test('an upload whose sender goes away', async () => {
    const before = await traces();
    const request = begin(engine.address, first, id, pdf('Gone', 500_000), { length: 1_000_000 });
    await eventually('the upload has begun', () => contents().incoming.length > 0);
    request.destroy();
    await eventually('nothing of it is left', () => contents().incoming.length === 0);
    expect(await traces()).toEqual(before);
  });

  test('more than eight at once, of which the ninth may come again', async () => {
    const open = Array.from({ length: UPLOADS_MAX }, () =>
      begin(engine.address, first, id, pdf('Slow'), { length: 1_000_000 }),
    );
    await eventually('eight are under way', () => contents().incoming.length === UPLOADS_MAX);
    const ninth = await send<Problem>(second, pdf('Ninth'));
    expect(ninth).toMatchObject({ status: 503, retryAfter: '5', body: { code: 'overloaded' } });
    for (const request of open) request.destroy();
    await eventually('they are gone', () => contents().incoming.length === 0);
    await eventually('there is room again', async () => (await send(second, pdf('Ninth'))).status === 201);
  });
});

describe('the limits of a dispute', () => {
  const fill = (disputeId: string, person: string, count: number, bytes: number) =>
    query(
      `INSERT INTO attachments (id, upload_id, upload_hash, dispute_id, uploaded_by, uploaded_as, kind, audience, name, media_type,
        bytes, sha256, source_sha256, location_kept, uploaded_at_ms)
       SELECT 'fill-' || $2 || n || $1, 'fill-' || $2 || n || $1, '', $1, $2, 'staff', 'evidence', 'staff', 'x.pdf', 'application/pdf', $4,
        repeat('0', 64), repeat('0', 64), false, 0 FROM generate_series(1, $3::int) AS n`,
      [disputeId, person, count, bytes],
    );

  test('are a hundred files', async () => {
    const own = await report();
    await fill(own, 'somebody', FILES_MAX - 1, 1);
    await sent(grid, {}, own);
    const full = await send<{ code: string; expected: string }>(grid, pdf(), {}, own);
    expect(full).toMatchObject({
      status: 409,
      body: { code: 'limit_exceeded', expected: 'at most 100 files and 500 MB' },
    });
    // What was removed makes room.
    await query(`UPDATE attachments SET deleted_at_ms = 1 WHERE id = 'fill-somebody1' || $1`, [own]);
    expect((await send(grid, pdf(), {}, own)).status).toBe(201);
  });

  test('are 500 MB, and hold for many at once', async () => {
    const own = await report();
    const bytes = pdf('Last', 1024 * 1024);
    await fill(own, 'somebody', 1, 499 * 1024 * 1024);
    const answers = await Promise.all(Array.from({ length: 4 }, () => send(grid, bytes, {}, own)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(contents().incoming).toEqual([]);
  });

  test('cannot be used up by one party against the others', async () => {
    const own = await report();
    await fill(own, 'resident-1', PERSON_FILES_MAX, 1);
    expect(await send(first, pdf(), {}, own)).toMatchObject({
      status: 409,
      body: { code: 'limit_exceeded' },
    });
    expect((await send(second, pdf(), {}, own)).status).toBe(201);
  });
});

describe('who sees a file', () => {
  let own: string;
  const files: Record<string, string> = {};
  beforeAll(async () => {
    own = await report();
    files['of staff'] = (await sent(grid, {}, own)).id;
    files['for side A'] = (await sent(grid, { query: { audience: 'side', side: 'A' } }, own)).id;
    files['for all'] = (await sent(grid, { query: { audience: 'all' } }, own)).id;
    files['of the reporter'] = (await sent(reporter, {}, own)).id;
    files['of side A'] = (await sent(first, {}, own)).id;
    files['of side B'] = (await sent(second, {}, own)).id;
  });

  test.each([
    ['grid-1', ['of staff', 'for side A', 'for all', 'of the reporter', 'of side A', 'of side B']],
    ['community-1', ['of staff', 'for side A', 'for all', 'of the reporter', 'of side A', 'of side B']],
    ['resident-1', ['for side A', 'for all', 'of side A']],
    ['resident-2', ['for all', 'of side B']],
    ['resident-3', ['for all', 'of the reporter']],
  ])('%s: %j', async (login, names) => {
    const who = await engine.as(login);
    const ids = await listed(who, own);
    expect(Object.keys(files).filter((name) => ids.includes(files[name]!))).toEqual(names);
    for (const [name, attachmentId] of Object.entries(files)) {
      const status = names.includes(name) ? 200 : 404;
      expect([name, (await who.get(at(own, attachmentId))).status]).toEqual([name, status]);
      const answer = await download(who, attachmentId, { disputeId: own });
      expect([name, answer.status]).toEqual([name, status]);
      await answer.body?.cancel();
    }
  });

  test.each(['community-9', 'resident-4', 'admin-1', 'inspector-1', 'police-1'])(
    '%s, who does not see the dispute, sees none of them and sends none',
    async (login) => {
      const who = await engine.as(login);
      expect((await who.get(at(own))).status).toBe(404);
      expect((await who.get(at(own, files['for all']!))).status).toBe(404);
      expect((await download(who, files['for all']!, { disputeId: own })).status).toBe(404);
      expect((await send(who, pdf(), {}, own)).status).toBe(404);
      expect(await remove(who, files['for all']!, { reason: 'x' }, own)).toBe(404);
    },
  );

  test('and nobody without a session, nor through another dispute', async () => {
    const stranger = engine.stranger();
    expect((await stranger.get(at(own))).status).toBe(401);
    expect((await download(stranger, files['for all']!, { disputeId: own })).status).toBe(401);
    expect((await send(stranger, pdf(), {}, own)).status).toBe(401);
    expect((await grid.get(at(id, files['for all']!))).status).toBe(404);
  });

  test('a party is not told who sent what she is shown, nor who else sees it', async () => {
    const { body } = await second.get<AttachmentAnswer>(at(own, files['for all']!));
    expect(body).toMatchObject({
      own: false,
      uploadedBy: null,
      audience: null,
      side: null,
      sourceSha256: null,
    });
    const text = JSON.stringify((await second.get(at(own))).body);
    for (const name of ['grid-1', 'resident-1', 'resident-3']) expect(text).not.toContain(name);
  });

  test('what a reporter sent is shown to nobody else, whoever asks for it, and the database says so too', async () => {
    const path = at(own, files['of the reporter']!, 'audience');
    const answer = await community.put(path, { audience: 'all' });
    expect(answer).toMatchObject({ status: 403, body: { code: 'not_permitted', field: 'audience' } });
    const forced = query(`UPDATE attachments SET audience = 'all' WHERE id = $1`, [files['of the reporter']]);
    await expect(forced).rejects.toThrow(/attachments_protected/);
    expect(await listed(first, own)).not.toContain(files['of the reporter']);
  });

  test('staff show what a party sent to the others, and take that back', async () => {
    const path = at(own, files['of side B']!, 'audience');
    expect((await second.put(path, { audience: 'all' })).status).toBe(403);
    const shown = await community.put(path, { audience: 'side', side: 'A' });
    expect(shown).toMatchObject({ status: 200, body: { audience: 'side', side: 'A' } });
    expect(await listed(first, own)).toContain(files['of side B']);
    expect(await listed(reporter, own)).not.toContain(files['of side B']);
    expect((await community.put(path, { audience: 'staff' })).status).toBe(200);
    expect(await listed(first, own)).not.toContain(files['of side B']);
  });

  test('material of a mediation is for its mediators and directors alone, and cannot be shown', async () => {
    const of = { query: { kind: 'mediation' } };
    const [mine, theirs] = [(await sent(first, of, own)).id, (await sent(grid, of, own)).id];
    await query(
      `UPDATE cases SET members = members || '{mediator-1}', state = jsonb_set(state, '{mediation,mediatorId}', '"mediator-1"')
       WHERE kind = 'dispute' AND id = $1`,
      [own],
    );
    const mediator = await engine.as('mediator-1');
    const director = await engine.as('director-1');
    for (const who of [mediator, director])
      expect(await listed(who, own)).toEqual(expect.arrayContaining([mine, theirs]));
    expect(await listed(community, own)).not.toContain(mine);
    expect(await listed(community, own)).not.toContain(theirs);
    expect(await listed(second, own)).not.toContain(mine);
    expect(await listed(first, own)).toContain(mine);
    expect(await listed(grid, own)).toContain(theirs);
    expect(await mediator.put(at(own, theirs, 'audience'), { audience: 'all' })).toMatchObject({
      ...{ status: 422, body: { code: 'invalid_field', field: 'audience' } },
    });
    await expect(query(`UPDATE attachments SET audience = 'all' WHERE id = $1`, [mine])).rejects.toThrow(
      /attachments_protected/,
    );
  });

  test('a list is read page by page, each file once', async () => {
    interface Page {
      items: AttachmentAnswer[];
      nextCursor: string | null;
    }
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const query: string = next === '' ? '?limit=2' : `?limit=2&cursor=${next}`;
      const { body }: ApiAnswer<Page> = await grid.get<Page>(at(own) + query);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map((one) => one.id));
      next = body.nextCursor;
    }
    expect(seen).toEqual(await listed(grid, own));
    expect(new Set(seen).size).toBe(seen.length);
    expect((await grid.get(`${at(own)}?limit=101`)).status).toBe(400);
    expect((await grid.get(`${at(own)}?cursor=abc`)).body).toMatchObject({
      code: 'invalid_query',
      field: 'cursor',
    });
  });
});

describe('a dispute that is closed', () => {
  test('takes files in, for a reopening; an archived one does not, nor gives any away', async () => {
    const own = await report();
    const closure = { outcome: 'resolved', kind: 'coordinated', at: 1, by: 'community-1' };
    await setState(own, { closure });
    const { id: attachmentId } = await sent(first, {}, own);
    await setState(own, { archivedAt: Date.now() });
    const late = await send(first, pdf(), {}, own);
    expect(late).toMatchObject({ status: 409, body: { code: 'out_of_order' } });
    expect(await remove(first, attachmentId, undefined, own)).toBe(409);
    expect((await first.get(at(own, attachmentId))).status).toBe(200);
  });
});

describe('a file is removed', () => {
  test('by whoever sent it within an hour; then it is there for nobody', async () => {
    const { id: attachmentId } = await sent(first);
    expect(await remove(second, attachmentId)).toBe(404);
    expect(await remove(first, attachmentId)).toBe(204);
    expect(await remove(first, attachmentId)).toBe(404);
    expect((await community.get(at(id, attachmentId))).status).toBe(404);
    expect((await download(first, attachmentId)).status).toBe(404);
    // The bytes stay for a day, and the row for ever.
    expect(contents().stored).toContain(keyOf(attachmentId));
    const [row] = await query('SELECT deleted_by, delete_reason FROM attachments WHERE id = $1', [
      attachmentId,
    ]);
    expect(row).toEqual({ deleted_by: 'resident-1', delete_reason: null });
  });

  test('later only by the owner of the dispute, who says why', async () => {
    const own = await report();
    const { id: attachmentId } = await sent(first, {}, own);
    await forge('UPDATE attachments SET uploaded_at_ms = $2 WHERE id = $1', [
      attachmentId,
      Date.now() - 60 * 60_000 - 1_000,
    ]);
    expect(await remove(first, attachmentId, { reason: 'I thought better of it' }, own)).toBe(403);
    const [{ owner }] = (await query<{ owner: string }>('SELECT owner_id AS owner FROM cases WHERE id = $1', [
      own,
    ])) as [{ owner: string }];
    expect(owner).toBe('grid-1');
    expect(await remove(community, attachmentId, { reason: 'not mine' }, own)).toBe(403);
    expect(await remove(grid, attachmentId, undefined, own)).toBe(400);
    expect(
      await remove(grid, attachmentId, { reason: 'Shows a neighbour who has no part in this' }, own),
    ).toBe(204);
    const [row] = await query('SELECT deleted_by, delete_reason FROM attachments WHERE id = $1', [
      attachmentId,
    ]);
    expect(row).toMatchObject({
      deleted_by: 'grid-1',
      delete_reason: expect.stringContaining('neighbour') as string,
    });
  });

  test('and never comes back, nor is anything else of it rewritten', async () => {
    const { id: attachmentId } = await sent(first);
    for (const change of [`sha256 = repeat('0', 64)`, `uploaded_by = 'resident-2'`, `dispute_id = 'other'`])
      await expect(query(`UPDATE attachments SET ${change} WHERE id = $1`, [attachmentId])).rejects.toThrow(
        /does not change/,
      );
    await remove(first, attachmentId);
    const back = query('UPDATE attachments SET deleted_at_ms = NULL WHERE id = $1', [attachmentId]);
    await expect(back).rejects.toThrow(/does not change/);
  });
});

test('everything somebody does with a file is in the audit log, and no name of one', async () => {
  const name = 'Marked-Name.pdf';
  const { id: attachmentId } = await sent(first, { name });
  await (await download(first, attachmentId)).body?.cancel();
  await remove(first, attachmentId);
  const rows = await query<{ kind: string; fields: string[]; detail: object }>(
    `SELECT kind, fields, detail FROM audit_log WHERE actor_id = 'resident-1' AND case_id = $1 ORDER BY id DESC LIMIT 3`,
    [id],
  );
  expect(rows.toReversed()).toEqual([
    {
      ...{ kind: 'change', fields: ['attachment'] },
      detail: { act: 'upload', kind: 'evidence', audience: 'staff', keepLocation: false },
    },
    { kind: 'read', fields: ['attachment'], detail: { attachmentId } },
    { kind: 'change', fields: ['attachment'], detail: { act: 'take-back', attachmentId } },
  ]);
  const [{ named }] = (await query<{ named: number }>(
    `SELECT count(*) AS named FROM audit_log a WHERE a::text LIKE '%Marked-Name%'`,
  )) as [{ named: number }];
  expect(named).toBe(0);
});

test('open screens are told that the dispute changed, and not what', async () => {
  const stopping = new AbortController();
  const response = await grid.open('/v1/stream', stopping.signal);
  let text = '';
  const reading = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
  })().catch(() => undefined);
  await eventually('the stream is open', () => text.includes('retry'));
  const own = await report();
  await eventually('the report was told', () => text.includes(own));
  text = '';
  await sent(first, { name: 'secret-name.pdf' }, own);
  await eventually('the file was told', () => text.includes(`"id":"${own}"`));
  expect(text).not.toContain('secret-name');
  stopping.abort();
  await reading;
});

test('a folder that is away answers 503, half of nothing is done, and the same key works afterwards', async () => {
  const root = engine.config.storageDir;
  const bytes = await picture();
  const key = newKey();
  const { id: earlier } = await sent(first);
  const rows = () => query('SELECT id FROM attachments ORDER BY id');
  const before = await rows();
  await rename(root, `${root}-away`);
  try {
    await writeFile(root, 'not a folder');
    const away = await send<{ code: string }>(first, bytes, { key });
    expect(away).toMatchObject({ status: 503, retryAfter: '5', body: { code: 'unavailable' } });
    expect((await download(first, earlier)).status).toBe(503);
    // The drive is gone, its mount point is there.
    rmSync(root);
    expect((await send(first, bytes, { key })).status).toBe(503);
    expect((await download(first, earlier)).status).toBe(503);
    expect(contents()).toEqual({ stored: [], incoming: [] });
  } finally {
    rmSync(root, { recursive: true, force: true });
    await rename(`${root}-away`, root);
  }
  expect(await rows()).toEqual(before);
  expect((await send(first, bytes, { key })).status).toBe(201);
  expect((await download(first, earlier)).status).toBe(200);
});

test('a file whose bytes were lost says so in the log and not to the client', async () => {
  const { id: attachmentId } = await sent(first);
  const path = join(engine.config.storageDir, 'objects', keyOf(attachmentId));
  expect(readFileSync(path).length).toBeGreaterThan(0);
  rmSync(path);
  const answer = await download(first, attachmentId);
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([500, 'internal']);
});

test('the contract has every operation, with the file as its body', async () => {
  const response = await fetch(`${engine.address}/openapi.json`);
  const { paths } = (await response.json()) as {
    paths: Record<string, Record<string, { operationId: string; requestBody?: { content: object } }>>;
  };
  const path = '/v1/disputes/{id}/attachments';
  expect(Object.keys(paths[path]!['post']!.requestBody!.content)).toEqual(['application/octet-stream']);
  const operations = Object.entries(paths)
    .filter(([name]) => name.startsWith(path))
    .flatMap(([, methods]) => Object.values(methods).map(({ operationId }) => operationId));
  expect(operations.sort()).toEqual([
    ...['addAttachment', 'getAttachment', 'getAttachmentContent', 'getAttachmentThumbnail'],
    ...['listAttachments', 'removeAttachment', 'restrictAttachment', 'shareAttachment'],
  ]);
});
