import { createHash } from 'node:crypto';
import type pg from 'pg';
import { StoredFileMissing, type Attachment, type FileStorage } from '../../ports/attachments.ts';
import { countKept, idsWithBytes, keptAfter, markBytesRemoved, removedBefore } from '../db/attachments.ts';
import { ifAlone } from '../db/leader.ts';
import { idOfKey, keyOf } from './keys.ts';
import { removeAbandoned } from './spool.ts';

/** Any number that nothing else locks: whoever holds it cleans. */
const LOCK = 7_204_127;
/** Bytes without a row may belong to an upload under way; a removed file may have been removed by mistake. */
export const KEEP_MS = 24 * 60 * 60_000;
const BATCH = 200;
/** More orphans than files, and not just a few: then this is the wrong database, or an old one. */
const SUSPICIOUS = 100;

export interface CleanerOptions {
  pool: pg.Pool;
  storage: FileStorage;
  root: string;
  clock?: () => number;
}

export interface Cleaned {
  /** Another process is at it; nothing was looked at. */
  busy: boolean;
  /** Removed attachments whose bytes are gone now. */
  removed: number;
  /** Stored bytes looked at, and those among them without a row. */
  looked: number;
  orphans: number;
  /** So many orphans that they were left alone. */
  suspicious: boolean;
  abandonedUploads: number;
}

export interface CleanOptions {
  /** Counts and removes nothing. */
  dryRun?: boolean;
  /** Removes orphans also where there are suspiciously many. */
  force?: boolean;
  onProgress?: (n: number) => void;
}

export interface Verified {
  checked: number;
  /** Ids of files whose bytes are not there. */
  missing: string[];
  /** Ids of files whose bytes are not those that were stored. */
  changed: string[];
}

export interface Cleaner {
  clean(options?: CleanOptions): Promise<Cleaned>;
  /** Reads every file and compares its checksum. */
  verify(onProgress?: (n: number) => void): Promise<Verified>;
  countKept(): Promise<number>;
}

const NOTHING: Cleaned = {
  ...{ busy: false, removed: 0, looked: 0, orphans: 0, suspicious: false, abandonedUploads: 0 },
};

/** Removes bytes that nobody needs any more: of removed attachments, without a row, and of uploads whose process died. */
export function createCleaner({ pool, storage, root, clock = Date.now }: CleanerOptions): Cleaner {
  const removeDeleted = async (before: number, { dryRun, onProgress }: CleanOptions): Promise<number> => {
    if (dryRun === true) return (await removedBefore(pool, before, 1_000_000)).length;
    for (let removed = 0; ;) {
      const ids = await removedBefore(pool, before, BATCH);
      if (ids.length === 0) return removed;
      await storage.remove(ids.flatMap((id) => [keyOf(id), keyOf(id, 'thumbnail')]));
      await markBytesRemoved(pool, ids, clock());
      removed += ids.length;
      onProgress?.(ids.length);
    }
  };

  /** All that is older than `before` and belongs to no row. */
  const findOrphans = async (
    before: number,
    { onProgress }: CleanOptions,
  ): Promise<{ looked: number; orphans: string[] }> => {
    let looked = 0;
    const orphans: string[] = [];
    let keys: string[] = [];
    const judge = async (): Promise<void> => {
      const known = await idsWithBytes(
        pool,
        keys.map((key) => idOfKey(key)!),
      );
      orphans.push(...keys.filter((key) => !known.has(idOfKey(key)!)));
      onProgress?.(keys.length);
      keys = [];
    };
    for await (const { key, storedAt } of storage.list()) {
      looked += 1;
      if (storedAt >= before) continue;
      keys.push(key);
      if (keys.length === BATCH) await judge();
    }
    if (keys.length > 0) await judge();
    return { looked, orphans };
  };

  return {
    async clean(options = {}) {
      const cleaned = await ifAlone(pool, LOCK, async () => {
        const before = clock() - KEEP_MS;
        const removed = await removeDeleted(before, options);
        const { looked, orphans } = await findOrphans(before, options);
        const suspicious = orphans.length > SUSPICIOUS && orphans.length > looked / 2;
        const spared = options.dryRun === true || (suspicious && options.force !== true);
        if (!spared) await storage.remove(orphans);
        const abandonedUploads = options.dryRun === true ? 0 : await removeAbandoned(root, clock());
        return { busy: false, removed, looked, orphans: orphans.length, suspicious, abandonedUploads };
      });
      return cleaned ?? { ...NOTHING, busy: true };
    },

    async verify(onProgress) {
      const found: Verified = { checked: 0, missing: [], changed: [] };
      for (let afterId = ''; ;) {
        const page = await keptAfter(pool, afterId, BATCH);
        for (const attachment of page) {
          const state = await stateOf(storage, attachment);
          if (state !== 'sound') found[state].push(attachment.id);
          found.checked += 1;
          onProgress?.(1);
        }
        const last = page.at(-1);
        if (last === undefined) return found;
        afterId = last.id;
      }
    },

    countKept: () => countKept(pool),
  };
}

async function stateOf(
  storage: FileStorage,
  { id, sha256 }: Attachment,
): Promise<'sound' | 'missing' | 'changed'> {
  try {
    const hash = createHash('sha256');
    for await (const chunk of await storage.get(keyOf(id))) hash.update(chunk);
    return hash.digest('hex') === sha256 ? 'sound' : 'changed';
  } catch (error) {
    if (error instanceof StoredFileMissing) return 'missing';
    throw error;
  }
}
