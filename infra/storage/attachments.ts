import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type pg from 'pg';
import type { Actor } from '../../domain/roles.ts';
import {
  StorageUnavailable,
  type AttachedTo,
  type Attachment,
  type Attachments,
  type FileStorage,
  type FinishedFile,
  type NotStored,
  type Upload,
  type Uploaded,
} from '../../ports/attachments.ts';
import type { BusLogger } from '../../ports/event-bus.ts';
import {
  DISPUTE_MAX_BYTES,
  FILE_MAX_BYTES,
  FILES_MAX,
  PERSON_FILES_MAX,
  PERSON_MAX_BYTES,
  type MediaType,
} from '../../schemas/api/attachments.ts';
import {
  findAttachment,
  findUpload,
  insertAttachment,
  listAttachments,
  lockUploads,
  markRemoved,
  setAudience,
  usageOf,
  type Usage,
} from '../db/attachments.ts';
import { announce } from '../db/changes.ts';
import { inTransaction, type Queryable } from '../db/pool.ts';
import { safeName } from './file-name.ts';
import { prepareImage, type Prepared } from './image.ts';
import { keyOf, newAttachmentId } from './keys.ts';
import { sniff } from './sniff.ts';
import { receive, withFolder } from './spool.ts';

export interface AttachmentsOptions {
  pool: pg.Pool;
  /** Reads of one person, in her scope. */
  readAs: <T>(actor: Actor, work: (db: Queryable) => Promise<T>) => Promise<T>;
  storage: FileStorage;
  /** A folder of this machine: uploads lie there until they are accepted. */
  root: string;
  logger: BusLogger;
  clock?: () => number;
}

/**
 * Files of disputes: received into a folder, looked at, cleaned, stored, and only then written down. Whatever fails before the row leaves
 * nothing but, at worst, bytes without a row, which the clean-up finds.
 */
export function createAttachments(options: AttachmentsOptions): Attachments {
  const { pool, readAs, storage, root, logger, clock = Date.now } = options;

  /** What is open on a screen fetches again. A hint that is lost is no failure. */
  const tell = async ({ id, version, region }: AttachedTo): Promise<void> => {
    await announce(pool, [{ type: 'case', kind: 'dispute', id, disputeId: id, version, region }]).catch(
      (error: unknown) => logger.warn({ error }, 'a hint was lost'),
    );
  };

  const forget = async (keys: string[]): Promise<void> => {
    await storage
      .remove(keys)
      .catch((error: unknown) => logger.warn({ keys, error }, 'bytes without a row are left'));
  };

  const upload = async (asked: Upload): Promise<Uploaded> => {
    const before = await findUpload(pool, asked.uploadId);
    const usage = await usageOf(pool, asked.dispute.id, asked.uploadedBy);
    // Before a byte is read; that there is room is asked again when the row is written.
    const full = before === null ? fullness(usage, asked, 1) : null;
    if (full !== null) return full;
    const stored = await withFolder(root, async (folder): Promise<Uploaded> => {
      const sent = await receive(asked.content, join(folder, 'sent'), FILE_MAX_BYTES);
      if (sent === null) return { outcome: 'too-large' };
      const uploadHash = hashOf(asked, sent);
      if (before !== null) return sameOrReused(before, uploadHash);
      if (sent.bytes === 0) return { outcome: 'empty' };
      const prepared = await prepare(asked, sent, folder);
      if ('outcome' in prepared) return prepared;
      return keep(asked, sent, prepared, uploadHash);
    });
    if (stored.outcome === 'stored' && !stored.again) await tell(asked.dispute);
    return stored;
  };

  const keep = async (
    asked: Upload,
    sent: FinishedFile,
    { mediaType, content, thumbnail, width, height }: Prepared & { mediaType: MediaType },
    uploadHash: string,
  ): Promise<Uploaded> => {
    const id = newAttachmentId();
    const attachment: Attachment = {
      ...{ id, disputeId: asked.dispute.id, uploadedBy: asked.uploadedBy, uploadedAs: asked.uploadedAs },
      ...{ kind: asked.kind, audience: asked.audience, side: asked.side },
      ...{ name: safeName(asked.name, mediaType), mediaType, bytes: content.bytes, sha256: content.sha256 },
      ...{ sourceSha256: sent.sha256, width, height, thumbnailBytes: thumbnail?.bytes ?? null },
      ...{ locationKept: asked.keepLocation && mediaType.startsWith('image/'), uploadedAt: clock() },
    };
    const keys = [keyOf(id), keyOf(id, 'thumbnail')];
    let written: Uploaded | undefined;
    try {
      await storage.put(keyOf(id), content);
      if (thumbnail !== null) await storage.put(keyOf(id, 'thumbnail'), thumbnail);
      written = await write(attachment, asked, uploadHash);
      return written;
    } finally {
      if (written?.outcome !== 'stored' || written.again) await forget(keys);
    }
  };

  const write = async (attachment: Attachment, asked: Upload, uploadHash: string): Promise<Uploaded> => {
    try {
      return await inTransaction(pool, async (tx) => {
        await lockUploads(tx, asked.dispute.id);
        const usage = await usageOf(tx, asked.dispute.id, asked.uploadedBy);
        const { uploadId } = asked;
        const full = fullness(usage, asked, attachment.bytes);
        const same = await findUpload(tx, uploadId);
        // The same file twice at the same time: the second one finds the first one's row.
        if (same !== null) return sameOrReused(same, uploadHash);
        if (full !== null) return full;
        if (!(await insertAttachment(tx, attachment, { uploadId, uploadHash })))
          throw new Error('an upload with the same key was written in spite of the lock');
        return { outcome: 'stored', attachment, again: false };
      });
    } catch (error) {
      // It may have been committed all the same: then the bytes must stay, and a second try finds the row.
      const found = await findUpload(pool, asked.uploadId).catch(() => null);
      if (found?.attachment.id === attachment.id) return { outcome: 'stored', attachment, again: false };
      throw new StorageUnavailable('the database', { cause: error });
    }
  };

  return {
    upload,
    list: (viewer, disputeId, page) =>
      readAs(viewer.actor, (db) => listAttachments(db, disputeId, viewer, page)),
    one: (viewer, disputeId, id) => readAs(viewer.actor, (db) => findAttachment(db, disputeId, viewer, id)),
    open: ({ id }, part, range) => storage.get(keyOf(id, part), range),
    async share({ id }, dispute, audience, side) {
      const done = await setAudience(pool, id, audience, side);
      if (done) await tell(dispute);
      return done;
    },
    async remove({ id }, dispute, by) {
      const done = await markRemoved(pool, id, by, clock());
      if (done) await tell(dispute);
      return done;
    },
  };
}

/** What it is, and for a picture how it is kept; the bytes alone decide. */
async function prepare(
  { keepLocation }: Upload,
  sent: FinishedFile,
  folder: string,
): Promise<(Prepared & { mediaType: MediaType }) | NotStored> {
  const mediaType = await sniff(sent.path);
  if (mediaType === null) return { outcome: 'unsupported' };
  if (!mediaType.startsWith('image/'))
    return { mediaType, content: sent, thumbnail: null, width: null, height: null };
  const prepared = await prepareImage(sent, mediaType, folder, keepLocation);
  if (typeof prepared === 'string') return { outcome: prepared };
  return prepared.content.bytes > FILE_MAX_BYTES ? { outcome: 'too-large' } : { mediaType, ...prepared };
}

function sameOrReused(
  { attachment, uploadHash }: { attachment: Attachment; uploadHash: string },
  hash: string,
): Uploaded {
  return uploadHash === hash ? { outcome: 'stored', attachment, again: true } : { outcome: 'key-reused' };
}

/** Everything somebody meant with an upload; the same again is the same upload. */
function hashOf({ name, kind, audience, side, keepLocation }: Upload, { sha256 }: FinishedFile): string {
  return createHash('sha256')
    .update(JSON.stringify([sha256, name, kind, audience, side, keepLocation]))
    .digest('hex');
}

/** Whether so many bytes more are too many. Staff are held to the limits of the dispute only. */
function fullness(
  usage: Usage,
  { uploadedAs }: Upload,
  more: number,
): (NotStored & { outcome: 'full' }) | null {
  if (usage.files >= FILES_MAX || usage.bytes + more > DISPUTE_MAX_BYTES)
    return { outcome: 'full', whose: 'dispute' };
  const own = usage.ownFiles >= PERSON_FILES_MAX || usage.ownBytes + more > PERSON_MAX_BYTES;
  return own && uploadedAs !== 'staff' ? { outcome: 'full', whose: 'person' } : null;
}
