import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyOf, newAttachmentId } from '../../infra/storage/keys.ts';
import { StoredFileMissing, type FileStorage, type FinishedFile } from '../../ports/attachments.ts';

export async function bytesOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** What every storage has to do; run against the disk and against S3. */
export function storageContract(name: string, open: () => Promise<FileStorage>): void {
  describe(`${name} as a storage`, () => {
    let storage: FileStorage;
    const folder = mkdtempSync(join(tmpdir(), 'fengqiao-contract-'));
    beforeAll(async () => {
      storage = await open();
    });
    afterAll(async () => {
      await storage.close();
      rmSync(folder, { recursive: true });
    });

    const file = async (bytes: Buffer): Promise<FinishedFile> => {
      const path = join(folder, newAttachmentId());
      await writeFile(path, bytes);
      return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    };
    const keys = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const { key } of storage.list()) found.push(key);
      return found.sort();
    };

    test('what was put is got, whole and in part, also when it is larger than one chunk', async () => {
      const bytes = randomBytes(3 * 1024 * 1024 + 7);
      const key = keyOf(newAttachmentId());
      await storage.put(key, await file(bytes));
      expect((await bytesOf(await storage.get(key))).equals(bytes)).toBe(true);
      const last = { from: bytes.length - 1, to: bytes.length - 1 };
      expect(await bytesOf(await storage.get(key, last))).toEqual(bytes.subarray(-1));
      const middle = await bytesOf(await storage.get(key, { from: 1_000_000, to: 1_999_999 }));
      expect(middle.equals(bytes.subarray(1_000_000, 2_000_000))).toBe(true);
    });

    test('what was never put is missing, which is something else than a storage that is away', async () => {
      await expect(storage.get(keyOf(newAttachmentId()))).rejects.toThrow(StoredFileMissing);
    });

    test('everything is listed with its size and its time, and nothing that was removed', async () => {
      const began = Date.now() - 2_000;
      const [first, second] = [newAttachmentId(), newAttachmentId()];
      const thumbnail = keyOf(first, 'thumbnail');
      await storage.put(keyOf(first), await file(randomBytes(100)));
      await storage.put(thumbnail, await file(randomBytes(10)));
      await storage.put(keyOf(second), await file(randomBytes(1)));
      expect(await keys()).toEqual(expect.arrayContaining([keyOf(first), thumbnail, keyOf(second)]));
      for await (const { key, bytes, storedAt } of storage.list()) {
        if (key === keyOf(first)) expect(bytes).toBe(100);
        expect(storedAt).toBeGreaterThan(began);
      }
      await storage.remove([keyOf(first), thumbnail, keyOf(newAttachmentId())]);
      expect(await keys()).toContain(keyOf(second));
      expect(await keys()).not.toContain(keyOf(first));
      expect(await keys()).not.toContain(thumbnail);
      await expect(storage.get(keyOf(first))).rejects.toThrow(StoredFileMissing);
    });

    test.each(['../../etc/passwd', 'ab/cd/att_x', '/etc/passwd', 'ab/cd/../../../x', ''])(
      'the key %j becomes no path',
      async (key) => {
        await expect(storage.get(key)).rejects.toThrow(RangeError);
        await expect(storage.remove([key])).rejects.toThrow(RangeError);
        await expect(storage.put(key, await file(randomBytes(1)))).rejects.toThrow(RangeError);
      },
    );
  });
}
