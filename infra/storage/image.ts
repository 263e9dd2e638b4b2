import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { StorageUnavailable, type FinishedFile } from '../../ports/attachments.ts';
import { PIXELS_MAX, THUMBNAIL_MAX_PX, type MediaType } from '../../schemas/api/attachments.ts';
import { blankHeicMetadata } from './heic.ts';
import { finished } from './spool.ts';

/** Of the formats libvips can read only the three that are taken in: the others are doors nobody needs. */
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'],
});
// Each picture is read once; what is kept of it would only take memory.
sharp.cache(false);
sharp.concurrency(1);

/** Pictures one process works on at once: the largest takes 200 MB while it is turned. */
const AT_ONCE = 2;
const TIMEOUT_S = 20;
/** Above what anybody sees, below what doubles the size. */
const QUALITY = 90;
const THUMBNAIL_QUALITY = 75;

export interface Prepared {
  content: FinishedFile;
  thumbnail: FinishedFile | null;
  width: number | null;
  height: number | null;
}

export type ImageFault = 'unreadable' | 'too-many-pixels' | 'location-stays';

/**
 * Makes a picture fit to be kept: without Exif, XMP, thumbnails and whatever hangs at its end, turned as it was meant, and with a
 * small one beside it. With `keepLocation` its bytes stay as they were sent. A HEIC is not decoded: its metadata is
 * overwritten, and it has no small one.
 */
export async function prepareImage(
  source: FinishedFile,
  mediaType: MediaType,
  folder: string,
  keepLocation: boolean,
): Promise<Prepared | ImageFault> {
  if (mediaType === 'image/heic') return prepareHeic(source, folder, keepLocation);
  return inTurn(async () => {
    try {
      const found = await openImage(source.path).metadata();
      const pages = found.pages ?? 1;
      if (found.width * (found.pageHeight ?? found.height) * pages > PIXELS_MAX) return 'too-many-pixels';
      const small = join(folder, 'thumbnail');
      await openImage(source.path)
        .autoOrient()
        .resize(THUMBNAIL_MAX_PX, THUMBNAIL_MAX_PX, { fit: 'inside', withoutEnlargement: true })
        .webp({ quality: THUMBNAIL_QUALITY })
        .timeout({ seconds: TIMEOUT_S })
        .toFile(small);
      const content = keepLocation ? source : await cleaned(source.path, mediaType, pages, folder);
      return { content, thumbnail: await finished(small), ...sizeOf(found) };
    } catch (error) {
      return faultOf(error);
    }
  });
}

const openImage = (path: string, pages = 1): Sharp =>
  sharp(path, { limitInputPixels: PIXELS_MAX, failOn: 'error', sequentialRead: true, pages });

/** Decoded and encoded again: what is not picture does not survive that. */
async function cleaned(
  path: string,
  mediaType: MediaType,
  pages: number,
  folder: string,
): Promise<FinishedFile> {
  const target = join(folder, 'cleaned');
  // Frames of a moving picture cannot be turned, and none of them ever has to be.
  const picture = pages > 1 ? openImage(path, -1) : openImage(path).autoOrient();
  const encoded =
    mediaType === 'image/jpeg'
      ? picture.jpeg({ quality: QUALITY })
      : mediaType === 'image/png'
        ? picture.png()
        : picture.webp({ quality: QUALITY });
  await encoded.timeout({ seconds: TIMEOUT_S }).toFile(target);
  return finished(target);
}

/** As it is looked at: orientations from 5 on lie on their side. */
function sizeOf({
  width,
  height,
  pageHeight,
  orientation = 1,
}: Metadata): Pick<Prepared, 'width' | 'height'> {
  const tall = pageHeight ?? height;
  return orientation >= 5 ? { width: tall, height: width } : { width, height: tall };
}

async function prepareHeic(
  source: FinishedFile,
  folder: string,
  keepLocation: boolean,
): Promise<Prepared | ImageFault> {
  const as = (content: FinishedFile): Prepared => ({ content, thumbnail: null, width: null, height: null });
  if (keepLocation) return as(source);
  const target = join(folder, 'cleaned');
  await copyFile(source.path, target);
  return (await blankHeicMetadata(target)) ? as(await finished(target)) : 'location-stays';
}

/** libvips says in words what went wrong. Throws `StorageUnavailable` for what is not the picture's fault. */
function faultOf(error: unknown): ImageFault {
  const said = error instanceof Error ? error.message : '';
  if (/exceeds pixel limit/i.test(said)) return 'too-many-pixels';
  if (/no space left|unable to write|unable to open for write|^timeout/i.test(said))
    throw new StorageUnavailable('pictures', { cause: error });
  return 'unreadable';
}

const waiting: (() => void)[] = [];
let working = 0;

/** Runs `work` when less than `AT_ONCE` others are at work. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (working >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else working += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) working -= 1;
    else next();
  }
}
