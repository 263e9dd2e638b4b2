import type { RegionCode } from '../domain/regions.ts';
import type { Actor } from '../domain/roles.ts';
import type { AttachmentKind, Audience, MediaType, Standing } from '../schemas/api/attachments.ts';
import type { Page } from './reads.ts';

/** A file of a dispute, without its bytes. */
export interface Attachment {
  id: string;
  disputeId: string;
  uploadedBy: string;
  uploadedAs: Standing;
  kind: AttachmentKind;
  audience: Audience;
  side: string | null;
  name: string;
  mediaType: MediaType;
  bytes: number;
  /** Of the stored bytes, hexadecimal; `sourceSha256` of those that were sent. */
  sha256: string;
  sourceSha256: string;
  width: number | null;
  height: number | null;
  /** Null where there is no thumbnail. */
  thumbnailBytes: number | null;
  locationKept: boolean;
  uploadedAt: number;
}

/** Who is looking, and as what: it decides which files are there for her. */
export interface AttachmentViewer {
  actor: Actor;
  standing: Standing;
  /** Sides of the parties she is or speaks for. */
  sides: string[];
  /** Whether the mediation's own file is open to her. */
  mediation: boolean;
}

/** The dispute a file belongs to, as far as whoever is told of a change needs it. */
export interface AttachedTo {
  id: string;
  version: number;
  region: RegionCode;
}

export interface Upload {
  /** The same for the same person, dispute and Idempotency-Key. */
  uploadId: string;
  dispute: AttachedTo;
  uploadedBy: string;
  uploadedAs: Standing;
  kind: AttachmentKind;
  audience: Audience;
  side: string | null;
  /** As the client called it; null when it did not. */
  name: string | null;
  keepLocation: boolean;
  /** The bytes as they come in. Rejects when the client goes away. */
  content: AsyncIterable<Uint8Array>;
}

/** Why an upload was not stored; of none of these anything is left behind. */
export type NotStored =
  /** The key was used for something else. */
  | { outcome: 'key-reused' }
  | { outcome: 'empty' }
  | { outcome: 'too-large' }
  | { outcome: 'too-many-pixels' }
  /** The bytes are of a type that is not taken in, whatever the client called it. */
  | { outcome: 'unsupported' }
  /** They begin like a picture and cannot be read as one. */
  | { outcome: 'unreadable' }
  /** Where the picture was taken cannot be removed from it. */
  | { outcome: 'location-stays' }
  /** The dispute has as many files, or bytes, as it may have; or this person has. */
  | { outcome: 'full'; whose: 'dispute' | 'person' };

export type Uploaded = { outcome: 'stored'; attachment: Attachment; again: boolean } | NotStored;

export interface ByteRange {
  /** Both are part of it. */
  from: number;
  to: number;
}

/** Files of disputes. Everything rejects with `StorageUnavailable` while the bytes cannot be stored or read. */
export interface Attachments {
  /** Takes a file in. Resolves after bytes and row are safe; rejects with the content's own error when the client goes away. */
  upload(upload: Upload): Promise<Uploaded>;
  list(
    viewer: AttachmentViewer,
    disputeId: string,
    page: { limit: number; cursor?: string },
  ): Promise<Page<Attachment>>;
  /** Null for what is not there, was removed, or is not hers to see. */
  one(viewer: AttachmentViewer, disputeId: string, id: string): Promise<Attachment | null>;
  /** The bytes, or some of them. Rejects with `StoredFileMissing` when they are lost. */
  open(
    attachment: Attachment,
    part: 'content' | 'thumbnail',
    range?: ByteRange,
  ): Promise<NodeJS.ReadableStream>;
  /** False when it is gone meanwhile. */
  share(
    attachment: Attachment,
    dispute: AttachedTo,
    audience: Audience,
    side: string | null,
  ): Promise<boolean>;
  /** Nobody sees it from now on; its bytes are removed later. False when it is gone already. */
  remove(
    attachment: Attachment,
    dispute: AttachedTo,
    by: { personId: string; reason: string | null },
  ): Promise<boolean>;
}

/** A finished file beside the storage, which takes it over. */
export interface FinishedFile {
  path: string;
  bytes: number;
  sha256: string;
}

export interface StoredFile {
  key: string;
  bytes: number;
  storedAt: number;
}

/** Where bytes are kept, by keys that say nothing. Overwrites nothing that matters: every upload has a key of its own. */
export interface FileStorage {
  /** Resolves when the bytes are safe. They are there whole or not at all. */
  put(key: string, file: FinishedFile): Promise<void>;
  /** Rejects with `StoredFileMissing` when there is no such key. */
  get(key: string, range?: ByteRange): Promise<NodeJS.ReadableStream>;
  /** Keys that are not there are passed over. */
  remove(keys: string[]): Promise<void>;
  /** Everything that is stored, in no particular order. */
  list(): AsyncIterable<StoredFile>;
  close(): Promise<void>;
}

/** The storage does not answer, or cannot write. Asking again later makes sense. */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
}

/** A row says that there are bytes, and there are none. */
export class StoredFileMissing extends Error {
  override readonly name = 'StoredFileMissing';
}
