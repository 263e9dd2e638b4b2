import { fileTypeFromFile } from 'file-type';
import type { MediaType } from '../../schemas/api/attachments.ts';
import { isSoundInMp4, isSoundInWebm } from './tracks.ts';

const KNOWN: Record<string, MediaType> = {
  'image/jpeg': 'image/jpeg',
  'image/png': 'image/png',
  'image/webp': 'image/webp',
  'image/heic': 'image/heic',
  'image/heif': 'image/heic',
  'audio/mpeg': 'audio/mpeg',
  'audio/aac': 'audio/aac',
  'audio/ogg': 'audio/ogg',
  'audio/wav': 'audio/wav',
  'audio/amr': 'audio/amr',
  'application/pdf': 'application/pdf',
};
/** Containers of sound or film: looked into. */
const MP4 = ['audio/x-m4a', 'audio/mp4', 'video/mp4', 'video/3gpp'];

/** What a file is by its bytes; null for everything that is not taken in. What the client says of it is not asked. */
export async function sniff(path: string): Promise<MediaType | null> {
  const found = await fileTypeFromFile(path).catch(() => undefined);
  const mime = found?.mime.split(';')[0] ?? '';
  if (MP4.includes(mime)) return (await isSoundInMp4(path)) ? 'audio/mp4' : null;
  if (mime === 'video/webm' || mime === 'audio/webm')
    return (await isSoundInWebm(path)) ? 'audio/webm' : null;
  return KNOWN[mime] ?? null;
}
