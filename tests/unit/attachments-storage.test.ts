import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, rename, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createDiskStorage } from '../../infra/storage/disk.ts';
import { idOfKey, keyOf, newAttachmentId } from '../../infra/storage/keys.ts';
import { finished, receive, removeAbandoned, spoolOf, withFolder } from '../../infra/storage/spool.ts';
import { StorageUnavailable } from '../../ports/attachments.ts';
import { storageContract } from '../support/storage-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'fengqiao-disk-'));
const fresh = (): string => mkdtempSync(join(folder, 'root-'));
afterAll(() => rmSync(folder, { recursive: true }));

storageContract('a folder', async () => createDiskStorage(fresh()));

async function* chunks(...all: Buffer[]): AsyncGenerator<Buffer> {
  yield* all;
}

const fileOf = async (bytes: Buffer) => {
  const path = join(folder, newAttachmentId());
  await writeFile(path, bytes);
  return finished(path);
};

describe('the folder of a storage', () => {
  test('that vanished is away: nothing is written into an empty one that stands in its place', async () => {
    const root = fresh();
    const storage = createDiskStorage(root);
    const key = keyOf(newAttachmentId());
    await storage.put(key, await fileOf(randomBytes(10)));
    await rename(root, `${root}-unmounted`);
    await expect(storage.get(key)).rejects.toThrow(StorageUnavailable);
    await expect(storage.put(keyOf(newAttachmentId()), await fileOf(randomBytes(10)))).rejects.toThrow(
      StorageUnavailable,
    );
    await mkdir(root);
    await expect(storage.put(keyOf(newAttachmentId()), await fileOf(randomBytes(10)))).rejects.toThrow(
      StorageUnavailable,
    );
    expect(await readdir(root)).toEqual([]);
    await rm(root);
    await rename(`${root}-unmounted`, root);
    await storage.get(key);
  });

  test('lists nothing that it did not write', async () => {
    const root = fresh();
    const storage = createDiskStorage(root);
    const key = keyOf(newAttachmentId());
    await storage.put(key, await fileOf(randomBytes(10)));
    const objects = join(root, 'objects');
    await writeFile(join(objects, 'readme.txt'), 'x').catch(() => undefined);
    await mkdir(join(objects, 'ab', 'cd'), { recursive: true });
    await writeFile(join(objects, 'ab', 'cd', 'somebody-elses'), 'x');
    rmSync(join(objects, 'readme.txt'));
    const found = [];
    for await (const one of storage.list()) found.push(one.key);
    expect(found).toEqual([key]);
  });
});

test('a key is made of an id and leads back to it, and of nothing else', () => {
  const id = newAttachmentId();
  expect(idOfKey(keyOf(id))).toBe(id);
  expect(idOfKey(keyOf(id, 'thumbnail'))).toBe(id);
  expect(() => keyOf('../../x')).toThrow(RangeError);
  // A folder that does not belong to the id.
  expect(idOfKey(`00/00/att_${'f'.repeat(26)}`)).toBeNull();
});

describe('what comes in', () => {
  test('is written with its size and checksum up to the last byte that is allowed, and not one further', async () => {
    const bytes = randomBytes(1000);
    const whole = await receive(
      chunks(bytes.subarray(0, 400), bytes.subarray(400)),
      join(folder, 'whole'),
      1000,
    );
    expect(whole).toEqual(await finished(join(folder, 'whole')));
    expect(whole?.bytes).toBe(1000);
    expect(await receive(chunks(bytes, Buffer.from('x')), join(folder, 'more'), 1000)).toBeNull();
  });

  test('leaves no folder behind, whether it is taken in or fails', async () => {
    const root = fresh();
    await withFolder(root, async (own) => writeFile(join(own, 'sent'), 'x'));
    const failing = withFolder(root, async (own) => {
      await writeFile(join(own, 'sent'), 'x');
      throw new Error('the client is gone');
    });
    await expect(failing).rejects.toThrow('the client is gone');
    expect(await readdir(spoolOf(root))).toEqual([]);
  });

  test('and was left by a process that died is removed after an hour', async () => {
    const root = fresh();
    const now = Date.now();
    for (const [name, age_min] of [
      ['old', 61],
      ['new', 59],
    ] as const) {
      await mkdir(join(spoolOf(root), name), { recursive: true });
      await writeFile(join(spoolOf(root), name, 'sent'), 'x');
      const at = new Date(now - age_min * 60_000);
      await utimes(join(spoolOf(root), name), at, at);
    }
    expect(await removeAbandoned(root, now)).toBe(1);
    expect(await readdir(spoolOf(root))).toEqual(['new']);
    expect(await removeAbandoned(join(root, 'never-made'), now)).toBe(0);
  });
});

const rm = async (path: string): Promise<void> => rmSync(path, { recursive: true });
