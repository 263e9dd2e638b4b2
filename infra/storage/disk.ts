import { constants, type Dirent, type Stats } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  StorageUnavailable,
  StoredFileMissing,
  type FileStorage,
  type StoredFile,
} from '../../ports/attachments.ts';
import { assertKey, idOfKey } from './keys.ts';

/**
 * Files in a folder of this machine (or of a network drive that all processes share). A finished file is written through to the disk
 * and then renamed, so that after a crash it is there whole or not at all.
 */
export function createDiskStorage(root: string): FileStorage {
  const objects = join(root, 'objects');
  const pathOf = (key: string): string => join(objects, assertKey(key));
  // Once only: a root that vanishes later is a drive that was lost, and must not come to life again as an empty folder.
  let made: Promise<unknown> | undefined;
  const ready = async (): Promise<void> => {
    made ??= mkdir(objects, { recursive: true, mode: 0o700 });
    await made.catch((error: unknown) => {
      made = undefined;
      throw error;
    });
  };

  return {
    async put(key, { path }) {
      const target = pathOf(key);
      await orUnavailable(async () => {
        await ready();
        await makeFolder(dirname(dirname(target)));
        await makeFolder(dirname(target));
        await flush(path);
        await move(path, target);
        await flush(dirname(target));
      });
    },

    async get(key, range) {
      const path = pathOf(key);
      const file = await open(path, 'r').catch(async (error: unknown) => {
        // Where everything is missing, nothing was lost: the drive is away.
        const lost = isMissing(error) && (await stat(objects).catch(() => null)) !== null;
        throw lost ? new StoredFileMissing(key) : new StorageUnavailable('disk', { cause: error });
      });
      return file.createReadStream(range === undefined ? {} : { start: range.from, end: range.to });
    },

    async remove(keys) {
      await orUnavailable(async () => {
        for (const key of keys) await rm(pathOf(key), { force: true });
      });
    },

    async *list() {
      for (const first of await entriesOf(objects)) {
        for (const second of await entriesOf(join(objects, first.name))) {
          const folder = `${first.name}/${second.name}`;
          for (const { name } of await entriesOf(join(objects, folder))) {
            const found = await describe(objects, `${folder}/${name}`);
            if (found !== null) yield found;
          }
        }
      }
    },

    close: async () => undefined,
  };
}

async function describe(objects: string, key: string): Promise<StoredFile | null> {
  if (idOfKey(key) === null) return null;
  const { size, mtimeMs } = await stat(join(objects, key)).catch((error: unknown): Partial<Stats> => {
    if (isMissing(error)) return {};
    throw new StorageUnavailable('disk', { cause: error });
  });
  // Removed while the list was being read.
  if (size === undefined || mtimeMs === undefined) return null;
  return { key, bytes: size, storedAt: mtimeMs };
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw new StorageUnavailable('disk', { cause: error });
  }
}

// Not recursively: see `ready`.
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

/** A file, or the entry of a renamed one in its folder, is on the disk and not only on its way there. */
async function flush(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    // From another file system: copied beside the target first, so that the last step is a rename here too.
    const beside = `${to}.part`;
    try {
      await copyFile(from, beside);
      await flush(beside);
      await rename(beside, to);
    } finally {
      await rm(beside, { force: true });
    }
  }
}

async function orUnavailable(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new StorageUnavailable('disk', { cause: error });
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';
