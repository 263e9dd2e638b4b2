import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiSession } from '../../bin/wiring/api-client.ts';
import { createCleaner } from '../../infra/storage/cleaner.ts';
import { createS3Storage } from '../../infra/storage/s3.ts';
import { newAttachmentId, keyOf } from '../../infra/storage/keys.ts';
import { StorageUnavailable } from '../../ports/attachments.ts';
import { newKey, quarrel, START_MS, startEngine, type TestEngine } from '../support/engine.ts';
import { pdf, picture, placeIn } from '../support/files.ts';
import { clientOf, startMoto, type Moto } from '../support/moto.ts';
import { storageContract } from '../support/storage-contract.ts';
import { contentsOf, send } from '../support/uploads.ts';

let moto: Moto;
let client: S3Client;
beforeAll(async () => {
  moto = await startMoto();
  client = clientOf(moto.settings);
}, START_MS);
afterAll(async () => {
  client.destroy();
  await moto.stop();
});

storageContract('S3', async () => createS3Storage(moto.settings));

const objects = async (): Promise<string[]> => {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: moto.settings.bucket }));
  return Contents.map(({ Key }) => Key!);
};

test('another bucket and no answer are a storage that is away, not a file that is missing', async () => {
  const key = keyOf(newAttachmentId());
  for (const change of [{ bucket: 'another-bucket' }, { endpoint: 'http://127.0.0.1:1' }]) {
    const storage = createS3Storage({ ...moto.settings, ...change });
    await expect(storage.get(key)).rejects.toThrow(StorageUnavailable);
    await expect(storage.list()[Symbol.asyncIterator]().next()).rejects.toThrow(StorageUnavailable);
    await storage.close();
  }
});

test('what somebody else keeps in the bucket is neither listed nor cleaned away', async () => {
  const storage = createS3Storage(moto.settings);
  const Bucket = moto.settings.bucket;
  for (const Key of ['somebody-elses', 'attachments/readme.txt'])
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  for await (const { key } of storage.list()) expect(key).not.toMatch(/somebody|readme/);
  await storage.close();
});

describe('an engine with S3', () => {
  let engine: TestEngine;
  let grid: ApiSession;
  let id: string;
  beforeAll(async () => {
    const { endpoint, bucket, accessKey, secretKey } = moto.settings;
    engine = await startEngine({
      kafka: false,
      env: {
        ...{ S3_ENDPOINT: endpoint, S3_BUCKET: bucket },
        ...{ S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey },
      },
    });
    grid = await engine.as('grid-1');
    id = (await grid.post<{ id: string }>('/v1/reports', quarrel())).body.id;
  }, START_MS);
  afterAll(() => engine.stop());

  const download = (attachmentId: string, part = 'content', headers: Record<string, string> = {}) =>
    fetch(`${engine.address}/v1/disputes/${id}/attachments/${attachmentId}/${part}`, {
      headers: { ...grid.headers(), ...headers },
    });

  test('keeps files in the bucket, clean and with a checksum, and nothing of them on its own disk', async () => {
    const { status, body } = await send(engine.address, grid, id, await picture(), { name: 'leak.jpg' });
    expect(status, JSON.stringify(body)).toBe(201);
    const Key = `attachments/${keyOf(body.id)}`;
    expect(await objects()).toEqual(expect.arrayContaining([Key, `${Key}.thumb`]));
    const { Body } = await client.send(new GetObjectCommand({ Bucket: moto.settings.bucket, Key }));
    const stored = Buffer.from(await Body!.transformToByteArray());
    expect(createHash('sha256').update(stored).digest('hex')).toBe(body.sha256);
    expect(await placeIn(stored)).toBeNull();
    expect(contentsOf(engine.config.storageDir)).toEqual({ stored: [], incoming: [] });
    const answer = await download(body.id);
    expect(Buffer.from(await answer.arrayBuffer()).equals(stored)).toBe(true);
    expect((await download(body.id, 'thumbnail')).headers.get('content-type')).toBe('image/webp');
    const part = await download(body.id, 'content', { range: 'bytes=10-19' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 10-19/${stored.length}`]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(stored.subarray(10, 20));
  });

  test('answers 503 while S3 is away, has half of nothing, and takes the same upload in afterwards', async () => {
    const bytes = pdf('Away', 300_000);
    const key = newKey();
    const earlier = await send(engine.address, grid, id, pdf('Earlier'));
    await moto.kill();
    const away = await send<{ code: string }>(engine.address, grid, id, bytes, { key });
    expect(away).toMatchObject({ status: 503, retryAfter: '5', body: { code: 'unavailable' } });
    const unread = await download(earlier.body.id);
    expect([unread.status, unread.headers.get('retry-after')]).toEqual([503, '5']);
    expect(contentsOf(engine.config.storageDir)).toEqual({ stored: [], incoming: [] });
    const { rows } = await engine.resources.pool.query(
      'SELECT id FROM attachments WHERE source_sha256 = $1',
      [createHash('sha256').update(bytes).digest('hex')],
    );
    expect(rows).toEqual([]);
    await moto.start();
    const again = await send(engine.address, grid, id, bytes, { key });
    expect([again.status, again.body.bytes]).toEqual([201, bytes.length]);
    expect(await objects()).toEqual([`attachments/${keyOf(again.body.id)}`]);
  });

  test('is told which files were lost, and which were changed behind its back', async () => {
    const [lost, changed] = [
      await send(engine.address, grid, id, pdf('Lost')),
      await send(engine.address, grid, id, pdf('Changed')),
    ];
    const storage = createS3Storage(moto.settings);
    await storage.remove([keyOf(lost.body.id)]);
    const Key = `attachments/${keyOf(changed.body.id)}`;
    const forged = new PutObjectCommand({ Bucket: moto.settings.bucket, Key, Body: pdf('Forged') });
    await client.send(forged);
    const { pool, config } = engine.resources;
    const found = await createCleaner({ pool, storage, root: config.storageDir }).verify();
    expect(found.missing).toContain(lost.body.id);
    expect(found.changed).toEqual([changed.body.id]);
    await storage.close();
  });
});
