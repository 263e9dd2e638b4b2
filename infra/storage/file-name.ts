import { FILE_NAME_MAX, MEDIA_TYPES, type MediaType } from '../../schemas/api/attachments.ts';

/** Endings that say the same as the usual one. */
const ENDINGS: Partial<Record<MediaType, string[]>> = {
  'image/jpeg': ['jpeg'],
  'image/heic': ['heif'],
  'audio/mp4': ['mp4', '3gp'],
  'audio/ogg': ['oga', 'opus'],
  'audio/webm': ['weba'],
};

/**
 * A name that is safe on any system and says what the file is: the last part of a path, without characters that steer a terminal, a
 * file system or the direction of writing, and with an ending that fits the bytes. `photo.exe` of a JPEG becomes `photo.exe.jpg`.
 */
export function safeName(given: string | null, mediaType: MediaType): string {
  const ending = MEDIA_TYPES[mediaType];
  const last = (given ?? '').normalize('NFC').split(/[/\\]/).at(-1)!;
  const plain = last
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}<>:"|?*]/gu, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/^[. ]+/, '')
    .replace(/[. ]+$/, '');
  if (plain === '') return `attachment.${ending}`;
  const has = /\.([^.]+)$/.exec(plain)?.[1]?.toLowerCase() ?? '';
  if ([ending, ...(ENDINGS[mediaType] ?? [])].includes(has)) return plain;
  return `${whole(plain, FILE_NAME_MAX - ending.length - 1)}.${ending}`;
}

/** At most so many code units, and no half of a character at the end. */
const whole = (text: string, max: number): string => text.slice(0, max).replace(/[\uD800-\uDBFF]$/, '');
