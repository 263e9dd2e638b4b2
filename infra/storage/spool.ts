import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { StorageUnavailable, type FinishedFile } from '../../ports/attachments.ts';

/** No upload takes so long: what is older was left by a process that died. */
const ABANDONED_MS = 60 * 60_000;

/** Where uploads lie until they are accepted. Beside the files of the disk storage, so that the last step is a rename. */
export const spoolOf = (root: string): string => join(root, 'incoming');

/** Gives `work` an empty folder, and removes it with everything in it whatever happens. Rejects with `StorageUnavailable`. */
export async function withFolder<T>(root: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(spoolOf(root), randomUUID());
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new StorageUnavailable('the folder of uploads', { cause: error });
  });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Writes what comes in to a file, never more than `max` bytes, and computes its checksum on the way: memory holds one
 * chunk. Null when there is more; the rest is not read. Rejects with the source's error, or `StorageUnavailable`.
 */
export async function receive(
  source: AsyncIterable<Uint8Array>,
  path: string,
  max: number,
): Promise<FinishedFile | null> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600).catch(cannotWrite);
  let bytes = 0;
  try {
    for await (const chunk of source) {
      bytes += chunk.byteLength;
      if (bytes > max) return null;
      hash.update(chunk);
      await file.writeFile(chunk).catch(cannotWrite);
    }
  } finally {
    await file.close();
  }
  return { path, bytes, sha256: hash.digest('hex') };
}

function cannotWrite(cause: unknown): never {
  throw new StorageUnavailable('the folder of uploads', { cause });
}

/** Size and checksum of a file that another program wrote. */
export async function finished(path: string): Promise<FinishedFile> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { path, bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

/** Removes what processes that died have left. Returns how many uploads that were. */
export async function removeAbandoned(root: string, now: number): Promise<number> {
  const names = await readdir(spoolOf(root)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new StorageUnavailable('the folder of uploads', { cause: error });
  });
  let removed = 0;
  for (const name of names) {
    const path = join(spoolOf(root), name);
    const found = await stat(path).catch(() => null);
    if (found === null || found.mtimeMs > now - ABANDONED_MS) continue;
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
