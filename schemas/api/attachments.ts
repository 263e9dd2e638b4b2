import { Type, type Static, type TSchema } from 'typebox';
import { Cursor, Id, OneOf, Strict, Text } from '../parts.ts';

/** Largest file that is taken in: 20 MB. */
export const FILE_MAX_BYTES = 20 * 1024 * 1024;
/** Files of one dispute, and their bytes together: 500 MB. */
export const FILES_MAX = 100;
export const DISPUTE_MAX_BYTES = 500 * 1024 * 1024;
/** What one party or reporter may use of that, so that nobody fills the file and keeps the others out. */
export const PERSON_FILES_MAX = 40;
export const PERSON_MAX_BYTES = 200 * 1024 * 1024;
/** Characters (UTF-16 code units) of a file's name. */
export const FILE_NAME_MAX = 120;
/** Width times height times frames of a picture: the largest sensors of phones, and no decompression bomb. */
export const PIXELS_MAX = 65_000_000;
/** Longest side of a thumbnail. */
export const THUMBNAIL_MAX_PX = 320;
/** Whoever sent a file may take it back for so long. */
export const REMOVAL_WINDOW_MS = 60 * 60_000;
export const ATTACHMENT_PAGE_MAX = 100;

/** What is taken in, by what the bytes are, with the ending of a file's name. */
export const MEDIA_TYPES = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/heic': 'heic',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/aac': 'aac',
  'audio/ogg': 'ogg',
  'audio/wav': 'wav',
  'audio/amr': 'amr',
  'audio/webm': 'webm',
  'application/pdf': 'pdf',
} as const;
export type MediaType = keyof typeof MEDIA_TYPES;

/** `mediation` is material of the mediation itself: it is seen by mediators and their directors and never leaves its file. */
export const ATTACHMENT_KINDS = ['evidence', 'document', 'mediation'] as const;
export type AttachmentKind = (typeof ATTACHMENT_KINDS)[number];

/** Who sees a file beside the staff of the dispute and whoever sent it: nobody, one side, or every party and the reporter. */
export const AUDIENCES = ['staff', 'side', 'all'] as const;
export type Audience = (typeof AUDIENCES)[number];

/** As what somebody stands to a dispute. */
export const STANDINGS = ['staff', 'reporter', 'party'] as const;
export type Standing = (typeof STANDINGS)[number];

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Side = () => Type.String({ pattern: '^[A-Z]$' });
const Sha256 = () => Type.String({ pattern: '^[0-9a-f]{64}$' });

/** What is said about an upload. Its name comes in a header: an address ends up in logs, and a name may name somebody. */
export const UploadQuery = Type.Object(
  {
    kind: { ...OneOf(ATTACHMENT_KINDS), default: 'evidence' },
    audience: { ...OneOf(AUDIENCES), default: 'staff' },
    side: Type.Optional({ ...Side(), description: 'which side, with the audience `side`' }),
    keepLocation: Type.Boolean({
      default: false,
      description: 'keeps a picture as it was sent, with where it was taken: for evidence that needs it',
    }),
  },
  { additionalProperties: false },
);

export const AttachmentsQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: ATTACHMENT_PAGE_MAX, default: ATTACHMENT_PAGE_MAX }),
    cursor: Type.Optional(Cursor(400)),
  },
  { additionalProperties: false },
);

export const RemovalBody = Strict({ reason: Type.Optional(Text()) });
export const AudienceBody = Strict({ audience: OneOf(AUDIENCES), side: Type.Optional(Side()) });
export const AttachmentParams = Type.Object({ id: Id(), attachmentId: Id() });

/** What a person is told about a file. What only staff and whoever sent it may know is null for the others. */
export const AttachmentView = Type.Object({
  id: Type.String(),
  disputeId: Type.String(),
  name: Type.String(),
  mediaType: OneOf(Object.keys(MEDIA_TYPES) as MediaType[]),
  bytes: Type.Integer(),
  sha256: { ...Sha256(), description: 'of the bytes that are stored and given out' },
  sourceSha256: { ...Nullable(Sha256()), description: 'of the bytes that were sent' },
  kind: OneOf(ATTACHMENT_KINDS),
  audience: Nullable(OneOf(AUDIENCES)),
  side: Nullable(Type.String()),
  width: Nullable(Type.Integer()),
  height: Nullable(Type.Integer()),
  hasThumbnail: Type.Boolean(),
  locationKept: Type.Boolean(),
  uploadedAt: Type.Integer({ description: 'milliseconds since 1970-01-01T00:00Z' }),
  uploadedBy: Nullable(Type.String()),
  own: Type.Boolean(),
});

export const AttachmentPage = Type.Object({
  items: Type.Array(AttachmentView),
  nextCursor: Nullable(Type.String()),
});

export type AttachmentAnswer = Static<typeof AttachmentView>;
